"""Profiles laid over resources: cardinality, slices, patterns, bindings, types, limits, snapshots."""

from __future__ import annotations

from typing import Any

import pytest

from vrfhir.definitions import Definitions
from vrfhir.validation import Validator

Json = dict[str, Any]

BASE = "http://hl7.org/fhir/StructureDefinition/"
URL = "https://example.test/StructureDefinition/"


def profile(name: str, kind: str, *elements: Json, base: str = "", **more: Any) -> Json:
    """A profile that comes as a differential."""
    return {
        "resourceType": "StructureDefinition",
        "url": URL + name,
        "name": name,
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": kind,
        "baseDefinition": base or BASE + kind,
        "derivation": "constraint",
        "differential": {"element": [{"id": kind, "path": kind}, *elements]},
        **more,
    }


def element(identity: str, **facts: Any) -> Json:
    path = ".".join(part.partition(":")[0] for part in identity.split("."))
    found: Json = {"id": identity, "path": path}
    last = identity.rpartition(".")[2]
    if ":" in last:
        found["sliceName"] = last.partition(":")[2]
    return found | facts


def slicing(kind: str, path: str, rules: str = "open", ordered: bool = False) -> Json:
    return {"discriminator": [{"type": kind, "path": path}], "rules": rules, "ordered": ordered}


def check(definition: Json, resource: Json, *others: Json) -> set[tuple[str, str]]:
    validator = Validator(Definitions.default().with_resources([definition, *others]))
    report = validator.validate(resource, profiles=[definition["url"]])
    return {(issue.id, issue.expression) for issue in report.issues if issue.is_error}


PATIENT: Json = {"resourceType": "Patient", "name": [{"family": "Example"}]}


def test_cardinality_of_a_profile() -> None:
    definition = profile("card", "Patient", element("Patient.birthDate", min=1), element("Patient.name", max="1"))
    assert check(definition, PATIENT | {"birthDate": "2000"}) == set()
    assert check(definition, PATIENT) == {("Validation_VAL_Profile_Minimum", "Patient")}
    two = PATIENT | {"birthDate": "2000", "name": [{"family": "a"}, {"family": "b"}]}
    assert check(definition, two) == {("Validation_VAL_Profile_Maximum", "Patient")}


def test_a_required_element_of_the_base_is_said_once() -> None:
    definition = profile("plain", "Observation", element("Observation.status", min=1))
    resource = {"resourceType": "Observation", "code": {"text": "x"}}
    validator = Validator(Definitions.default().with_resources([definition]))
    report = validator.validate(resource, profiles=[definition["url"]])
    assert [issue.id for issue in report.issues] == ["Validation_VAL_Profile_Minimum"]


def test_fixed_values_and_patterns() -> None:
    definition = profile(
        "fixed",
        "Patient",
        element("Patient.gender", fixedCode="male"),
        element("Patient.maritalStatus", patternCodeableConcept={"coding": [{"code": "M"}]}),
        element("Patient.name", patternHumanName={"use": "official"}),
    )
    good = PATIENT | {"gender": "male", "name": [{"use": "official", "family": "x"}]}
    assert check(definition, good) == set()
    bad = PATIENT | {"gender": "female", "maritalStatus": {"text": "x"}}
    assert check(definition, bad) == {
        ("_DT_Fixed_Wrong", "Patient.gender"),
        ("Terminology_TX_Coding_Count", "Patient.maritalStatus"),
        ("Profile_VAL_MissingElement", "Patient.name[0].use"),
    }


