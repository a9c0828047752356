"""Make the shipped facts from FHIR packages: ``python -m vrfhir.definitions.build --packages DIR [--check]``.

A package that is not in DIR is taken from the cache, or fetched into it with ``npm pack``. ``--check`` compares instead of
writing, and skips a package that cannot be had, saying why.

Exit codes: 0 done, or the shipped facts are what the packages say; 1 they differ; 2 a package is missing or is another one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from vrfhir.definitions.archives import CACHE, find_archive
from vrfhir.definitions.facts import facts
from vrfhir.definitions.freezing import freeze_expansions
from vrfhir.definitions.package import open_package
from vrfhir.definitions.sources import DATA_FOLDER, SOURCES, Source
from vrfhir.definitions.store import FactStore, write_store
from vrfhir.errors import DefinitionError, VrfhirError

__all__ = ["build", "main"]

Json = dict[str, Any]
Row = tuple[str, str, str, str, str, Any]

_MANIFEST = "SOURCES.json"
_KEPT = (
    "StructureDefinition",
    "ValueSet",
    "CodeSystem",
    "ConceptMap",
    "OperationDefinition",
    "CompartmentDefinition",
    "SearchParameter",
)
_MAX_LINES = 20


def build(archives: Mapping[str, Path], target: Path, sources: Sequence[Source] = SOURCES) -> None:
    """Write one ``.facts`` file per source that has an archive, and the manifest that says what they were made from.

    The shipped facts stand in for a source without an archive, because others draw on it.
    """
    kept = [_from_archive(archives[each.name], each) if each.name in archives else _shipped(each) for each in sources]
    freeze_expansions(kept)
    manifest = []
    for source, resources in zip(sources, kept, strict=True):
        if source.name in archives:
            facts_path = target / source.facts_file
            write_store(facts_path, source.recorded, _rows(resources))
            counts = {kind: sum(each["resourceType"] == kind for each in resources) for kind in _KEPT}
            digest = FactStore(facts_path).digest()
            entry = {"facts": source.facts_file, "facts_sha256": digest, "resources": counts}
            manifest.append({**source.recorded, **entry})
    text = {"made_by": "python -m vrfhir.definitions.build", "sources": manifest}
    (target / _MANIFEST).write_text(json.dumps(text, indent=2) + "\n", encoding="utf-8")


def _from_archive(archive: Path, source: Source) -> list[Json]:
    """What is kept, in an order that does not depend on the archive: by type, then canonical."""
    package = open_package(archive)
    wanted = [each for each in _KEPT if each not in source.left_out]
    items = [item for item in package.items if item.resource_type in wanted]
    items.sort(key=lambda each: (wanted.index(each.resource_type), each.url, each.filename))
    return [facts(package.read(item), trim_terminology=True) for item in items]


def _shipped(source: Source) -> list[Json]:
    store = FactStore(DATA_FOLDER / source.facts_file)
    return [store.read(each) for each in store.entries() if each.group in _KEPT]


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


def _differences(shipped: Path, made: Path, sources: Sequence[Source]) -> Iterator[str]:
    """What the shipped facts of these sources say otherwise than the ones just made; files that no source makes."""
    ours, theirs = (_manifest(folder) for folder in (shipped, made))
    for source in sources:
        name = source.facts_file
        if ours.get(source.name) != theirs[source.name]:
            yield f"{_MANIFEST}: {source.name} differs"
        if not (shipped / name).is_file():
            yield f"{name}: is not shipped"
            continue
        old, new = dict(FactStore(shipped / name).content()), dict(FactStore(made / name).content())
        yield from (f"{name}: {key} differs" for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key))


def _strays(shipped: Path, sources: Sequence[Source]) -> Iterator[str]:
    for found in sorted({each.name for each in shipped.glob("*.facts")} - {each.facts_file for each in sources}):
        yield f"{found}: no source makes it"
    for name in sorted(_manifest(shipped).keys() - {each.name for each in sources}):
        yield f"{_MANIFEST}: {name} is no source"


def _manifest(folder: Path) -> dict[str, Json]:
    path = folder / _MANIFEST
    entries = json.loads(path.read_text(encoding="utf-8"))["sources"] if path.is_file() else []
    return {each["name"]: each for each in entries}


def main(arguments: Sequence[str] | None = None, sources: Sequence[Source] = SOURCES) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m vrfhir.definitions.build", description="Make the shipped facts.")
    parser.add_argument("--packages", type=Path, required=True, help="folder with the source packages (.tgz)")
    parser.add_argument(
        "--cache", type=Path, default=CACHE, help="folder for those fetched by npm (default: %(default)s)"
    )
    parser.add_argument("--no-fetch", action="store_true", help="do not fetch packages that are in neither folder")
    parser.add_argument("--check", action="store_true", help="compare with the shipped facts instead of writing them")
    options = parser.parse_args(arguments)
    try:
        archives = {}
        for source in sources:
            try:
                archives[source.name] = find_archive(
                    source, options.packages, options.cache, fetch=not options.no_fetch
                )
            except DefinitionError as missing:
                if not options.check:
                    raise
                _say(f"skipped: {missing}")
        if options.check:
            return _check(archives, sources)
        DATA_FOLDER.mkdir(exist_ok=True)
        build(archives, DATA_FOLDER, sources)
    except VrfhirError as problem:
        _say(f"error: {problem}")
        return 2
    return 0


def _check(archives: Mapping[str, Path], sources: Sequence[Source]) -> int:
    if not archives:
        _say("error: no package to compare with")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        build(archives, Path(folder), sources)
        compared = [each for each in sources if each.name in archives]
        different = [*_differences(DATA_FOLDER, Path(folder), compared), *_strays(DATA_FOLDER, sources)]
    for line in different[:_MAX_LINES]:
        _say(line)
    return 1 if different else 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
