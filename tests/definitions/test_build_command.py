"""``python -m vrfhir.definitions.build`` on a small package of its own."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from vrfhir.definitions import build
from vrfhir.definitions.sources import Source
from vrfhir.definitions.store import FactStore
from vrfhir.errors import DefinitionError

URL = "https://example.org/"
VALUE_SET = {
    "resourceType": "ValueSet",
    "url": URL + "vs",
    "version": "1",
    "description": "prose",
    "compose": {"include": [{"system": URL + "cs", "filter": [{"property": "concept", "op": "is-a", "value": "a"}]}]},
}
CODE_SYSTEM = {
    "resourceType": "CodeSystem",
    "url": URL + "cs",
    "content": "complete",
    "concept": [{"code": "a", "display": "words", "concept": [{"code": "b"}]}, {"code": "c"}],
}
STRUCTURE = {
    "resourceType": "StructureDefinition",
    "url": URL + "sd",
    "kind": "resource",
    "type": "Patient",
    "derivation": "constraint",
    "snapshot": {
        "element": [
            {"id": "Patient", "path": "Patient", "constraint": [{"key": "x-1", "severity": "error", "human": "said"}]},
            {
                "id": "Patient.gender",
                "path": "Patient.gender",
                "short": "prose",
                "binding": {"strength": "required", "valueSet": URL + "vs"},
                "constraint": [{"key": "x-1", "severity": "error", "human": "said"}],
            },
        ]
    },
}
SEARCH = {"resourceType": "SearchParameter", "url": URL + "sp", "code": "x", "base": ["Patient"], "type": "token"}


def _archive(folder: Path, resources: list[dict[str, Any]]) -> Source:
    name = "small-1.0.0.tgz"
    with tarfile.open(folder / name, "w:gz") as archive:
        contents = {"package.json": {"name": "small", "version": "1.0.0"}}
        contents |= {f"{number}.json": each for number, each in enumerate(resources)}
        for filename, content in contents.items():
            data = json.dumps(content).encode()
            member = tarfile.TarInfo(f"package/{filename}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    sha = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return Source("small", "1.0.0", name, sha, "CC0-1.0", "nobody")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    packages, data = tmp_path / "packages", tmp_path / "data"
    packages.mkdir()
    data.mkdir()
    source = _archive(packages, [VALUE_SET, CODE_SYSTEM, STRUCTURE, SEARCH])
    monkeypatch.setattr(build, "DATA_FOLDER", data)
    monkeypatch.setattr(build.build, "__defaults__", ((source,),))
    assert build.main(["--packages", str(packages)]) == 0
    return packages, data


def test_facts_are_read_back_without_prose_and_with_the_expansion_of_a_required_binding(
    built: tuple[Path, Path],
) -> None:
    store = FactStore(built[1] / "small.facts")
    value_set = store.read(store.find(URL + "vs")[0])
    assert "description" not in value_set
    assert value_set["expansion"]["contains"] == [
        {"system": URL + "cs", "code": "a"},
        {"system": URL + "cs", "code": "b"},
    ]
    structure = store.read(store.find(URL + "sd")[0])
    root, gender = structure["snapshot"]["element"]
    assert "short" not in gender
    assert root["constraint"] == gender["constraint"] == [{"key": "x-1", "severity": "error", "human": "said"}]
    assert store.read(store.find("SearchParameter:Patient")[0]) == [URL + "sp"]
    assert "display" not in store.read(store.find(URL + "cs")[0])["concept"][0], "words of other people's code systems"


def test_the_manifest_records_name_version_hash_and_licence(built: tuple[Path, Path]) -> None:
    recorded = json.loads((built[1] / "SOURCES.json").read_text())["sources"][0]
    assert (recorded["name"], recorded["version"], recorded["licence"]) == ("small", "1.0.0", "CC0-1.0")
    assert recorded["sha256"] == hashlib.sha256((built[0] / recorded["archive"]).read_bytes()).hexdigest()
    assert recorded["facts_sha256"] == FactStore(built[1] / "small.facts").digest()


def test_check_passes_on_what_was_built_and_fails_on_anything_else(built: tuple[Path, Path], tmp_path: Path) -> None:
    packages, data = built
    assert build.main(["--packages", str(packages), "--check"]) == 0
    other = tmp_path / "other"
    other.mkdir()
    changed = STRUCTURE | {"type": "Person"}
    build.build(packages, other, (_archive(packages, [VALUE_SET, CODE_SYSTEM, changed, SEARCH]),))
    (data / "small.facts").write_bytes((other / "small.facts").read_bytes())
    _archive(packages, [VALUE_SET, CODE_SYSTEM, STRUCTURE, SEARCH])
    assert list(build._differences(data, other)) == ["SOURCES.json: differs"]
    assert build.main(["--packages", str(packages), "--check"]) in (1, 2)


def test_another_package_than_the_recorded_one_is_refused(
    built: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    packages, _ = built
    _archive(packages, [VALUE_SET])
    with pytest.raises(SystemExit) as stopped:
        build.main(["--packages", str(packages)])
    assert stopped.value.code == 2
    assert "SHA-256" in capsys.readouterr().err


def test_a_missing_package_is_named(
    built: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.main(["--packages", str(tmp_path / "nowhere")]) == 2
    assert "small-1.0.0.tgz" in capsys.readouterr().err


def test_a_broken_facts_file_is_an_error_with_a_hint(built: tuple[Path, Path]) -> None:
    path = built[1] / "small.facts"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(DefinitionError) as raised:
        FactStore(path)
    assert "Reinstall" in raised.value.issues[0].hint