CONCEPT = "Patient.maritalStatus"


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("pattern", {"coding": [{"code": "S"}]}, {("TYPE_CHECKS_PATTERN_CC", CONCEPT)}),
        ("pattern", {"coding": [{"code": "S"}, {"code": "M"}]}, set()),
        ("pattern", {"text": "x"}, {("Terminology_TX_Coding_Count", CONCEPT)}),
        ("fixed", {"coding": [{"code": "S"}]}, {("_DT_Fixed_Wrong", CONCEPT + ".coding[0].code")}),
        ("fixed", {"coding": [{"code": "S"}, {"code": "M"}]}, {("Terminology_TX_Coding_Count", CONCEPT)}),
        ("fixed", {"coding": [{"code": "M"}]}, set()),
    ],
)
def test_codings_asked_for_by_a_concept(kind: str, value: Json, expected: set[tuple[str, str]]) -> None:
    """As HL7's validator answers for the same profiles and values."""
    asked = element(CONCEPT, **{kind + "CodeableConcept": {"coding": [{"code": "M"}]}})
    found = check(profile("concept", "Patient", asked), PATIENT | {"maritalStatus": value})
    assert {each for each in found if each[0] in CONCEPT_RULES} == expected


CONCEPT_RULES = ("TYPE_CHECKS_PATTERN_CC", "Terminology_TX_Coding_Count", "_DT_Fixed_Wrong")


def test_rule_on_the_root_of_an_extension() -> None:
    url = URL + "marked"
    rule = {"key": "mark-1", "severity": "error", "human": "x", "expression": "value.length() > 2"}
    extension = profile(
        "marked",
        "Extension",
        element("Extension", constraint=[rule]),
        element("Extension.url", fixedUri=url),
        element("Extension.value[x]", type=[{"code": "string"}]),
    ) | {"context": [{"type": "element", "expression": "Patient"}]}
    validator = Validator(Definitions.default().with_resources([extension]))

    def found(value: str) -> list[str]:
        report = validator.validate(PATIENT | {"extension": [{"url": url, "valueString": value}]})
        return [issue.id + " " + issue.expression for issue in report.issues]

    assert found("long") == []
    assert found("ab") == [url + "#mark-1 Patient.extension[0]"]


SLICED = profile(
    "sliced",
    "Patient",
    element("Patient.identifier", slicing=slicing("value", "system", "closed"), min=1),
    element("Patient.identifier:nhs", min=1, max="1"),
    element("Patient.identifier:nhs.system", min=1, fixedUri="https://fhir.nhs.uk/Id/nhs-number"),
    element("Patient.identifier:nhs.value", min=1),
    element("Patient.identifier:local", max="1"),
    element("Patient.identifier:local.system", patternUri="https://local.test"),
)
NHS = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9000000009"}


@pytest.mark.parametrize(
    ("identifiers", "expected"),
    [
        ([NHS], set()),
        ([NHS, {"system": "https://local.test", "value": "1"}], set()),
        ([{"system": "https://local.test"}], {("Validation_VAL_Profile_Minimum_SLICE", "Patient")}),
        ([NHS, NHS], {("Validation_VAL_Profile_Maximum", "Patient")}),
        ([NHS, {"system": "https://other.test"}], {("Validation_VAL_Profile_NotSlice", "Patient.identifier[1]")}),
        ([{"system": NHS["system"]}], {("Validation_VAL_Profile_Minimum", "Patient.identifier[0]")}),
    ],
)
def test_slices_by_value(identifiers: list[Json], expected: set[tuple[str, str]]) -> None:
    assert check(SLICED, PATIENT | {"identifier": identifiers}) == expected


def test_slices_by_type_of_a_choice() -> None:
    definition = profile(
        "typed",
        "Observation",
        element("Observation.value[x]", slicing=slicing("type", "$this")),
        element("Observation.value[x]:valueQuantity", type=[{"code": "Quantity"}], min=1),
        element("Observation.value[x]:valueQuantity.unit", min=1),
    )
    resource: Json = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    assert check(definition, resource | {"valueQuantity": {"value": 1, "unit": "d"}}) == set()
    missing = check(definition, resource | {"valueQuantity": {"value": 1}})
    assert missing == {("Validation_VAL_Profile_Minimum", "Observation.value.ofType(Quantity)")}
    assert check(definition, resource | {"valueString": "x"}) == {
        ("Validation_VAL_Profile_Minimum_SLICE", "Observation"),
        ("Extension_PROF_Type", "Observation.value.ofType(string)"),
        ("Validation_VAL_Profile_NotSlice", "Observation.value.ofType(string)"),
    }


