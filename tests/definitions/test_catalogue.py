"""Looking definitions up: by canonical, by type name, by path; the caller's own before the shipped ones."""

from __future__ import annotations

import pytest

from vrfhir.definitions import CORE_CANONICAL, Definitions, Field
from vrfhir.errors import DefinitionError

DEFINITIONS = Definitions.default()


def test_a_structure_is_found_by_url_with_and_without_its_version() -> None:
    plain = DEFINITIONS.structure(CORE_CANONICAL + "Patient")
    assert plain is not None
    assert plain["snapshot"]["element"][0]["path"] == "Patient"
    assert DEFINITIONS.structure(CORE_CANONICAL + "Patient|4.0.1") == plain
    assert DEFINITIONS.structure(CORE_CANONICAL + "Patient|4.0") == plain
    assert DEFINITIONS.structure(CORE_CANONICAL + "Patient|5.0.0") is None
    assert DEFINITIONS.structure("https://example.org/nothing") is None
    assert DEFINITIONS.structure("http://hl7.org/fhir/ValueSet/request-status") is None, "no structure"


def test_uk_core_is_shipped_with_snapshots() -> None:
    profile = DEFINITIONS.structure("https://fhir.hl7.org.uk/StructureDefinition/UKCore-ServiceRequest")
    assert profile is not None
    assert profile["baseDefinition"] == CORE_CANONICAL + "ServiceRequest"
    assert len(profile["snapshot"]["element"]) > 50


def test_hl7s_value_sets_are_found_by_the_version_r4_binds_them_with() -> None:
    assert DEFINITIONS.resource("http://terminology.hl7.org/ValueSet/v3-NullFlavor|4.0.1", "ValueSet") is not None
    assert DEFINITIONS.resource("http://terminology.hl7.org/ValueSet/v3-NullFlavor|1.0.0", "ValueSet") is None


@pytest.mark.parametrize("name", ["Patient", "HumanName", "string", "Extension", "Bundle", "Element", "xhtml"])
def test_types_are_found_by_name(name: str) -> None:
    found = DEFINITIONS.type(name)
    assert found is not None
    assert found["type"] == name


def test_all_concrete_resource_types_are_known() -> None:
    types = DEFINITIONS.resource_types()
    assert {"Patient", "ServiceRequest", "Bundle", "Parameters", "Binary"} <= types
    assert not {"Resource", "DomainResource", "HumanName", "Extension", "UKCorePatient"} & types


def test_system_types_are_fhir_types() -> None:
    codes = {
        entry["code"]
        for name in ("Patient", "Extension", "string", "Element", "date")
        for element in DEFINITIONS.snapshot(CORE_CANONICAL + name)
        for entry in element.get("type", ())
    }
    assert not any(code.startswith("http://hl7.org/fhirpath/") for code in codes)
    patient_id = DEFINITIONS.snapshot(CORE_CANONICAL + "Patient")[1]
    assert patient_id["type"] == [{"code": "id"}]


FIELDS = [
    ("Patient", "name", Field("name", False, ("HumanName",), True, "HumanName")),
    ("Patient", "deceased", Field("deceased", True, ("boolean", "dateTime"), False, "")),
    ("Patient", "contact", Field("contact", False, ("BackboneElement",), True, "Patient.contact")),
    ("Patient", "id", Field("id", False, ("id",), False, "id")),
    ("Patient", "contained", Field("contained", False, ("Resource",), True, "Resource")),
    ("Patient.contact", "name", Field("name", False, ("HumanName",), False, "HumanName")),
    ("Timing", "repeat", Field("repeat", False, ("Element",), False, "Timing.repeat")),
    ("Bundle.entry", "link", Field("link", False, ("BackboneElement",), True, "Bundle.link")),
    ("Narrative", "div", Field("div", False, ("xhtml",), False, "xhtml")),
    ("Extension", "url", Field("url", False, ("uri",), False, "uri")),
    ("Quantity", "value", Field("value", False, ("decimal",), False, "decimal")),
]


@pytest.mark.parametrize(("path", "name", "expected"), FIELDS, ids=lambda value: str(value)[:30])
def test_fields_say_how_to_continue(path: str, name: str, expected: Field) -> None:
    assert DEFINITIONS.fields(path)[name] == expected


