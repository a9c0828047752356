"""Changes to codes: another code, an unknown code, another system, a wrong display."""

from __future__ import annotations

from functools import cache
from typing import Any

from mutants.operators import Subject, operator
from mutants.sites import Site
from vrfhir.definitions import Definitions
from vrfhir.terminology import Terminology

__all__: list[str] = []


def _code(site: Site) -> bool:
    return site.type == "code" and isinstance(site.value, str) and site.owner not in ("Coding", "Quantity")


def _coding(site: Site) -> bool:
    return isinstance(site.value, dict) and site.type == "Coding"


def _concept(site: Site) -> bool:
    return isinstance(site.value, dict) and site.type == "CodeableConcept"


@cache
def _codes(owner: str, name: str) -> tuple[str, ...]:
    """The codes that base R4 allows for a ``code`` element, as far as they can be listed."""
    definitions = Definitions.default()
    structure = definitions.type(owner.partition(".")[0])
    for element in structure["snapshot"]["element"] if structure else ():
        if element["path"] == f"{owner}.{name}" and "valueSet" in element.get("binding", {}):
            expansion = Terminology(definitions).expansion(element["binding"]["valueSet"]) or {}
            return tuple(code for listed in expansion.values() for code in listed)[:60]
    return ()


@operator("bad-code", times=2)
def bad_code(subject: Subject) -> bool:
    """A code that the value set does not have, or one written differently."""
    site = subject.site(_code)
    if site is None:
        return False
    value = site.value
    site.holder[site.key] = subject.pick(
        ("zz-unknown", value.upper(), value + " ", value + "x", "two  spaces", "in between")
    )
    return True


@operator("other-code", times=4)
def other_code(subject: Subject) -> bool:
    """Another code of the same value set: the shape is right, the meaning has changed."""
    site = subject.site(lambda one: _code(one) and len(_codes(one.owner, one.name)) > 1)
    if site is None:
        return False
    site.holder[site.key] = subject.pick([one for one in _codes(site.owner, site.name) if one != site.value])
    return True


@operator("coding-code", times=4)
def coding_code(subject: Subject) -> bool:
    """A coding with a code that its system does not have, in the wrong case, or missing."""
    site = subject.site(lambda one: _coding(one) and "code" in one.value)
    if site is None:
        return False
    value = site.value
    wrong = subject.pick(
        ("zz-unknown", value["code"].upper() if isinstance(value["code"], str) else "x", "123456", None, " spaced ")
    )
    if wrong is None:
        del value["code"]
    else:
        value["code"] = wrong
    return True


@operator("coding-system", times=4)
def coding_system(subject: Subject) -> bool:
    """A coding of another system, of none, or with the system written almost right."""
    site = subject.site(lambda one: _coding(one) and isinstance(one.value.get("system"), str))
    if site is None:
        return False
    value = site.value
    system = value["system"]
    http = system.startswith("http:")
    twisted = system.replace("http:", "https:", 1) if http else system.replace("https:", "http:", 1)
    value_set = system.replace("/CodeSystem/", "/ValueSet/")
    wrong = subject.pick((twisted, system + "/", value_set, "http://snomed.info/sct", "http://loinc.org", "http://example.org/codes",
                          "urn:oid:2.16.840.1.113883.6.96", "SNOMED", "http://hl7.org/fhir/ValueSet/request-status", None, "#local"))  # fmt: skip
    if wrong is None:
        del value["system"]
    else:
        value["system"] = wrong
    return True


@operator("coding-display", times=2)
def coding_display(subject: Subject) -> bool:
    """A coding whose words are not those of its code."""
    site = subject.site(lambda one: _coding(one) and "code" in one.value)
    if site is None:
        return False
    site.value["display"] = subject.pick(("Something else", "", str(site.value.get("display", "x")).upper(), " "))
    return True


@operator("coding-dropped", times=2)
def coding_dropped(subject: Subject) -> bool:
    """A concept in words only."""
    site = subject.site(lambda one: _concept(one) and "coding" in one.value)
    if site is None:
        return False
    del site.value["coding"]
    site.value["text"] = "in words only"
    return True


