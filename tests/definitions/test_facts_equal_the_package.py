"""The shipped facts say what the packages say: every element of every StructureDefinition, every code of every system."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from vrfhir.definitions import Definitions, build
from vrfhir.definitions.package import Package, open_package
from vrfhir.definitions.sources import SOURCES, Source
from vrfhir.definitions.terminology_facts import is_open_system

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module", params=SOURCES, ids=lambda source: source.name)
def package(request: pytest.FixtureRequest, shared: Any) -> Package:
    source: Source = request.param
    return open_package(shared / "packages" / source.archive)


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return Definitions.default()


def _resources(package: Package, kind: str) -> Iterator[dict[str, Any]]:
    return (package.read(item) for item in package.items if item.resource_type == kind)


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
    package: Package, definitions: Definitions
) -> None:
    checked = 0
    for theirs in _resources(package, "StructureDefinition"):
        ours = definitions.structure(f"{theirs['url']}|{theirs['version']}" if "version" in theirs else theirs["url"])
        assert ours is not None, theirs["url"]
        assert [ours.get(key) for key in ("type", "kind", "abstract", "derivation", "baseDefinition", "context")] == [
            theirs.get(key) for key in ("type", "kind", "abstract", "derivation", "baseDefinition", "context")
        ]
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
    assert checked > 4_000


def test_no_prose_is_shipped(package: Package, definitions: Definitions) -> None:
    prose = ("definition", "comment", "requirements", "short", "mapping", "alias", "meaningWhenMissing")
    for theirs in _resources(package, "StructureDefinition"):
        ours = definitions.structure(theirs["url"])
        assert ours is not None
        assert not {"description", "purpose", "copyright", "text", "mapping", "contact"} & ours.keys()
        for element in ours[("snapshot" if "snapshot" in ours else "differential")]["element"]:
            assert not set(prose) & element.keys()


def test_code_systems_keep_all_codes_and_only_words_that_may_be_shipped(
    package: Package, definitions: Definitions
) -> None:
    def codes(rows: list[dict[str, Any]]) -> list[str]:
        return [code for row in rows for code in (row["code"], *codes(row.get("concept", [])))]

    def displays(rows: list[dict[str, Any]]) -> list[str]:
        return [text for row in rows for text in (row.get("display", ""), *displays(row.get("concept", [])))]

    seen = 0
    for theirs in _resources(package, "CodeSystem"):
        ours = definitions.resource(theirs["url"], "CodeSystem")
        assert ours is not None
        if theirs["content"] != "complete":
            continue
        assert codes(ours.get("concept", [])) == codes(theirs.get("concept", []))
        if is_open_system(theirs["url"]):
            assert displays(ours.get("concept", [])) == displays(theirs.get("concept", []))
        else:
            assert not any(displays(ours.get("concept", [])))
        seen += 1
    assert seen > 80


def test_value_sets_ship_no_words_of_snomed_or_loinc(package: Package, definitions: Definitions) -> None:
    enumerated = 0
    for theirs in _resources(package, "ValueSet"):
        ours = definitions.resource(theirs["url"], "ValueSet")
        assert ours is not None
        for include in ours.get("compose", {}).get("include", ()):
            if include.get("system") in ("http://snomed.info/sct", "http://loinc.org"):
                enumerated += len(include.get("concept", ()))
                assert not any("display" in each or "designation" in each for each in include.get("concept", ()))
        original = [len(each.get("concept", ())) for each in theirs.get("compose", {}).get("include", ())]
        assert [len(each.get("concept", ())) for each in ours.get("compose", {}).get("include", ())] == original
    assert enumerated or package.manifest["name"] != "hl7.fhir.r4.core"


def test_the_shipped_files_are_what_the_recorded_packages_make(shared: Any) -> None:
    for source in SOURCES:
        archive = shared / "packages" / source.archive
        assert hashlib.sha256(archive.read_bytes()).hexdigest() == source.sha256
    assert build.main(["--packages", str(shared / "packages"), "--check"]) == 0
