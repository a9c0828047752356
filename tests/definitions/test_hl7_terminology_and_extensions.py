"""HL7's terminology and extension pack beside R4 core: what is known, and who speaks first.

Where two packages define a canonical, the answers expected here are those HL7's own validator (6.10.4) gave with the same
four packages loaded.
"""

from __future__ import annotations

import pytest

from vrfhir.definitions import CORE_CANONICAL, Definitions
from vrfhir.definitions.contexts import CANONICAL_RESOURCES
from vrfhir.definitions.sources import DATA_FOLDER
from vrfhir.definitions.store import FactStore
from vrfhir.definitions.words import is_open_system
from vrfhir.terminology import Membership, Terminology

DEFINITIONS = Definitions.default()
TERMINOLOGY = Terminology(DEFINITIONS)
THO = "http://terminology.hl7.org/CodeSystem/"
IN, OUT = Membership.IN, Membership.OUT


def _contexts(extension: str) -> set[str]:
    structure = DEFINITIONS.structure(CORE_CANONICAL + extension)
    assert structure is not None
    return {each["expression"] for each in structure["context"]}


@pytest.mark.parametrize(
    ("extension", "allowed", "value"),
    [
        ("alternate-codes", {"code", "Coding"}, "CodeableConcept"),
        ("iso21090-ADXP-buildingNumberSuffix", {"Address.line"}, "string"),
        ("individual-genderIdentity", {"Patient", "Person"}, None),
    ],
)
def test_standard_extensions_are_known(extension: str, allowed: set[str], value: str | None) -> None:
    assert allowed <= _contexts(extension)
    types = [
        each["code"]
        for element in DEFINITIONS.snapshot(CORE_CANONICAL + extension)
        if element["path"] == "Extension.value[x]" and element["max"] != "0"
        for each in element["type"]
    ]
    assert types == ([] if value is None else [value])


def test_the_order_of_sources() -> None:
    names = [each.partition("#")[0] for each in DEFINITIONS.sources]
    assert names[-4:] == [
        "fhir.r4.ukcore.staging",
        "hl7.fhir.uv.extensions.r4",
        "hl7.terminology.r4",
        "hl7.fhir.r4.core",
    ]


def test_an_extension_of_both_is_the_pack_s_and_core_s_only_by_version() -> None:
    """ContactPoint.value instead of ContactPoint; Expression instead of string."""
    assert _contexts("contactpoint-area") == {"ContactPoint.value"}
    assert _contexts("contactpoint-area|4.0.1") == {"ContactPoint"}
    value = DEFINITIONS.snapshot(CORE_CANONICAL + "cqf-calculatedValue")[-1]
    assert [each["code"] for each in value["type"]] == ["Expression"]


CODES = [
    ("observation-category", "symptom", IN),  # newer than R4
    ("adverse-event-category", "device", IN),
    ("adverse-event-category", "expired-drug", OUT),  # R4 had it
    ("appointment-cancellation-reason", "pat-crs", IN),  # R4 has only examples of these systems
    ("appointment-cancellation-reason", "nonesuch", OUT),
    ("service-type", "124", IN),
    ("service-type", "nonesuch", OUT),
    ("service-category", "8", IN),
    ("service-category", "nonesuch", OUT),
    ("v2-0003", "S40", IN),
]


@pytest.mark.parametrize(("system", "code", "expected"), CODES)
def test_codes_are_those_of_the_newer_terminology(system: str, code: str, expected: Membership) -> None:
    assert TERMINOLOGY.code_in_system(THO + system, code) is expected


def test_a_required_set_of_core_takes_its_codes_from_the_newer_code_system() -> None:
    frozen = "http://hl7.org/fhir/ValueSet/condition-clinical|4.0.1"
    assert TERMINOLOGY.member(frozen, THO + "condition-clinical", "unknown") is IN
    assert TERMINOLOGY.member(frozen, THO + "condition-clinical", "unheard-of") is OUT


def test_types_stay_those_of_r4() -> None:
    for name in (*DEFINITIONS.resource_types(), "Extension", "Element", "HumanName", "Reference"):
        structure = DEFINITIONS.type(name)
        assert structure is not None
        assert structure["version"] == "4.0.1"


