"""Compile the FSH sources of the VR profiles and write the package that vrfhir ships.

    python tools/build_profiles.py --packages DIR [--check]

``DIR`` holds ``hl7.fhir.r4.core-4.0.1.tgz`` and the UK Core package with snapshots. SUSHI (npm ``fsh-sushi``, pinned
below) is installed into ``build/sushi`` and runs there with a private FHIR cache and no network. The result goes to
``vrfhir/profiles/package``: one file per artefact, ``package.json`` and ``.index.json``. With ``--check`` nothing is
written; the exit code is 1 when what is committed differs.

Exit code 1 also when SUSHI finds anything wrong in the sources, 2 when it cannot run (no Node.js, packages missing).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "vrfhir" / "profiles" / "fsh"
PACKAGE = ROOT / "vrfhir" / "profiles" / "package"
WORK = ROOT / "build" / "sushi"

SUSHI = "fsh-sushi@3.21.0"
PARENTS = ("hl7.fhir.r4.core", "fhir.r4.ukcore.staging")
DATE = "2026-11-23"
"""Date of all artefacts: the day of the release, not of the build, so that two builds are equal."""

NAME = "uk.vrfhir.r4"
TITLE = "Vocational rehabilitation referrals in the UK"
PUBLISHER = "The vrfhir maintainers"
JURISDICTION = [
    {
        "coding": [
            {
                "system": "urn:iso:std:iso:3166",
                "code": "GB",
                "display": "United Kingdom of Great Britain and Northern Ireland",
            }
        ]
    }
]
INHERITED_PROSE = ("mapping", "requirements", "comment", "alias", "example", "orderMeaning")
"""Parts of snapshot elements that repeat the parent's text and bind no system; the parents have them."""

USUAL: dict[str, Any] = {"experimental": False, "jurisdiction": JURISDICTION}
ABOUT: dict[str, dict[str, Any]] = {
    "NamingSystem": {"jurisdiction": JURISDICTION},
    "ImplementationGuide": {"experimental": False},
}
"""Metadata by type, where R4 does not have all of it."""

EXPECTED_WARNINGS = re.compile(
    r"Failed to load automatically-provided|hl7\.(fhir\.uv\.(tools|extensions)|terminology)\.r4|Using current version"
)
FIRST = ("resourceType", "id", "url", "version", "name", "title", "status", "experimental", "date", "publisher")


class CannotBuildError(Exception):
    """The build cannot run here; the text says what is missing."""


class SourceError(Exception):
    """SUSHI reports errors or warnings about the sources."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packages", type=Path, required=True, help="folder with R4 core and UK Core as .tgz")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when the committed files differ")
    arguments = parser.parse_args()
    try:
        install_sushi()
        install_parents(arguments.packages)
        files = package_files(compile_sources())
    except CannotBuildError as problem:
        sys.stderr.write(f"cannot build the profiles: {problem}\n")
        return 2
    except SourceError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    if arguments.check:
        return compare(files)
    write(files)
    sys.stdout.write(f"{len(files)} files in {PACKAGE.relative_to(ROOT)}\n")
    return 0


def install_sushi() -> None:
    """SUSHI of the pinned version in ``build/sushi``, unless it is there."""
    name, version = SUSHI.rsplit("@", 1)
    installed = WORK / "node_modules" / name / "package.json"
    if installed.exists() and json.loads(installed.read_text(encoding="utf-8"))["version"] == version:
        return
    if shutil.which("npm") is None:
        raise CannotBuildError("Node.js (npm) is not installed")
    WORK.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent", "--prefix", str(WORK), SUSHI]
    if subprocess.run(command, cwd=WORK, check=False).returncode != 0:
        raise CannotBuildError(f"npm could not install {SUSHI}")


def install_parents(folder: Path) -> None:
    """The parent packages, unpacked into the private cache that SUSHI reads."""
    for name in PARENTS:
        found = sorted(path for path in folder.glob(f"{name}-*.tgz"))
        with_snapshots = [path for path in found if "snapshots" in path.name] or found
        if not with_snapshots:
            raise CannotBuildError(f"no {name}-*.tgz in {folder}")
        with tarfile.open(with_snapshots[-1]) as archive:
            manifest = archive.extractfile("package/package.json")
            if manifest is None:
                raise CannotBuildError(f"{with_snapshots[-1].name} holds no package/package.json")
            about = json.loads(manifest.read())
            target = WORK / "home" / ".fhir" / "packages" / f"{about['name']}#{about['version']}"
            if not (target / "package" / "package.json").exists():
                target.mkdir(parents=True, exist_ok=True)
                archive.extractall(target, filter="data")


def compile_sources() -> Path:
    """Run SUSHI on a copy of the sources; the folder of the resources it made."""
    project = WORK / "project"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(SOURCES, project)
    # An address that refuses at once: nothing is fetched, everything needed stands in the cache.
    environment = os.environ | {"HOME": str(WORK / "home"), "FPL_REGISTRY": "http://127.0.0.1:9"}
    sushi = WORK / "node_modules" / ".bin" / "sushi"
    command = [str(sushi), "build", "--snapshot", str(project)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    problems = list(findings(done.stdout))
    if problems or not (project / "fsh-generated" / "resources").is_dir():
        raise SourceError("SUSHI reports\n" + "\n".join(problems or [done.stdout, done.stderr]))
    return project / "fsh-generated" / "resources"


def findings(output: str) -> Iterator[str]:
    """SUSHI's errors and warnings with their places, without those about packages it looks for by itself."""
    lines = output.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"(error|warn) ", line) and not EXPECTED_WARNINGS.search(line):
            places = [follow.strip() for follow in lines[number + 1 : number + 3] if follow.startswith("  ")]
            yield " ".join([line, *places])


