"""Questions about codes, answered from the shipped definitions alone."""

from __future__ import annotations

import pytest

from vrfhir.definitions import Definitions
from vrfhir.definitions.expansion import FROZEN
from vrfhir.terminology import Membership, Terminology, Translation

IN, OUT, UNKNOWN = Membership.IN, Membership.OUT, Membership.UNKNOWN
DEFINITIONS = Definitions.default()
TERMINOLOGY = Terminology(DEFINITIONS)
R4 = "http://hl7.org/fhir/ValueSet/"
SNOMED, LOINC, UCUM = "http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"

MEMBERS = [
    (R4 + "request-status|4.0.1", None, "active", IN),
    (R4 + "request-status", "http://hl7.org/fhir/request-status", "active", IN),
    (R4 + "request-status", None, "Active", OUT),
    (R4 + "request-status", "https://example.org/other", "active", OUT),
    (R4 + "administrative-gender|4.0.1", None, "unknown", IN),
    (R4 + "observation-status|4.0.1", None, "reserved", OUT),
    (R4 + "resource-types|4.0.1", None, "ServiceRequest", IN),
    (R4 + "all-types|4.0.1", None, "HumanName", IN),
    (R4 + "languages", None, "en-GB", IN),
    (R4 + "all-languages", None, "cy", IN),
    (R4 + "all-languages", None, "qq", OUT),
    (R4 + "all-languages", None, "not a language", OUT),
    (R4 + "all-languages", None, "de-Latn-1996", UNKNOWN),
    (R4 + "mimetypes|4.0.1", None, "application/pdf", IN),
    (R4 + "mimetypes|4.0.1", None, "application/fhir+json; fhirVersion=4.0", IN),
    (R4 + "mimetypes|4.0.1", None, "json", UNKNOWN),
    (R4 + "mimetypes|4.0.1", None, "no slash here", OUT),
    (R4 + "currencies|4.0.1", None, "GBP", IN),
    (R4 + "currencies|4.0.1", None, "pounds", OUT),
    (R4 + "iso3166-1-2", "urn:iso:std:iso:3166", "GB", IN),
    (R4 + "ucum-units|4.0.1", UCUM, "mmol/L", IN),
    (R4 + "ucum-units|4.0.1", UCUM, "mmol per L", OUT),
    (R4 + "body-site", SNOMED, "12738006", UNKNOWN),
    (R4 + "body-site", LOINC, "12738006", OUT),
    (R4 + "encounter-reason", SNOMED, "404684003", IN),
    (R4 + "no-such-set", None, "x", UNKNOWN),
]


@pytest.mark.parametrize(("value_set", "system", "code", "expected"), MEMBERS, ids=lambda value: str(value)[-24:])
def test_members(value_set: str, system: str | None, code: str, expected: Membership) -> None:
    assert TERMINOLOGY.member(value_set, system, code) is expected
    assert TERMINOLOGY.member(value_set, system, code) is expected, "the cached answer is the same"


def test_nearly_all_required_bindings_are_decided_locally() -> None:
    required = {
        element["binding"]["valueSet"]
        for url in DEFINITIONS.canonicals("StructureDefinition")
        for element in (DEFINITIONS.structure(url) or {}).get("snapshot", {}).get("element", ())
        if element.get("binding", {}).get("strength") == "required" and "valueSet" in element["binding"]
    }
    whole = {url for url in required if TERMINOLOGY.expansion(url) is not None}
    assert len(whole) >= 260
    assert {url.partition("|")[0].rpartition("/")[2] for url in required - whole} == {
        *("all-languages", "mimetypes", "ucum-units", "currencies", "timezones", "all-distance-units"),
        *("LL379-9", "subscription-payload-content", "jurisdiction", "narrative-language-control"),
        "days-of-week",  # of R5, which HL7's extension pack asks for in an extension for R4 too
    }


