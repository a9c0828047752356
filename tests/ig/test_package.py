"""The FHIR package: what is in it, that its bytes depend on nothing else, and that tools can load it."""

import io
import json
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vrfhir.cli import main
from vrfhir.definitions import Definitions
from vrfhir.definitions.package_cache import install_package
from vrfhir.guide.package import package_archive, package_files
from vrfhir.profiles import artefacts, version

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return package_files(EXAMPLES)


def test_the_manifest_says_what_the_format_asks_for(files: dict[str, bytes]) -> None:
    assert next(iter(files)) == "package/package.json"
    manifest = json.loads(files["package/package.json"])
    assert (manifest["name"], manifest["version"], manifest["type"]) == ("uk.vrfhir.r4", version(), "IG")
    assert manifest["fhirVersions"] == ["4.0.1"]
    assert manifest["canonical"] == "https://vrfhir.org/fhir"
    assert manifest["license"] == "Apache-2.0"
    assert manifest["dependencies"]["hl7.fhir.r4.core"] == "4.0.1"
    assert "fhir.r4.ukcore.staging" in manifest["dependencies"]


@pytest.mark.parametrize("folder", ["package", "package/example"])
def test_the_index_lists_every_resource_of_its_folder(files: dict[str, bytes], folder: str) -> None:
    index = json.loads(files[f"{folder}/.index.json"])
    assert index["index-version"] == 2
    here = {name.rpartition("/")[2] for name in files if name.rpartition("/")[0] == folder}
    rows: dict[str, Any] = {row["filename"]: row for row in index["files"]}
    assert rows.keys() == here - {"package.json", ".index.json"}
    for name, row in rows.items():
        resource = json.loads(files[f"{folder}/{name}"])
        for key in ("resourceType", "id", "url", "version", "kind", "type", "derivation"):
            expected = resource.get(key)
            assert row.get(key) == (expected if isinstance(expected, str) else None), (name, key)


def test_everything_is_in_it(files: dict[str, bytes]) -> None:
    for artefact in artefacts():
        assert files[f"package/{artefact.filename}"] == artefact.path.read_bytes()
    profiles = [json.loads(files[f"package/{one.filename}"]) for one in artefacts() if one.is_profile]
    assert profiles
    assert all(each["derivation"] == "constraint" and each["snapshot"]["element"] for each in profiles)
    examples = sorted(EXAMPLES.glob("*/fhir/*.json"))
    packed = Counter(content for name, content in files.items() if name.startswith("package/example/"))
    assert examples
    assert all(packed[path.read_bytes()] for path in examples)
    assert sum(packed.values()) == len(examples) + 1


def test_the_bytes_are_reproducible(tmp_path: Path) -> None:
    copied = tmp_path / "elsewhere" / "examples"
    for path in sorted(EXAMPLES.glob("*/fhir/*.json"), reverse=True):
        target = copied / path.relative_to(EXAMPLES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    name, content = package_archive(EXAMPLES)
    assert package_archive(copied) == (name, content)
    assert content[4:8] == bytes(4)  # no time in the gzip header
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        members = archive.getmembers()
    assert {(each.uid, each.gid, each.uname, each.gname, each.mode) for each in members} == {(0, 0, "", "", 0o644)}
    assert len({each.mtime for each in members}) == 1


def test_written_installed_and_loaded_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ig", "package", "--out", str(tmp_path / "new" / "out")]) == 0
    archive = Path(capsys.readouterr().out.strip())
    assert archive.name == f"uk.vrfhir.r4-{version()}.tgz"
    cache = tmp_path / "home" / ".fhir" / "packages"
    assert main(["package", "install", str(archive), "--cache", str(cache)]) == 0
    label = capsys.readouterr().out.strip()
    assert label == f"uk.vrfhir.r4#{version()}"
    definitions = Definitions.default().with_package(cache / label)
    assert definitions.sources[0] == label
    assert not definitions.issues
    assert definitions.structure("https://vrfhir.org/fhir/StructureDefinition/VR-Prescription")
    with tarfile.open(archive) as packed:
        installed = {path.relative_to(cache / label).as_posix() for path in (cache / label).rglob("*.json")}
        assert installed == set(packed.getnames())


@pytest.mark.parametrize("place", [0, 3])
def test_what_was_written_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str], place: int) -> None:
    command = ["ig", "package", "--out", str(tmp_path)]
    command.insert(1 + place, "--json")
    assert main(command) == 0
    written = json.loads(capsys.readouterr().out)
    assert written["files"] == 1
    assert main(["package", "install", written["written"], "--cache", str(tmp_path / "cache"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"installed": f"uk.vrfhir.r4#{version()}"}


def test_a_file_in_the_way_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("a file")
    assert main(["ig", "package", "--out", str(tmp_path / "out")]) == 2
    assert "VR-CLI-0004" in capsys.readouterr().err


def test_installing_twice_leaves_one(tmp_path: Path) -> None:
    name, content = package_archive(EXAMPLES)
    archive = tmp_path / name
    archive.write_bytes(content)
    cache = tmp_path / "cache"
    label = install_package(archive, cache)
    (cache / label / "package" / "stale.json").write_text("{}")
    assert install_package(archive, cache) == label
    assert not (cache / label / "package" / "stale.json").exists()
    assert sorted(path.name for path in cache.iterdir()) == ["packages.ini", label]