def test_a_choice_sliced_by_its_type_is_closed_when_every_type_has_its_slice() -> None:
    slices = [
        element(f"Patient.deceased[x]:deceased{each[:1].upper()}{each[1:]}", type=[{"code": each}])
        for each in ("boolean", "dateTime")
    ]
    choice = element("Patient.deceased[x]", slicing={**slicing("type", "$this"), "rules": "closed"})
    assert check(profile("one", "Patient", choice, slices[0]), PATIENT | {"deceasedDateTime": "2020"}) == set()
    assert check(profile("both", "Patient", choice, *slices), PATIENT | {"deceasedDateTime": "2020"}) == set()


def test_a_profile_for_another_type_is_all_that_is_said() -> None:
    definition = profile("other", "Observation", element("Observation.note", min=1))
    assert check(definition, PATIENT) == {("Validation_VAL_Profile_WrongType", "Patient")}


def test_slices_by_existence_and_by_pattern_of_a_concept() -> None:
    definition = profile(
        "exists",
        "Patient",
        element("Patient.contact", slicing=slicing("exists", "organization")),
        element("Patient.contact:org", max="1"),
        element("Patient.contact:org.organization", min=1),
        element("Patient.contact:person"),
        element("Patient.contact:person.organization", max="0"),
        element("Patient.contact:person.name", min=1),
    )
    good = [{"organization": {"display": "x"}}, {"name": {"text": "x"}}]
    assert check(definition, PATIENT | {"contact": good}) == set()
    bad = [{"telecom": [{"system": "phone", "value": "1"}]}]
    assert check(definition, PATIENT | {"contact": bad}) == {("Validation_VAL_Profile_Minimum", "Patient.contact[0]")}


def test_slices_by_what_a_reference_leads_to() -> None:
    definition = profile(
        "resolved",
        "List",
        element("List.entry", slicing=slicing("type", "item.resolve()")),
        element("List.entry:patient", max="1"),
        element("List.entry:patient.item", type=[{"code": "Reference", "targetProfile": [BASE + "Patient"]}]),
    )
    contained = [
        {"resourceType": "Patient", "id": "a"},
        {"resourceType": "Patient", "id": "b"},
        {"resourceType": "Device", "id": "c"},
    ]
    entry = [{"item": {"reference": f"#{each['id']}"}} for each in contained]
    resource = {"resourceType": "List", "status": "current", "mode": "working", "contained": contained, "entry": entry}
    assert check(definition, resource) == {("Validation_VAL_Profile_Maximum", "List")}
    assert check(definition, resource | {"contained": contained[1:], "entry": entry[1:]}) == set()


def test_ordered_slices_and_a_slice_that_fixes_nothing() -> None:
    rows = [
        element("Patient.identifier", slicing=slicing("value", "system", ordered=True)),
        element("Patient.identifier:a"),
        element("Patient.identifier:a.system", fixedUri="https://a.test"),
        element("Patient.identifier:b"),
        element("Patient.identifier:b.system", fixedUri="https://b.test"),
    ]
    swapped = PATIENT | {"identifier": [{"system": "https://b.test"}, {"system": "https://a.test"}]}
    assert check(profile("ordered", "Patient", *rows), swapped) == {
        ("Validation_VAL_Profile_SliceOrder", "Patient.identifier[1]")
    }
    vague = profile(
        "vague",
        "Patient",
        element("Patient.identifier", slicing=slicing("value", "system")),
        element("Patient.identifier:a", min=1),
    )
    assert ("SLICING_CANNOT_BE_EVALUATED", "Patient.identifier[0]") in check(vague, swapped)


