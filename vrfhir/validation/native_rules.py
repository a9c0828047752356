"""Hand-written equivalents of rules that nearly every input meets, by key and exact expression.

Each answers True (holds), False (fails) or None (ask the expression). The tests hold both against each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["NATIVE"]

Json = dict[str, Any]

_SAME_PRECISION = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?").fullmatch


def _ext_1(value: Json) -> bool | None:
    for key in value:
        if key.startswith("value") or key.startswith("_value"):  # noqa: PIE810 (on every extension: two plain calls are faster)
            return "extension" not in value
    return "extension" in value


def _dom_2(value: Json) -> bool | None:
    return "contained" not in value or None


def _ref_1(value: Json) -> bool | None:
    reference = value.get("reference")
    return True if type(reference) is not str or not reference.startswith("#") or reference == "#" else None


def _per_1(value: Json) -> bool | None:
    start, end = value.get("start"), value.get("end")
    if (start is None and "_start" not in value) or (end is None and "_end" not in value):
        return True
    if (
        type(start) is str
        and type(end) is str
        and len(start) == len(end)
        and _SAME_PRECISION(start)
        and _SAME_PRECISION(end)
    ):
        return start <= end
    return None


def _either(*names: str) -> Callable[[Json], bool | None]:
    def native(value: Json) -> bool | None:
        return any(name in value for name in names) or None

    return native


def _without(*names: str) -> Callable[[Json], bool | None]:
    """True when none of the elements the rule is about is there."""

    def native(value: Json) -> bool | None:
        return not any(name in value or "_" + name in value for name in names) or None

    return native


def _plain_quantity(value: Json) -> bool | None:
    return "code" not in value or "system" in value or None


def _obs_7(value: Json) -> bool | None:
    """No component is coded as the observation itself."""
    components = value.get("component")
    if type(components) is not list:
        return _without("component")(value)
    own = _codings(value)
    return all(own.isdisjoint(_codings(each)) for each in components) or None


def _codings(holder: Any) -> set[tuple[Any, Any]]:
    """System and code of each coding of ``holder.code``; what is no plain text counts as not there."""
    concept = holder.get("code") if type(holder) is dict else None
    codings = concept.get("coding") if type(concept) is dict else None
    return (
        {(str(each.get("system")), str(each.get("code"))) for each in codings if type(each) is dict}
        if type(codings) is list
        else set()
    )


def _entries_without(name: str, types: tuple[str, ...]) -> Callable[[Json], bool | None]:
    """True for Bundles of other types none of whose entries has the element."""

    def native(value: Json) -> bool | None:
        entries = value.get("entry", [])
        if type(value.get("type")) is not str or value["type"] in types or type(entries) is not list:
            return None
        return not any(type(each) is not dict or name in each for each in entries) or None

    return native


def _bdl_7(value: Json) -> bool | None:
    """Every fullUrl with its version is there once."""
    entries = value.get("entry", [])
    if type(entries) is not list:
        return None
    urls = []
    for entry in entries:
        resource = entry.get("resource") if type(entry) is dict else None
        meta = resource.get("meta", {}) if type(resource) is dict else {}
        if type(entry) is not dict or type(meta) is not dict or "_fullUrl" in entry:
            return None
        if "fullUrl" in entry:
            urls.append(f"{entry['fullUrl']}{meta.get('versionId', '')}")
    return len(set(urls)) == len(urls) or None


def _bdl_8(value: Json) -> bool | None:
    url = value.get("fullUrl")
    return (type(url) is str and "/_history/" not in url) or None


def _all_references_lead_to_entries(value: Json) -> bool | None:
    """Every reference is the fullUrl of an entry, or becomes one with the base of the fullUrl of its own entry."""
    entries = value.get("entry")
    if type(entries) is not list:
        return None
    urls: set[str] = set()
    for each in entries:
        url = each.get("fullUrl") if type(each) is dict else None
        if type(url) is not str or type(each.get("resource")) is not dict:
            return None
        urls.add(url)
    for each in entries:
        resource, url = each["resource"], each["fullUrl"]
        tail = f"{resource.get('resourceType')}/{resource.get('id')}"
        base = url.removesuffix(tail) if url.endswith("/" + tail) else None
        for reference in _references(resource):
            if reference not in urls and (base is None or base + reference not in urls):
                return None
    return True


def _references(value: Any) -> list[str]:
    """Every text that stands under the name ``reference`` and is not local."""
    found: list[str] = []
    waiting = [value]
    for at in waiting:
        if type(at) is dict:
            reference = at.get("reference")
            if type(reference) is str and not reference.startswith("#"):
                found.append(reference)
            at = at.values()
        for each in at:
            kind = type(each)
            if kind is dict or kind is list:
                waiting.append(each)
    return found


_ALL_RESOLVE = (
    "entry.resource.descendants().ofType(Reference).where(reference.exists() and reference.startsWith('#').not())"
    ".all(resolve().exists())"
)
_WITH_VALUE = "value.empty() or system.exists()"

NATIVE: Mapping[tuple[str, str], Callable[[Json], bool | None]] = {
    ("ext-1", "extension.exists() != value.exists()"): _ext_1,
    ("dom-2", "contained.contained.empty()"): _dom_2,
    ("dom-4", "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()"): _dom_2,
    ("dom-5", "contained.meta.security.empty()"): _dom_2,
    (
        "ref-1",
        "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))",
    ): _ref_1,
    ("per-1", "start.hasValue().not() or end.hasValue().not() or (start <= end)"): _per_1,
    ("qty-3", "code.empty() or system.exists()"): _plain_quantity,
    ("cpt-2", _WITH_VALUE): lambda value: ("value" not in value and "_value" not in value) or "system" in value or None,
    ("obs-6", "dataAbsentReason.empty() or value.empty()"): _without("dataAbsentReason"),
    (
        "obs-7",
        "value.empty() or component.code.where(coding.intersect(%resource.code.coding).exists()).empty()",
    ): _obs_7,
    (
        "bdl-3",
        "entry.all(request.exists() = (%resource.type = 'batch' or %resource.type = 'transaction' or %resource.type = 'history'))",
    ): _entries_without("request", ("batch", "transaction", "history")),
    (
        "bdl-4",
        "entry.all(response.exists() = (%resource.type = 'batch-response' or %resource.type = 'transaction-response' or %resource.type = 'history'))",
    ): _entries_without("response", ("batch-response", "transaction-response", "history")),
    (
        "bdl-7",
        "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()",
    ): _bdl_7,
    ("bdl-8", "fullUrl.contains('/_history/').not()"): _bdl_8,
    **dict.fromkeys(
        (("vr-message-3", _ALL_RESOLVE), ("vr-document-1", _ALL_RESOLVE)),
        _all_references_lead_to_entries,
    ),
    ("pat-1", "name.exists() or telecom.exists() or address.exists() or organization.exists()"): _either(
        "name", "telecom", "address", "organization"
    ),
}
"""Hand-written equivalents by key and exact expression: True holds, False fails, None ask the expression."""