def package_files(compiled: Path) -> dict[str, bytes]:
    """Every file of the package by name."""
    resources = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(compiled.glob("*.json"))]
    files: dict[str, bytes] = {}
    index: list[dict[str, Any]] = []
    resources.sort(key=lambda one: (one["resourceType"], one["id"]))
    for resource in resources:
        artefact = finished(resource)
        if artefact["resourceType"] == "ImplementationGuide":
            artefact["definition"] = {"resource": [listed(one) for one in resources if one is not resource]}
        name = f"{artefact['resourceType']}-{artefact['id']}.json"
        files[name] = to_bytes(artefact)
        entry = {"filename": name, "resourceType": artefact["resourceType"], "id": artefact["id"]}
        keys = ("url", "version", "kind", "type", "derivation")
        index.append(entry | {key: artefact[key] for key in keys if isinstance(artefact.get(key), str)})
    files[".index.json"] = to_bytes({"index-version": 2, "files": index})
    files["package.json"] = to_bytes(manifest())
    return files


def finished(resource: dict[str, Any]) -> dict[str, Any]:
    """The artefact as shipped: metadata the sources do not repeat, a fixed date, no inherited prose."""
    resource |= {"date": DATE, "publisher": PUBLISHER} | ABOUT.get(resource["resourceType"], USUAL)
    resource.pop("text", None)
    if resource["resourceType"] == "StructureDefinition":
        resource.pop("mapping", None)
        changed = {element["id"]: element for element in resource["differential"]["element"]}
        for element in resource["snapshot"]["element"]:
            own = changed.get(element["id"], {})
            for part in INHERITED_PROSE:
                if part not in own:
                    element.pop(part, None)
    ordered = {key: resource[key] for key in FIRST if key in resource}
    return ordered | resource


def listed(resource: dict[str, Any]) -> dict[str, Any]:
    """The entry of an artefact in the ImplementationGuide."""
    entry = {"reference": {"reference": f"{resource['resourceType']}/{resource['id']}"}}
    return entry | {"name": resource.get("title") or resource["name"], "exampleBoolean": False}


def manifest() -> dict[str, Any]:
    """``package.json`` of the FHIR package; versions come from the SUSHI configuration."""
    text = (SOURCES / "sushi-config.yaml").read_text(encoding="utf-8")
    value = dict(re.findall(r"^(canonical|version|fhirVersion): (.+)$", text, re.MULTILINE))
    dependencies = dict(re.findall(r"^  ([a-z0-9.]+): (\S+)$", text, re.MULTILINE))
    return {
        "name": NAME,
        "version": value["version"],
        "type": "IG",
        "date": DATE.replace("-", "") + "000000",
        "license": "Apache-2.0",
        "canonical": value["canonical"],
        "title": TITLE,
        "description": "Profiles, code systems and value sets for vocational rehabilitation referrals, on UK Core",
        "author": PUBLISHER,
        "fhirVersions": [value["fhirVersion"]],
        "jurisdiction": "urn:iso:std:iso:3166#GB",
        "dependencies": {"hl7.fhir.r4.core": value["fhirVersion"], **dependencies},
        "directories": {"lib": "package"},
    }


def to_bytes(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def compare(files: dict[str, bytes]) -> int:
    committed = {path.name: path.read_bytes() for path in PACKAGE.iterdir()}
    different = sorted(name for name in files.keys() | committed.keys() if files.get(name) != committed.get(name))
    for name in different:
        state = "missing" if name not in committed else "left over" if name not in files else "differs"
        sys.stdout.write(f"{state}: {PACKAGE.relative_to(ROOT) / name}\n")
    return 1 if different else 0


def write(files: dict[str, bytes]) -> None:
    PACKAGE.mkdir(parents=True, exist_ok=True)
    for path in PACKAGE.iterdir():
        if path.name not in files:
            path.unlink()
    for name, content in files.items():
        (PACKAGE / name).write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