def test_frozen_expansions_are_what_the_composition_says() -> None:
    """The expansions stored at build time equal those made from the same definitions now."""
    frozen = []
    for url in DEFINITIONS.canonicals("ValueSet"):
        value_set = DEFINITIONS.resource(url, "ValueSet") or {}
        if value_set.get("expansion", {}).get("identifier") == FROZEN and "compose" in value_set:
            frozen.append({key: value for key, value in value_set.items() if key != "expansion"})
    assert len(frozen) > 200
    now = Terminology(DEFINITIONS.with_resources(frozen))
    assert [each["url"] for each in frozen if now.expansion(each["url"]) != TERMINOLOGY.expansion(each["url"])] == []


def test_codes_in_systems() -> None:
    assert TERMINOLOGY.code_in_system("http://hl7.org/fhir/request-status", "active") is IN
    assert TERMINOLOGY.code_in_system("http://hl7.org/fhir/request-status", "aktiv") is OUT
    assert TERMINOLOGY.code_in_system(SNOMED, "70082004") is UNKNOWN
    assert TERMINOLOGY.code_in_system("urn:ietf:rfc:3986", "urn:uuid:x") is IN
    assert TERMINOLOGY.code_in_system("urn:ietf:rfc:3986", "no uri") is OUT
    assert TERMINOLOGY.code_in_system("urn:iso:std:iso:3166", "GBR") is IN
    assert TERMINOLOGY.code_in_system("urn:iso:std:iso:3166", "XX") is OUT
    assert TERMINOLOGY.system_is_known("http://hl7.org/fhir/request-status")
    assert not TERMINOLOGY.system_is_known(SNOMED)


def test_displays() -> None:
    system = "http://terminology.hl7.org/CodeSystem/v2-0131"
    assert TERMINOLOGY.display(system, "C") == "Emergency Contact"
    assert TERMINOLOGY.displays(system, "C")[0] == "Emergency Contact"
    assert TERMINOLOGY.display(system, "no such code") is None
    assert TERMINOLOGY.display(SNOMED, "70082004") is None
    assert TERMINOLOGY.displays(SNOMED, "70082004") == ()


def test_designations_are_displays_too() -> None:
    given = {
        "resourceType": "CodeSystem",
        "url": "https://example.org/cs",
        "content": "complete",
        "concept": [
            {
                "code": "a",
                "display": "one",
                "designation": [{"value": "un"}, {"value": "one"}],
                "property": [{"code": "status", "valueCode": "retired"}],
            },
            {"code": "b"},
        ],
    }
    terminology = Terminology(DEFINITIONS.with_resources([given]))
    assert terminology.displays("https://example.org/cs", "a") == ("one", "un")
    assert terminology.displays("https://example.org/cs", "b") == ()
    assert terminology.is_inactive("https://example.org/cs", "a")
    assert not terminology.is_inactive("https://example.org/cs", "b")


def test_translation_by_concept_map() -> None:
    gender = "http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v2"
    v2 = "http://terminology.hl7.org/CodeSystem/v2-0001"
    found = TERMINOLOGY.translate(gender, "http://hl7.org/fhir/administrative-gender", "male")
    assert found == [Translation(v2, "M", "equal")] or found[0].code == "M"
    assert TERMINOLOGY.translate(gender, "https://example.org/other", "male") == []
    assert TERMINOLOGY.translate("https://example.org/no-map", v2, "M") == []


def test_unmapped_codes_follow_the_map() -> None:
    url = "https://example.org/map"
    group = {"source": "s", "target": "t", "element": [{"code": "a", "target": [{"equivalence": "unmatched"}]}]}
    provided = {"resourceType": "ConceptMap", "url": url, "group": [group | {"unmapped": {"mode": "provided"}}]}
    fixed = {"resourceType": "ConceptMap", "url": url, "group": [group | {"unmapped": {"mode": "fixed", "code": "z"}}]}
    assert Terminology(DEFINITIONS.with_resources([provided])).translate(url, "s", "q") == [
        Translation("t", "q", "equal")
    ]
    assert Terminology(DEFINITIONS.with_resources([fixed])).translate(url, "s", "q") == [
        Translation("t", "z", "inexact")
    ]
    assert Terminology(DEFINITIONS.with_resources([fixed])).translate(url, "s", "a") == [
        Translation("t", None, "unmatched")
    ]
