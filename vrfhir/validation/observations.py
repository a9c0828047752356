"""Vital signs: R4 itself demands its profiles for these codes (https://hl7.org/fhir/R4/observation-vitalsigns.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["VITAL_SIGNS", "check_observation"]

Json = dict[str, Any]

_LOINC = "http://loinc.org"

VITAL_SIGNS = {
    "85353-1": "vitalspanel",
    "9279-1": "resprate",
    "8867-4": "heartrate",
    "2708-6": "oxygensat",
    "59408-5": "oxygensat",
    "8310-5": "bodytemp",
    "8302-2": "bodyheight",
    "9843-4": "headcircum",
    "29463-7": "bodyweight",
    "39156-5": "bmi",
    "85354-9": "bp",
}
"""LOINC code → the profile it brings along."""


SNOMED_VITAL_SIGNS = {
    "46680005": "vitalspanel",
    "86290005": "resprate",
    "431314004": "oxygensat",
    "386725007": "bodytemp",
    "276885007": "bodytemp",
    "415882003": "bodytemp",
    "50373000": "bodyheight",
    "363812007": "headcircum",
    "60621009": "bmi",
    "271649006": "bp",
}
"""SNOMED CT identifiers for which HL7's validator demands the profiles too; identifiers only, no content."""


_BY_SYSTEM = {_LOINC: VITAL_SIGNS, "http://snomed.info/sct": SNOMED_VITAL_SIGNS}


def check_observation(scope: Scope, resource: Json, location: Location) -> None:
    """Lay the vital-signs profile that the code asks for over an Observation."""
    code = resource.get("code")
    codings = code.get("coding") if isinstance(code, dict) else None
    for coding in codings if isinstance(codings, list) else ():
        if not isinstance(coding, dict) or not isinstance(coding.get("code"), str):
            continue
        codes = _BY_SYSTEM.get(str(coding.get("system", "")))
        if codes is not None:
            name = codes.get(coding["code"])
            if name is not None:
                canonical = "http://hl7.org/fhir/StructureDefinition/" + name
                scope.report("VALIDATION_VAL_PROFILE_SIGNPOST_OBS", location, found=canonical, code=coding["code"])
                scope.engine.apply_profile(scope, canonical, location)
