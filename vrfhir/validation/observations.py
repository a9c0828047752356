"""Vital signs: R4 itself demands its profiles for these codes (https://hl7.org/fhir/R4/observation-vitalsigns.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.terminology.vital_signs import implied_profile
from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_observation"]

Json = dict[str, Any]


def check_observation(scope: Scope, resource: Json, location: Location) -> None:
    """Lay the vital-signs profile that the code asks for over an Observation."""
    code = resource.get("code")
    codings = code.get("coding") if isinstance(code, dict) else None
    if not isinstance(codings, list):
        return
    implied = implied_profile(coding for coding in codings if isinstance(coding, dict))
    if implied is not None:
        canonical = implied.sign.canonical
        scope.report("VALIDATION_VAL_PROFILE_SIGNPOST_OBS", location, found=canonical, code=implied.code)
        scope.engine.apply_profile(scope, canonical, location)
