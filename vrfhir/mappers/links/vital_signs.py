"""Observations that are vital signs for FHIR R4, so that they are valid and say no more than the sender did.

A number without a unit of the profile is no quantity: it is carried, and the observation says why it has no value. The code that R4
asks for stands beside the sender's (``userSelected`` false). A systolic pressure is a component of a blood pressure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.primitives import fhir_text
from vrfhir.mappers.links.registry import TERMINOLOGY, unknown
from vrfhir.terminology.vital_signs import LOINC, Implied

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context

__all__ = ["complete_vital_sign"]

_ABSENT = f"{TERMINOLOGY}data-absent-reason"
_WHEN = frozenset({"effectiveDateTime", "_effectiveDateTime", "effectivePeriod"})
"""Elements that say when something was observed; a period that is not known is one, a time that is not known breaks vs-1."""
_UCUM = "http://unitsofmeasure.org"
_DAY = len("2026-11-16")
_LONGEST = 200
"""Longest text that is shown as the reason why there is no value."""
_SYSTOLIC, _DIASTOLIC = "8480-6", "8462-4"


def complete_vital_sign(resource: dict[str, Any], found: Implied, segment: SegmentView, context: Context) -> None:
    """What the profile asks for beside what the segment said."""
    sign = found.sign
    category = {"coding": [{"system": f"{TERMINOLOGY}observation-category", "code": "vital-signs"}]}
    resource.setdefault("category", []).insert(0, category)
    codings = resource["code"]["coding"]
    if sign.profile != "vitalspanel" and not any(
        each.get("code") == sign.code and each.get("system") == LOINC for each in codings
    ):
        codings.append(_added(sign.code))
    _say_when(resource)
    if sign.profile == "bp":
        resource["component"] = [*_pressures(resource, found, segment), *resource.get("component", ())]
    elif sign.profile == "vitalspanel" and "hasMember" not in resource:
        resource["hasMember"] = [unknown()]
    elif not any(name.startswith("value") for name in resource):
        if sign.profile == "bmi":  # its profile wants the quantity: the number is not known
            unit = sign.units[0]
            resource["valueQuantity"] = {"_value": unknown(), "unit": unit, "system": _UCUM, "code": unit}
        else:
            resource["dataAbsentReason"] = _absent(segment)
    sent = segment.fields.get(5)
    if sent is not None and sent.settled is None:
        units = ", ".join(sign.units) or "none"
        context.report("VR-V2-0524", sent.first_path(), code=found.code, units=units)


def _added(code: str) -> dict[str, Any]:
    """A coding of R4's own, which the sender did not choose."""
    return {"system": LOINC, "code": code, "userSelected": False}


def _say_when(resource: dict[str, Any]) -> None:
    """A time as exact as a day, else a period: of the month or year that was said, or one that is not known."""
    when = resource.get("effectiveDateTime")
    if when is not None and len(when) < _DAY:
        resource["effectivePeriod"] = {"start": when, "end": resource.pop("effectiveDateTime")}
    elif not resource.keys() & _WHEN:
        resource["effectivePeriod"] = unknown()


def _pressures(resource: dict[str, Any], found: Implied, segment: SegmentView) -> list[dict[str, Any]]:
    """Both components of a blood pressure: the value stands in the one that the sender's code is about."""
    own = found.sign.parts.get(found.code)
    components = []
    for code in (_SYSTOLIC, _DIASTOLIC):
        component: dict[str, Any] = {"code": {"coding": [_added(code)]}}
        if code == own and "valueQuantity" in resource:
            component["valueQuantity"] = resource.pop("valueQuantity")
        elif own in (code, None):
            component["dataAbsentReason"] = _absent(segment)
        else:
            component["dataAbsentReason"] = _reason("not-applicable")
        components.append(component)
    return components


def _absent(segment: SegmentView) -> dict[str, Any]:
    """Why there is no value, with what was sent instead where it is short."""
    texts = (
        ", ".join(" ".join(cell.at.values()) for cell in segment.cells(number) if cell.settled is None)
        for number in (5, 6)
    )
    text = fhir_text(" ".join(each for each in texts if each))
    reason = _reason("unknown")
    return {**reason, "text": f"sent as {text}"} if text and len(text) <= _LONGEST else reason


def _reason(code: str) -> dict[str, Any]:
    return {"coding": [{"system": _ABSENT, "code": code}]}
