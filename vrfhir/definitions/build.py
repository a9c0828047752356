"""Make the shipped facts from FHIR packages: ``python -m vrfhir.definitions.build --packages DIR [--check]``.

Exit codes: 0 done, or the shipped facts are what the packages say; 1 they differ; 2 a package is missing or is another one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from vrfhir.definitions.expansion import FROZEN, Expander
from vrfhir.definitions.facts import facts
from vrfhir.definitions.package import Package, open_package
from vrfhir.definitions.sources import DATA_FOLDER, SOURCES, Source
from vrfhir.definitions.store import FactStore, write_store
from vrfhir.errors import VrfhirError

__all__ = ["build", "main"]

Json = dict[str, Any]
Row = tuple[str, str, str, str, str, Any]

_MANIFEST = "SOURCES.json"
_KEPT = ("StructureDefinition", "ValueSet", "CodeSystem", "ConceptMap", "OperationDefinition", "CompartmentDefinition")
_MAX_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"
_MAX_FROZEN_CODES = 2_000


def build(packages: Path, target: Path, sources: Sequence[Source] = SOURCES) -> None:
    """Write one ``.facts`` file per source and the manifest that says what they were made from."""
    kept: dict[tuple[str, str], Json] = {}
    manifest = []
    for source in sources:
        resources = [facts(each, trim_terminology=True) for each in _resources(_open(packages, source))]
        kept |= {(each["resourceType"], each["url"]): each for each in resources}
        _freeze_expansions(resources, kept)
        facts_path = target / source.facts_file
        write_store(facts_path, source._asdict(), _rows(resources))
        counts = {kind: sum(each["resourceType"] == kind for each in resources) for kind in (*_KEPT, "SearchParameter")}
        digest = FactStore(facts_path).digest()
        manifest.append({**source._asdict(), "facts": source.facts_file, "facts_sha256": digest, "resources": counts})
    text = {"made_by": "python -m vrfhir.definitions.build", "sources": manifest}
    (target / _MANIFEST).write_text(json.dumps(text, indent=2) + "\n", encoding="utf-8")


def _open(packages: Path, source: Source) -> Package:
    archive = packages / source.archive
    if archive.is_file():
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        if found != source.sha256:
            raise SystemExit(_fail(f"{source.archive} has SHA-256 {found}, expected {source.sha256}"))
    return open_package(archive)


def _resources(package: Package) -> Iterator[Json]:
    """What is kept, in an order that does not depend on the archive: by type, then canonical."""
    order = (*_KEPT, "SearchParameter")
    items = [item for item in package.items if item.resource_type in order]
    for item in sorted(items, key=lambda each: (order.index(each.resource_type), each.url, each.filename)):
        yield package.read(item)


def _freeze_expansions(resources: Iterable[Json], kept: dict[tuple[str, str], Json]) -> None:
    """Give every value set a required binding of these definitions names its expansion, as far as it is known whole."""

    def lookup(canonical: str, resource_type: str) -> Json | None:
        return kept.get((resource_type, canonical.partition("|")[0]))

    expander = Expander(lookup)
    for canonical in sorted({url for each in resources for url in _required_value_sets(each)}):
        value_set = lookup(canonical, "ValueSet")
        if value_set is None:
            continue
        codes = expander.codes(value_set["url"])
        if codes is not None and 0 < sum(map(len, codes.values())) <= _MAX_FROZEN_CODES:
            rows = [{"system": system, "code": code} for system, listed in codes.items() for code in listed]
            value_set["expansion"] = {"identifier": FROZEN, "contains": rows}


def _required_value_sets(definition: Json) -> Iterator[str]:
    for element in definition.get("snapshot", {}).get("element", ()):
        binding = element.get("binding", {})
        if binding.get("strength") == "required" and "valueSet" in binding:
            yield binding["valueSet"]
        for extension in binding.get("extension", ()):
            if extension["url"] == _MAX_VALUE_SET and "valueCanonical" in extension:
                yield extension["valueCanonical"]


def _rows(resources: Iterable[Json]) -> Iterator[Row]:
    parameters: dict[str, list[str]] = {}
    for each in resources:
        group = each["resourceType"]
        yield each["url"], each.get("version", ""), group, each.get("name", ""), _flavour(each), each
        for base in each.get("base", ()) if group == "SearchParameter" else ():
            parameters.setdefault(base, []).append(each["url"])
    for base in sorted(parameters):
        yield f"SearchParameter:{base}", "", "SearchParameters", base, "", parameters[base]


def _flavour(resource: Json) -> str:
    """``resource`` for the concrete resource types, else the kind of definition."""
    if resource["resourceType"] != "StructureDefinition":
        return ""
    if resource.get("derivation") == "constraint":
        return "extension" if resource["type"] == "Extension" else "profile"
    return f"abstract-{resource['kind']}" if resource.get("abstract") else str(resource["kind"])


def _differences(shipped: Path, made: Path) -> Iterator[str]:
    names = sorted(
        {each.name for folder in (shipped, made) for each in folder.iterdir() if each.suffix in (".facts", ".json")}
    )
    for name in names:
        if not (shipped / name).is_file() or not (made / name).is_file():
            yield f"{name}: only in one place"
        elif name.endswith(".json"):
            if (shipped / name).read_bytes() != (made / name).read_bytes():
                yield f"{name}: differs"
        else:
            ours, theirs = dict(FactStore(shipped / name).content()), dict(FactStore(made / name).content())
            yield from (
                f"{name}: {key} differs"
                for key in sorted(ours.keys() | theirs.keys())
                if ours.get(key) != theirs.get(key)
            )


def _fail(text: str) -> int:
    sys.stderr.write(f"error: {text}\n")
    return 2


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m vrfhir.definitions.build", description="Make the shipped facts.")
    parser.add_argument("--packages", type=Path, required=True, help="folder with the source packages (.tgz)")
    parser.add_argument("--check", action="store_true", help="compare with the shipped facts instead of writing them")
    options = parser.parse_args(arguments)
    try:
        if not options.check:
            DATA_FOLDER.mkdir(exist_ok=True)
            build(options.packages, DATA_FOLDER)
            return 0
        with tempfile.TemporaryDirectory() as folder:
            build(options.packages, Path(folder))
            different = list(_differences(DATA_FOLDER, Path(folder)))
    except VrfhirError as problem:
        return _fail(str(problem))
    for line in different[:20]:
        sys.stderr.write(line + "\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
