"""Back to v2: a vital sign as its sender said it, without what FHIR R4 wants beside it."""

from __future__ import annotations

import re
from typing import Any

from vrfhir.mappers.conversions.observations import VALUE_TYPE
from vrfhir.mappers.vocabulary import extension_urls
from vrfhir.terminology.vital_signs import LOINC, implied_profile

__all__ = ["without_additions"]

_DAY = len("2026-11-16")
_SENT = re.compile(r"OBX\[\d+\]-(?:5|6)\[\d+\]\.(?:\d+\.\d+)")


def without_additions(resource: dict[str, Any]) -> set[str]:
    """Take out what :mod:`vrfhir.mappers.links.vital_signs` put in: codes nobody chose, components for one value, a month as a period.

    The paths of what was carried for want of a value, when the observation has one by now.
    """
    code = resource.get("code", {})
    found = implied_profile(code.get("coding", ()))
    if found is None:
        return set()
    own = [each for each in code["coding"] if not _is_added(each, {found.sign.code})]
    if own:
        code["coding"] = own
    if found.sign.profile == "bp":
        _one_value(resource)
    if "value" not in resource.get("valueQuantity", {"value": 0}):
        del resource["valueQuantity"]
    period = resource.get("effectivePeriod", {})
    start = period.get("start", "")
    if start and len(start) < _DAY and period == {"start": start, "end": start}:
        resource["effectiveDateTime"] = resource.pop("effectivePeriod")["start"]
    return _superseded(resource) if any(name.startswith("value") for name in resource) else set()


def _superseded(resource: dict[str, Any]) -> set[str]:
    """What was carried of OBX-5 and OBX-6, when the number itself is among it."""
    carried = {
        part["valueString"]
        for extension in resource.get("extension", ())
        if extension.get("url") == extension_urls()["v2-content"]
        for part in extension.get("extension", ())
        if part.get("url") == "path" and _SENT.fullmatch(str(part.get("valueString")))
    }
    tags = resource.get("meta", {}).get("tag", ())
    structured = any(each.get("system") == VALUE_TYPE and each.get("code") == "SN" for each in tags)
    number = "-5[1].2.1" if structured else "-5[1].1.1"
    return carried if any(path.endswith(number) for path in carried) else set()


def _one_value(resource: dict[str, Any]) -> None:
    """The pressure of a component that was made for it, as the value."""
    added = [each for each in resource.get("component", ()) if _is_made(each)]
    if len(added) != 2 or "valueQuantity" in resource:
        return
    values = [each["valueQuantity"] for each in added if "valueQuantity" in each]
    if len(values) > 1:
        return
    if values:
        resource["valueQuantity"] = values[0]
    rest = [each for each in resource["component"] if not _is_made(each)]
    if rest:
        resource["component"] = rest
    else:
        del resource["component"]


def _is_added(coding: dict[str, Any], codes: set[str]) -> bool:
    return coding.get("system") == LOINC and coding.get("code") in codes and coding.get("userSelected") is False


def _is_made(component: dict[str, Any]) -> bool:
    codings = component.get("code", {}).get("coding", ())
    return len(codings) == 1 and _is_added(codings[0], {"8480-6", "8462-4"})
