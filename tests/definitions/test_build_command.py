"""``python -m vrfhir.definitions.build`` on a small package of its own."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any, NamedTuple

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


def _archive(folder: Path, resources: list[dict[str, Any]], package: str = "small") -> Source:
    name = f"{package}-1.0.0.tgz"
    with tarfile.open(folder / name, "w:gz") as archive:
        contents = {"package.json": {"name": package, "version": "1.0.0"}}
        contents |= {f"{number}.json": each for number, each in enumerate(resources)}
        for filename, content in contents.items():
            data = json.dumps(content).encode()
            member = tarfile.TarInfo(f"package/{filename}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    sha = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    return Source(package, "1.0.0", name, sha, "CC0-1.0", "nobody")


class Built(NamedTuple):
    packages: Path
    data: Path
    sources: tuple[Source, ...]

    def run(self, *options: str, packages: Path | None = None) -> int:
        where = ["--packages", str(packages or self.packages), "--cache", str(self.packages / "cache")]
        return build.main([*where, *options], self.sources)

    def store(self) -> FactStore:
        return FactStore(self.data / "small.facts")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Built:
    packages, data = tmp_path / "packages", tmp_path / "data"
    packages.mkdir()
    data.mkdir()
    source = _archive(packages, [VALUE_SET, CODE_SYSTEM, STRUCTURE, SEARCH])
    monkeypatch.setattr(build, "DATA_FOLDER", data)
    made = Built(packages, data, (source,))
    assert made.run() == 0
    return made


def test_facts_are_read_back_without_prose_and_with_the_expansion_of_a_required_binding(built: Built) -> None:
    store = built.store()
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


def test_the_manifest_records_name_version_hash_and_licence(built: Built) -> None:
    recorded = json.loads((built.data / "SOURCES.json").read_text())["sources"][0]
    assert (recorded["name"], recorded["version"], recorded["licence"]) == ("small", "1.0.0", "CC0-1.0")
    assert recorded["sha256"] == hashlib.sha256((built.packages / recorded["archive"]).read_bytes()).hexdigest()
    assert recorded["facts_sha256"] == built.store().digest()


def test_check_passes_on_what_was_built_and_fails_on_anything_else(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    assert built.run("--check") == 0
    changed = STRUCTURE | {"type": "Person"}
    other = Built(built.packages, built.data, (_archive(built.packages, [VALUE_SET, CODE_SYSTEM, changed, SEARCH]),))
    assert other.run("--check") == 1
    said = capsys.readouterr().err
    assert "SOURCES.json: small differs" in said
    assert f"{URL}sd" in said
    assert f"{URL}vs" not in said, "what is the same is not named"


def test_check_finds_facts_that_no_source_makes(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    (built.data / "stray.facts").write_bytes((built.data / "small.facts").read_bytes())
    assert built.run("--check") == 1
    assert capsys.readouterr().err == "stray.facts: no source makes it\n"


def test_another_package_than_the_recorded_one_is_refused(built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    _archive(built.packages, [VALUE_SET])
    for option in ("--no-fetch", "--check"):
        assert built.run(option) == 2
        assert "SHA-256" in capsys.readouterr().err


def test_a_missing_package_is_named(built: Built, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for options, said in (((), "error: "), (("--check",), "skipped: ")):
        assert built.run(*options, packages=tmp_path / "nowhere") == 2
        output = capsys.readouterr().err
        assert output.startswith(said)
        assert "small-1.0.0.tgz" in output


def test_check_skips_a_package_that_cannot_be_had_and_compares_the_rest(
    built: Built, capsys: pytest.CaptureFixture[str]
) -> None:
    """The set of the first source draws on a code system of the second, so the shipped second must stand in for it."""
    two = (_archive(built.packages, [VALUE_SET, STRUCTURE]), _archive(built.packages, [CODE_SYSTEM], "codes"))
    both = Built(built.packages, built.data, two)
    assert both.run() == 0
    store = both.store()
    assert len(store.read(store.find(URL + "vs")[0])["expansion"]["contains"]) == 2
    (built.packages / "codes-1.0.0.tgz").unlink()
    assert both.run("--check") == 0
    assert capsys.readouterr().err.startswith("skipped: The archive of codes#1.0.0 cannot be had: codes-1.0.0.tgz")
    assert both.run() == 2, "building leaves nothing out"


def test_resource_types_may_be_left_out_of_a_source(built: Built) -> None:
    assert built.sources[0].left_out == ()
    other = Built(built.packages, built.data, (built.sources[0]._replace(left_out=("SearchParameter",)),))
    assert other.run() == 0
    assert built.store().find(URL + "sp") == built.store().find("SearchParameter:Patient") == []
    assert built.store().find(URL + "sd")


def test_a_broken_facts_file_is_an_error_with_a_hint(built: Built) -> None:
    path = built.data / "small.facts"
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(DefinitionError) as raised:
        FactStore(path)
    assert "Reinstall" in raised.value.issues[0].hint
