"""Whose words the displays of a code system are: HL7's, HL7 UK's and our own are shipped, of all others only codes.

A code system below HL7's own addresses may still be somebody else's; HL7 says so in its ``copyright`` or ``publisher``.
"""

from __future__ import annotations

__all__ = ["OPEN_SYSTEMS", "is_open_system"]

OPEN_SYSTEMS = ("http://hl7.org/", "http://terminology.hl7.org/", "https://fhir.hl7.org.uk/", "https://vrfhir.org/")
"""Code systems whose words may be shipped."""

_ELSEWHERE = ("http://hl7.org/fhir/sid/",)
"""Addresses HL7 gives to code systems of others: ICD, NDC, CVX …"""

_THO = "http://terminology.hl7.org/CodeSystem/"
_OF_OTHERS = frozenset(
    {
        "http://hl7.org/fhir/animal-species",  # mentions SNOMED CT
        "http://hl7.org/fhir/device-action",
        "http://hl7.org/fhir/feeding-device",
        "http://hl7.org/fhir/gender-identity",
        "http://hl7.org/fhir/reason-medication-not-given",
        _THO + "practitioner-role",
        _THO + "consentcategorycodes",  # mentions LOINC
        _THO + "audit-event-type",  # DICOM
        _THO + "dicom-audit-lifecycle",
        _THO + "media-modality",
        _THO + "security-source-type",
        _THO + "iso-21089-lifecycle",  # ISO
        _THO + "v3-ISO3166-1retired",
        _THO + "v3-ISO3166-2retired",
        _THO + "v3-ISO3166-3retired",
        _THO + "contractsignertypecodes",  # ASTM
        _THO + "endpoint-connection-type",  # IHE
        _THO + "endpoint-payload-type",
        _THO + "time-period-ranges",
        _THO + "ex-diagnosis-on-admission",  # American Hospital Association
        _THO + "ex-revenue-center",
        _THO + "ADAToothSurfaceCodes",  # American Dental Association
        _THO + "ADAUniversalToothDesignationSystem",
        _THO + "ILRSpeakingSkillScale",  # Interagency Language Roundtable
        _THO + "v3-HealthcareProviderTaxonomyHIPAA",  # National Uniform Claim Committee
    }
)


def is_open_system(system: str | None) -> bool:
    """True when displays of this code system are HL7's or ours to ship."""
    return system is not None and system.startswith(OPEN_SYSTEMS) and not _is_of_others(system)


def _is_of_others(system: str) -> bool:
    return system in _OF_OTHERS or system.startswith(_ELSEWHERE)