@operator("coding-added", times=2)
def coding_added(subject: Subject) -> bool:
    """A second coding in a concept: of another system, without system, or user selected twice."""
    site = subject.site(lambda one: _concept(one) and isinstance(one.value.get("coding"), list))
    if site is None:
        return False
    added: Any = subject.pick((
        {"system": "http://example.org/codes", "code": "a"}, {"code": "alone"}, {"display": "words only"},
        {"system": "http://snomed.info/sct", "code": "138875005"}, {"system": "http://loinc.org", "code": "1-0"},
        {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB", "display": "ambulatory"},
        {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NONE-SUCH"}, {"userSelected": True},
    ))  # fmt: skip
    site.value["coding"].insert(int((subject.pick((0, 1)) or 0) * len(site.value["coding"])), dict(added))
    return True


@operator("concept-replaced", times=3)
def concept_replaced(subject: Subject) -> bool:
    """A concept of a code list that has nothing to do with the element."""
    site = subject.site(_concept)
    if site is None:
        return False
    site.holder[site.key] = {"coding": [dict(subject.pick(_STRANGE) or _STRANGE[0])]}
    return True


_STRANGE = (
    {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR", "display": "Medical record number"},
    {"system": "http://hl7.org/fhir/administrative-gender", "code": "female", "display": "Female"},
    {"system": "https://vrfhir.org/fhir/CodeSystem/vr-category", "code": "zz"},
    {"system": "http://snomed.info/sct", "code": "138875005"},
    {"system": "http://example.org/codes", "code": "own"},
    {"code": "none"},
)


@operator("quantity-unit", times=2)
def quantity_unit(subject: Subject) -> bool:
    """A quantity in another unit, in none, or in one that does not exist."""
    site = subject.site(
        lambda one: (
            isinstance(one.value, dict)
            and one.type in ("Quantity", "Duration", "Age", "Money")
            and "value" in one.value
        )
    )
    if site is None:
        return False
    change: Any = subject.pick((
        {"system": "http://unitsofmeasure.org", "code": "furlong"}, {"system": "http://unitsofmeasure.org", "code": "mg"},
        {"system": None, "code": "d"}, {"code": None}, {"unit": None}, {"comparator": "~"}, {"comparator": "<"},
        {"system": "http://example.org/units", "code": "d"}, {"value": None}, {"system": "http://unitsofmeasure.org", "code": "{score}"},
    ))  # fmt: skip
    for key, value in change.items():
        if value is None:
            site.value.pop(key, None)
        else:
            site.value[key] = value
    return True


@operator("identifier", times=3)
def identifier(subject: Subject) -> bool:
    """An identifier of another system, with another value, use, or nothing but its use."""
    site = subject.site(lambda one: isinstance(one.value, dict) and one.type == "Identifier")
    if site is None:
        return False
    change: Any = subject.pick((
        {"system": "https://fhir.nhs.uk/Id/nhs-number"}, {"system": "http://example.org/ids"}, {"system": None}, {"value": None},
        {"value": "1234567890"}, {"value": "x"}, {"use": "main"}, {"use": "old"}, {"system": "https://fhir.hl7.org.uk/Id/gmc-number"},
        {"system": "not a uri"}, {"system": "https://fhir.nhs.uk/Id/ods-organization-code"}, {"type": {"text": "a number"}},
        {"assigner": {"reference": "Patient/p"}},
    ))  # fmt: skip
    for key, value in change.items():
        if value is None:
            site.value.pop(key, None)
        else:
            site.value[key] = value
    return True


@operator("contact-point")
def contact_point(subject: Subject) -> bool:
    """A way to reach somebody without saying which, or of a kind that does not exist."""
    site = subject.site(lambda one: isinstance(one.value, dict) and one.type == "ContactPoint")
    if site is None:
        return False
    change: Any = subject.pick(
        ({"system": None}, {"value": None}, {"system": "pigeon"}, {"use": "secret"}, {"rank": 0}, {"rank": 1})
    )
    for key, value in change.items():
        if value is None:
            site.value.pop(key, None)
        else:
            site.value[key] = value
    return True
