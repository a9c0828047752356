"""Bundles of type searchset (https://hl7.org/fhir/R4/bundle.html#searchset): self link, search modes, what was searched for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.bundle_index import BundleIndex
from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_search_set"]

Json = dict[str, Any]


def check_search_set(scope: Scope, bundle: Json, index: BundleIndex, location: Location) -> None:
    links = [each for each in bundle.get("link", ()) if isinstance(each, dict)]
    own = next((str(each.get("url", "")) for each in links if each.get("relation") == "self"), None)
    types: list[str] = []
    if own is None:
        scope.report("BUNDLE_SEARCH_NOSELF", location)
    else:
        types = _searched_types(scope, own)
        if not types:
            scope.report("BUNDLE_SEARCH_SELF_NOT_UNDERSTOOD", location)
    modes = [
        (each.get("search") or {}).get("mode") if isinstance(each.get("search"), dict) else None
        for each in index.entries
    ]
    if any(modes):
        _with_modes(scope, index, modes, types, location)
    else:
        _without_modes(scope, index, own, types, location)


def _with_modes(scope: Scope, index: BundleIndex, modes: list[Any], types: list[str], location: Location) -> None:
    for at, (entry, mode) in enumerate(zip(index.entries, modes, strict=True)):
        place = (location, "entry", "entry", at)
        if mode is None:
            scope.report("BUNDLE_SEARCH_NO_MODE", place)
        resource = entry.get("resource")
        if not isinstance(resource, dict):
            scope.report("BUNDLE_SEARCH_ENTRY_NO_RESOURCE", place)
            continue
        inner = (place, "resource", "resource", -1)
        kind = resource.get("resourceType")
        if mode in ("match", "include") and "id" not in resource:
            scope.report("BUNDLE_SEARCH_ENTRY_NO_RESOURCE_ID", inner)
        if mode == "match" and types and kind not in types:
            scope.report("BUNDLE_SEARCH_ENTRY_WRONG_RESOURCE_TYPE_MODE", inner, found=kind, expected=", ".join(types))
        if mode == "outcome" and kind != "OperationOutcome":
            scope.report("BUNDLE_SEARCH_ENTRY_WRONG_RESOURCE_TYPE_OUTCOME", inner, found=kind)


def _without_modes(scope: Scope, index: BundleIndex, own: str | None, types: list[str], location: Location) -> None:
    unsure = False
    first = None
    for at, entry in enumerate(index.entries):
        place = (location, "entry", "entry", at)
        resource = entry.get("resource")
        if not isinstance(resource, dict):
            scope.report("BUNDLE_SEARCH_ENTRY_NO_RESOURCE", place)
            continue
        kind = resource.get("resourceType")
        inner = (place, "resource", "resource", -1)
        if types and kind not in types:
            unsure = True
            scope.report(
                "BUNDLE_SEARCH_ENTRY_WRONG_RESOURCE_TYPE_NO_MODE", place, found=kind, expected=", ".join(types)
            )
            continue
        if not types:
            unsure = True
            if own is not None:
                scope.report("BUNDLE_SEARCH_ENTRY_TYPE_NOT_SURE", inner)
        if kind != "OperationOutcome":
            if "id" not in resource:
                scope.report("BUNDLE_SEARCH_ENTRY_NO_RESOURCE_ID", inner, severity="warning")
            unsure = unsure or (first is not None and first != kind)
            first = first or kind
    scope.report("BUNDLE_SEARCH_NO_MODE", location, severity="warning" if unsure else "information")


def _searched_types(scope: Scope, url: str) -> list[str]:
    path, _, query = url.partition("?")
    last = path.rstrip("/").rpartition("/")[2]
    if last in scope.engine.resource_types:
        return [last]
    for part in query.split("&"):
        if part.startswith("_type="):
            return part[6:].split(",")
    return []