def test_limits_types_and_rules_of_a_profile() -> None:
    definition = profile(
        "limits",
        "Observation",
        element("Observation.value[x]", type=[{"code": "integer"}], maxValueInteger=10),
        element(
            "Observation.note",
            constraint=[
                {"key": "n-1", "severity": "error", "human": "A note has an author", "expression": "author.exists()"}
            ],
        ),
    )
    resource: Json = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    assert check(definition, resource | {"valueInteger": 10}) == set()
    assert check(definition, resource | {"valueInteger": 11}) == {
        ("Type_Specific_Checks_DT_Integer_GT", "Observation.value.ofType(integer)")
    }
    assert check(definition, resource | {"valueString": "x"}) == {
        ("Extension_PROF_Type", "Observation.value.ofType(string)")
    }
    assert check(definition, resource | {"note": [{"text": "x"}]}) == {(URL + "limits#n-1", "Observation.note[0]")}


def test_required_extension_of_a_profile() -> None:
    url = BASE + "patient-birthPlace"
    definition = profile(
        "extended",
        "Patient",
        element("Patient.extension", slicing=slicing("value", "url")),
        element("Patient.extension:place", min=1, type=[{"code": "Extension", "profile": [url]}]),
    )
    assert check(definition, PATIENT) == {("Validation_VAL_Profile_Minimum_SLICE_EXT", "Patient")}
    assert check(definition, PATIENT | {"extension": [{"url": url, "valueAddress": {"city": "x"}}]}) == set()


def test_target_profiles_and_profiles_of_bundle_entries() -> None:
    strict = profile("strict-patient", "Patient", element("Patient.birthDate", min=1))
    definition = profile(
        "bundle",
        "Bundle",
        element("Bundle.entry", slicing=slicing("type", "resource")),
        element("Bundle.entry:patient", min=1),
        element("Bundle.entry:patient.resource", type=[{"code": "Patient", "profile": [strict["url"]]}]),
    )
    entry = {"fullUrl": "urn:uuid:0c6ee6e2-9b0f-4d3a-8a29-7a6d2f3f1b11", "resource": PATIENT}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [entry]}
    assert check(definition, bundle, strict) == {
        ("Validation_VAL_Profile_Minimum", "Bundle.entry[0].resource/*Patient/null*/")
    }
    observing = profile(
        "observing",
        "Observation",
        element("Observation.subject", type=[{"code": "Reference", "targetProfile": [strict["url"]]}]),
    )
    resource = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "x"},
        "contained": [PATIENT | {"id": "p"}],
        "subject": {"reference": "#p"},
    }
    assert check(observing, resource, strict) == {("Reference_REF_CantMatchChoice", "Observation.subject")}
    resource["contained"] = [PATIENT | {"id": "p", "birthDate": "2000"}]
    assert check(observing, resource, strict) == set()


def test_imposed_profiles_are_checked_too() -> None:
    strict = profile("imposed", "Patient", element("Patient.birthDate", min=1))
    impose = [{"url": BASE + "structuredefinition-imposeProfile", "valueCanonical": strict["url"]}]
    definition = profile("imposing", "Patient", element("Patient.active", min=1), extension=impose)
    assert check(definition, PATIENT | {"active": True}, strict) == {("Validation_VAL_Profile_Minimum", "Patient")}


def test_profiles_that_lead_to_each_other_end() -> None:
    first = profile("first", "Patient", element("Patient.active", min=1), base=URL + "second")
    second = profile("second", "Patient", element("Patient.active", min=1), base=URL + "first")
    validator = Validator(Definitions.default().with_resources([first, second]))
    report = validator.validate(PATIENT | {"meta": {"profile": [first["url"]]}})
    assert "VALIDATION_VAL_PROFILE_UNKNOWN_NOT_POLICY" in {issue.id for issue in report.issues}
