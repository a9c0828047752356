"""FHIR packages as .tgz, as folders, and in the local cache; what is broken is an error that says what to do."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from vrfhir.definitions import Definitions
from vrfhir.definitions.package import INDEX_NAME, open_package, write_index
from vrfhir.errors import DefinitionError, UnreadableError

URL = "https://example.org/fhir/ValueSet/colours"
VALUE_SET = {"resourceType": "ValueSet", "id": "colours", "url": URL, "version": "1.2.0", "name": "Colours"}
MANIFEST = {
    "name": "example.colours",
    "version": "1.0.0",
    "dependencies": {"hl7.fhir.r4.core": "4.0.1", "other.one": "2.0.0"},
}


def _folder(path: Path, *resources: dict[str, Any]) -> Path:
    path.mkdir(parents=True)
    (path / "package.json").write_text(json.dumps(MANIFEST))
    for each in resources:
        (path / f"{each['resourceType']}-{each['id']}.json").write_text(json.dumps(each))
    return path


def _archive(path: Path, contents: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def test_a_folder_is_a_package(tmp_path: Path) -> None:
    definitions = Definitions.default().with_package(_folder(tmp_path / "colours", VALUE_SET))
    assert definitions.resource(URL) == VALUE_SET
    assert definitions.resource(URL + "|1.2.0", "ValueSet") == VALUE_SET
    assert definitions.resource(URL + "|1.2", "ValueSet") == VALUE_SET
    assert definitions.resource(URL + "|2.0.0") is None
    assert definitions.resource(URL, "CodeSystem") is None
    assert definitions.sources[0] == "example.colours#1.0.0"
    assert Definitions.default().resource(URL) is None, "with_package makes a new one"


def test_a_tgz_is_a_package_with_and_without_an_index(tmp_path: Path) -> None:
    contents = {"package/package.json": json.dumps(MANIFEST).encode(), "package/v.json": json.dumps(VALUE_SET).encode()}
    contents["package/example/x.json"] = b"not read"
    index = {
        "index-version": 2,
        "files": [{"filename": "v.json", "resourceType": "ValueSet", "url": URL, "version": "1.2.0"}],
    }
    for extra in ({}, {"package/.index.json": json.dumps(index).encode()}):
        package = open_package(_archive(tmp_path / "p.tgz", contents | extra))
        assert [(item.url, item.version, item.resource_type) for item in package.items] == [(URL, "1.2.0", "ValueSet")]
        assert package.read(package.items[0]) == VALUE_SET


def test_a_stale_index_is_not_trusted(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "p", VALUE_SET)
    write_index(folder)
    second = VALUE_SET | {"id": "shapes", "url": "https://example.org/fhir/ValueSet/shapes"}
    (folder / "ValueSet-shapes.json").write_text(json.dumps(second))
    assert {item.url for item in open_package(folder).items} == {URL, second["url"]}


def test_write_index_lists_resources_sorted_and_is_reproducible(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "p", VALUE_SET)
    first = write_index(folder).read_bytes()
    assert write_index(folder).read_bytes() == first
    rows = json.loads(first)["files"]
    expected = {"filename": "ValueSet-colours.json", "resourceType": "ValueSet", "id": "colours", "url": URL}
    assert rows == [expected | {"version": "1.2.0", "name": "Colours"}]
    assert (folder / INDEX_NAME).is_file()


def test_id_and_version_are_looked_up_in_the_local_cache(tmp_path: Path) -> None:
    _folder(tmp_path / ".fhir" / "packages" / "example.colours#1.0.0" / "package", VALUE_SET)
    assert open_package("example.colours#1.0.0", home=tmp_path).id == "example.colours#1.0.0"
    with pytest.raises(DefinitionError) as raised:
        open_package("example.colours#9.9.9", home=tmp_path)
    assert "example.colours#9.9.9" in str(raised.value)
    assert raised.value.issues[0].hint
    with pytest.raises(DefinitionError):
        open_package("../../etc#1", home=tmp_path)


def test_a_dependency_that_is_not_loaded_is_named(tmp_path: Path) -> None:
    definitions = Definitions.default().with_package(_folder(tmp_path / "p", VALUE_SET))
    assert [issue.text for issue in definitions.issues] == [
        "Package example.colours#1.0.0 depends on other.one#2.0.0, which is not loaded."
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.tgz", b"this is no archive"),
        ("empty.tgz", b""),
        ("cut.tgz", None),
        ("bad-json.tgz", b"{"),
        ("list.tgz", b"[]"),
    ],
)
def test_what_is_no_package_is_unreadable(tmp_path: Path, name: str, content: bytes | None) -> None:
    path = tmp_path / name
    if name in ("bad-json.tgz", "list.tgz"):
        _archive(path, {"package/x.json": content or b""})
    elif content is None:
        good = _archive(tmp_path / "good.tgz", {"package/x.json": json.dumps(VALUE_SET).encode() * 50})
        path.write_bytes(good.read_bytes()[:60])
    else:
        path.write_bytes(content)
    with pytest.raises(UnreadableError) as raised:
        open_package(path)
    assert raised.value.issues[0].text


def test_a_path_that_does_not_exist_is_a_definition_error(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as raised:
        open_package(tmp_path / "nothing.tgz")
    assert "nothing.tgz" in str(raised.value)
    assert str(tmp_path) not in str(raised.value)


def test_links_and_devices_in_an_archive_are_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "p.tgz"
    with tarfile.open(path, "w:gz") as archive:
        link = tarfile.TarInfo("package/secret.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        archive.addfile(link)
        data = json.dumps(VALUE_SET).encode()
        member = tarfile.TarInfo("package/v.json")
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
    assert [item.filename for item in open_package(path).items] == ["v.json"]
