"""The shipped facts say what the packages say: every element of every StructureDefinition, every code of every system."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vrfhir.definitions import build
from vrfhir.definitions.archives import CACHE, find_archive
from vrfhir.definitions.contexts import r4_contexts
from vrfhir.definitions.package import Package, open_package
from vrfhir.definitions.sources import DATA_FOLDER, SOURCES, Source
from vrfhir.definitions.store import FactStore
from vrfhir.definitions.words import is_open_system
from vrfhir.errors import DefinitionError

pytestmark = pytest.mark.shared

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=SOURCES, ids=lambda source: source.name)
def package(request: pytest.FixtureRequest, shared: Any) -> Package:
    source: Source = request.param
    try:
        return open_package(find_archive(source, shared / "packages", ROOT / CACHE, fetch=False))
    except DefinitionError as missing:
        pytest.skip(f"{missing} (make definitions fetches it)")


@pytest.fixture(scope="module")
def shipped(package: Package) -> FactStore:
    """The facts made from that package, not those of another source with the same canonicals."""
    return FactStore(DATA_FOLDER / f"{package.manifest['name']}.facts")


MANY = {
    "hl7.fhir.r4.core": {"elements": 13_000, "systems": 900},
    "hl7.terminology.r4": {"elements": 40, "systems": 850},
    "hl7.fhir.uv.extensions.r4": {"elements": 4_000, "systems": 60},
    "fhir.r4.ukcore.staging": {"elements": 4_000, "systems": 80},
}
"""How much each package must at least have given to compare."""


def _resources(package: Package, kind: str) -> Iterator[dict[str, Any]]:
    return (package.read(item) for item in package.items if item.resource_type == kind)


def _ours(shipped: FactStore, theirs: dict[str, Any]) -> dict[str, Any]:
    version = theirs.get("version", "")
    found = [
        each for each in shipped.find(theirs["url"]) if (each.version, each.group) == (version, theirs["resourceType"])
    ]
    assert found, (theirs["url"], version)
    ours: dict[str, Any] = shipped.read(found[0])
    return ours


def _true_type(entry: dict[str, Any], element: dict[str, Any], kind: str) -> str:
    code = str(entry["code"])
    if not code.startswith("http://hl7.org/fhirpath/System."):
        return code
    if kind == "resource" and element["path"].count(".") == 1 and element["path"].endswith(".id"):
        return "id"
    named = [
        each.get("valueUrl")
        for each in entry.get("extension", ())
        if each["url"].endswith("structuredefinition-fhir-type")
    ]
    return str(named[0]) if named else "string"


def test_every_element_has_the_cardinality_types_bindings_and_constraints_of_the_package(
    package: Package, shipped: FactStore
) -> None:
    checked = 0
    for theirs in _resources(package, "StructureDefinition"):
        ours = _ours(shipped, theirs)
        assert [ours.get(key) for key in ("type", "kind", "abstract", "derivation", "baseDefinition")] == [
            theirs.get(key) for key in ("type", "kind", "abstract", "derivation", "baseDefinition")
        ]
        assert ours.get("context", []) == r4_contexts(theirs)
        part = "snapshot" if "snapshot" in theirs else "differential"
        for mine, element in zip(ours[part]["element"], theirs[part]["element"], strict=True):
            where = f"{theirs['url']} {element['id']}"
            for key in (
                "id",
                "path",
                "min",
                "max",
                "base",
                "sliceName",
                "contentReference",
                "maxLength",
                "representation",
            ):
                assert mine.get(key) == element.get(key), (where, key)
            assert [each["code"] for each in mine.get("type", ())] == [
                _true_type(each, element, theirs["kind"]) for each in element.get("type", ())
            ], where
            for key in ("profile", "targetProfile", "aggregation"):
                assert [each.get(key) for each in mine.get("type", ())] == [
                    each.get(key) for each in element.get("type", ())
                ], (where, key)
            assert mine.get("binding", {}).get("valueSet") == element.get("binding", {}).get("valueSet"), where
            assert mine.get("binding", {}).get("strength") == element.get("binding", {}).get("strength"), where
            assert [(each["key"], each["severity"], each.get("expression")) for each in mine.get("constraint", ())] == [
                (each["key"], each["severity"], each.get("expression")) for each in element.get("constraint", ())
            ], where
            values = {
                key: value
                for key, value in element.items()
                if key.startswith(("fixed", "pattern", "minValue", "maxValue"))
            }
            assert {key: mine.get(key) for key in values} == values, where
            assert mine.get("isModifier", False) == element.get("isModifier", False), where
            assert mine.get("mustSupport", False) == element.get("mustSupport", False), where
            assert mine.get("slicing", {}).get("discriminator") == element.get("slicing", {}).get("discriminator"), (
                where
            )
            checked += 1
    assert checked > MANY[package.manifest["name"]]["elements"]


def test_no_prose_is_shipped(package: Package, shipped: FactStore) -> None:
    prose = ("definition", "comment", "requirements", "short", "mapping", "alias", "meaningWhenMissing")
    for theirs in _resources(package, "StructureDefinition"):
        ours = _ours(shipped, theirs)
        assert not {"description", "purpose", "copyright", "text", "mapping", "contact"} & ours.keys()
        for element in ours[("snapshot" if "snapshot" in ours else "differential")]["element"]:
            assert not set(prose) & element.keys()


def test_code_systems_keep_all_codes_and_only_words_that_may_be_shipped(package: Package, shipped: FactStore) -> None:
    def codes(rows: list[dict[str, Any]]) -> list[str]:
        return [code for row in rows for code in (row["code"], *codes(row.get("concept", [])))]

    def displays(rows: list[dict[str, Any]]) -> list[str]:
        return [text for row in rows for text in (row.get("display", ""), *displays(row.get("concept", [])))]

    seen = 0
    for theirs in _resources(package, "CodeSystem"):
        ours = _ours(shipped, theirs)
        if theirs["content"] != "complete":
            continue
        assert codes(ours.get("concept", [])) == codes(theirs.get("concept", []))
        if is_open_system(theirs["url"]):
            assert displays(ours.get("concept", [])) == displays(theirs.get("concept", []))
        else:
            assert not any(displays(ours.get("concept", [])))
        seen += 1
    assert seen > MANY[package.manifest["name"]]["systems"]


def test_value_sets_ship_no_words_of_snomed_or_loinc(package: Package, shipped: FactStore) -> None:
    enumerated = 0
    for theirs in _resources(package, "ValueSet"):
        ours = _ours(shipped, theirs)
        for include in ours.get("compose", {}).get("include", ()):
            if include.get("system") in ("http://snomed.info/sct", "http://loinc.org"):
                enumerated += len(include.get("concept", ()))
                assert not any("display" in each or "designation" in each for each in include.get("concept", ()))
        original = [len(each.get("concept", ())) for each in theirs.get("compose", {}).get("include", ())]
        assert [len(each.get("concept", ())) for each in ours.get("compose", {}).get("include", ())] == original
    assert enumerated or package.manifest["name"] != "hl7.fhir.r4.core"


def test_a_code_system_that_names_another_owner_ships_no_words(package: Package, shipped: FactStore) -> None:
    """``copyright`` and ``publisher`` decide, whatever address HL7 gave the system."""
    for theirs in _resources(package, "CodeSystem"):
        rights, publisher = theirs.get("copyright", ""), theirs.get("publisher", "")
        if any(name in rights or name in publisher for name in OTHERS):
            assert not is_open_system(theirs["url"]), (theirs["url"], publisher, rights[:200])
            assert '"display"' not in json.dumps(_ours(shipped, theirs).get("concept", []))


OTHERS = (
    *("SNOMED", "LOINC", "Regenstrief", "DICOM", "NEMA", "ISO", "ASTM", "ETSI", "IHE", "American ", "AHA", "UB04"),
    *("NUCC", "Medicare", "Interagency", "World Health", "NEHTA", "Third Party IP", "owned by"),
)


def test_the_shipped_files_are_what_the_recorded_packages_make(shared: Any) -> None:
    options = ["--packages", str(shared / "packages"), "--cache", str(ROOT / CACHE)]
    assert build.main([*options, "--no-fetch", "--check"]) == 0