def test_search_parameters_stay_those_of_r4() -> None:
    core = {each.url for each in FactStore(DATA_FOLDER / "hl7.fhir.r4.core.facts").entries("SearchParameter")}
    for kind in ("Patient", "ServiceRequest", "CodeSystem"):
        urls = [row["url"] for row in DEFINITIONS.search_parameters(kind)]
        assert len(urls) == len(set(urls))
        assert {url for url in urls if not url.startswith("https://vrfhir.org/fhir/")} <= core


def test_contexts_for_other_versions_are_left_out_and_later_abstract_types_written_out() -> None:
    assert "Basic" not in _contexts("artifact-approvalDate")
    assert "CapabilityStatement.rest.resource" in _contexts("capabilitystatement-expectation")
    assert "CapabilityStatement.acceptLanguage" not in _contexts("capabilitystatement-expectation")
    assert set(CANONICAL_RESOURCES) <= _contexts("structuredefinition-standards-status")
    assert {"Element", "Resource"} == _contexts("_datatype")
    types = DEFINITIONS.resource_types()
    written = {
        context["expression"]
        for url in DEFINITIONS.canonicals("StructureDefinition")
        for context in (DEFINITIONS.structure(url) or {}).get("context", ())
        if context["type"] == "element"
    }
    roots = {each.partition(".")[0] for each in written}
    assert {each for each in roots - types if DEFINITIONS.type(each) is None} == set()


def test_canonical_resources_have_a_url() -> None:
    """All but NamingSystem, which R4 gave no ``url`` yet."""
    assert {each for each in CANONICAL_RESOURCES if "url" not in DEFINITIONS.fields(each)} == {"NamingSystem"}


def test_a_version_range_decides_whether_a_context_holds_for_r4() -> None:
    url = "https://example.org/StructureDefinition/x"
    ranges = {"a": ("4.0", None), "b": ("4.3", None), "c": (None, "3.0"), "d": ("3.0.2", "4.0.1"), "e": (None, None)}
    contexts = []
    for name, limits in ranges.items():
        parts = zip(("startFhirVersion", "endFhirVersion"), limits, strict=True)
        rows = [{"url": key, "valueCode": value} for key, value in parts if value]
        use = {"url": CORE_CANONICAL + "version-specific-use", "extension": rows}
        contexts.append({"extension": [use], "type": "element", "expression": name})
    given = {"resourceType": "StructureDefinition", "url": url, "type": "Extension", "context": contexts}
    found = DEFINITIONS.with_resources([given]).structure(url)
    assert found is not None
    assert [each["expression"] for each in found["context"]] == ["a", "d", "e"]


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (THO + "service-type", True),
        ("http://hl7.org/fhir/request-status", True),
        ("https://fhir.hl7.org.uk/CodeSystem/UKCore-SDSJobRoleName", True),
        (THO + "dicom-audit-lifecycle", False),
        (THO + "v3-HealthcareProviderTaxonomyHIPAA", False),
        ("http://hl7.org/fhir/sid/icd-10", False),
        ("http://www.ada.org/snodent", False),
        ("http://snomed.info/sct", False),
        (None, False),
    ],
)
def test_whose_words_are_shipped(system: str | None, expected: bool) -> None:
    assert is_open_system(system) is expected


def test_words_of_hl7_are_kept_words_of_others_are_not() -> None:
    assert TERMINOLOGY.display(THO + "service-type", "124")
    assert TERMINOLOGY.code_in_system(THO + "iso-21089-lifecycle", "access") is IN
    assert TERMINOLOGY.display(THO + "iso-21089-lifecycle", "access") is None


def test_how_a_concept_was_published_is_not_shipped_but_what_decides_is() -> None:
    concept = TERMINOLOGY.concept(THO + "v3-ActCode", "AMB")
    assert concept is not None
    assert not {"internalId", "HL7usageNotes", "v2-concComment"} & concept.properties.keys()
    assert "_ActEncounterCode" in concept.properties["subsumedBy"]