def test_fields_of_primitives_are_their_id_and_extensions() -> None:
    assert list(DEFINITIONS.fields("dateTime")) == ["id", "extension"]


def test_fields_of_a_profiled_type_are_those_of_the_type() -> None:
    assert list(DEFINITIONS.fields("SimpleQuantity")) == list(DEFINITIONS.fields("Quantity"))


def test_every_path_that_fields_name_leads_on() -> None:
    waiting, seen = list(DEFINITIONS.resource_types()), set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        fields = DEFINITIONS.fields(path)
        assert fields, path
        for field in fields.values():
            waiting.extend([field.path] if field.path else field.types)
    assert {"Patient.contact", "Bundle.entry.request", "Questionnaire.item", "Timing.repeat", "Money"} <= seen
    assert len(seen) == 679


def test_an_unknown_path_has_no_fields() -> None:
    assert not DEFINITIONS.fields("Nonsense")
    assert not DEFINITIONS.fields("Patient.nonsense")


def test_given_resources_come_first_and_leave_the_original_alone() -> None:
    url = "http://hl7.org/fhir/ValueSet/request-status"
    own = {"resourceType": "ValueSet", "url": url, "version": "9", "compose": {"include": []}}
    changed = DEFINITIONS.with_resources([own, {"resourceType": "Patient"}, {"url": "https://example.org/no-type"}])
    assert changed.resource(url) == own
    assert changed.resource(url + "|4.0.1") == DEFINITIONS.resource(url), "another version is still there"
    assert DEFINITIONS.resource(url) != own


def test_a_definition_without_a_snapshot_gets_one_unless_its_base_is_unknown() -> None:
    url = "https://example.org/StructureDefinition/p"
    given = {
        "resourceType": "StructureDefinition",
        "url": url,
        "kind": "resource",
        "type": "Patient",
        "derivation": "constraint",
        "baseDefinition": CORE_CANONICAL + "Patient",
        "differential": {"element": [{"id": "Patient.name", "path": "Patient.name", "min": 1, "definition": "prose"}]},
    }
    definitions = DEFINITIONS.with_resources([given])
    found = definitions.structure(url)
    assert found is not None
    assert found["differential"]["element"] == [{"id": "Patient.name", "path": "Patient.name", "min": 1}]
    assert [each["min"] for each in definitions.snapshot(url) if each["id"] == "Patient.name"] == [1]
    for base in ("https://example.org/nowhere", url):
        stranded = DEFINITIONS.with_resources([given | {"baseDefinition": base}])
        assert "snapshot" not in (stranded.structure(url) or {})
        with pytest.raises(DefinitionError, match="no snapshot"):
            stranded.snapshot(url)
    with pytest.raises(DefinitionError, match="not known"):
        definitions.snapshot(url + "-other")


@pytest.mark.parametrize(
    "broken",
    [
        {"snapshot": None},
        {"snapshot": {"element": None}},
        {"snapshot": {"element": ["x", 1, {}]}},
        {"snapshot": {"element": [{"id": "P", "path": 1, "type": ["x"], "binding": "x", "constraint": ["x", {}]}]}},
        {"differential": {"element": [{"type": [{"code": 1}], "slicing": "x"}]}, "extension": "x"},
    ],
)
def test_broken_definitions_do_not_crash(broken: dict[str, object]) -> None:
    url = "https://example.org/broken"
    definitions = DEFINITIONS.with_resources([{"resourceType": "StructureDefinition", "url": url, **broken}])
    assert definitions.structure(url) is not None


def test_search_parameters_include_those_of_the_base_types() -> None:
    rows = {row["code"]: row for row in DEFINITIONS.search_parameters("ServiceRequest")}
    assert rows["authored"]["type"] == "date"
    assert rows["authored"]["expression"] == "ServiceRequest.authoredOn"
    assert rows["subject"]["target"]
    assert {"_id", "_lastUpdated", "_profile"} <= rows.keys()
    assert DEFINITIONS.resource("http://hl7.org/fhir/SearchParameter/ServiceRequest-authored", "SearchParameter")
