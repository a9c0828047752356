"""Bundles: rules by type, fullUrl, links and what is reached from the first entry (https://hl7.org/fhir/R4/bundle.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vrfhir.validation.bundle_index import BundleIndex
from vrfhir.validation.paths import Location, mark
from vrfhir.validation.primitives import is_absolute
from vrfhir.validation.search_sets import check_search_set

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Table

__all__ = ["check_bundle"]

Json = dict[str, Any]

_WITHOUT_FULL_URL = frozenset({"transaction", "transaction-response", "batch", "batch-response"})
_PAGING = frozenset({"first", "previous", "next", "last"})
_RESTFUL = (
    r"(https?://([A-Za-z0-9\\.:%$\-_]*/)*)?([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(/_history/[A-Za-z0-9\-.]{1,64})?"
)
_NOT_REFERENCES = frozenset(
    {"Coding.system", "Identifier.system", "Meta.profile", "Extension.url", "Quantity.system", "Endpoint.address"}
    | {"MessageHeader.source.endpoint", "MessageHeader.destination.endpoint", "Bundle.entry.fullUrl"}
)

_WITHOUT_LINKS = frozenset({"Coding", "Quantity", "Period"})
"""Types of nothing but plain values that lead nowhere."""


def check_bundle(scope: Scope, bundle: Json, location: Location) -> None:
    """All rules for a Bundle as a whole."""
    index = scope.bundle or BundleIndex(bundle, location)
    kind = index.type
    _links(scope, bundle, kind, location)
    if not index.entries:
        if kind in ("document", "message"):
            scope.report("Bundle_BUNDLE_Entry_NoFirst", location, type=kind)
        return
    if kind in ("document", "message"):
        _first_entry(scope, index, bundle, kind, location)
    elif kind == "searchset":
        check_search_set(scope, bundle, index, location)
    for at, entry in enumerate(index.entries):
        _entry(scope, index, at, entry, (location, "entry", "entry", at))
    if scope.options.bundle_rules:
        _asked_profiles(scope, index)


def _asked_profiles(scope: Scope, index: BundleIndex) -> None:
    """Entries that the caller wants checked against a profile: by type, by number, or by number among those of a type."""
    counts: dict[str, int] = {}
    for at, entry in enumerate(index.entries):
        resource = entry.get("resource")
        if not isinstance(resource, dict) or resource.get("resourceType") not in scope.engine.resource_types:
            continue
        kind = str(resource["resourceType"])
        number = counts.get(kind, 0)
        counts[kind] = number + 1
        for rule, canonical in scope.options.bundle_rules:
            if rule in (kind, str(at), f"{kind}:{number}"):
                inner = scope.enter(resource, mark(index.resource_location(at), resource), contained=False)
                inner.entry = at
                scope.engine.apply_profile(inner, canonical, inner.location)


def _entry(scope: Scope, index: BundleIndex, at: int, entry: Json, place: Location) -> None:
    full_url, resource = entry.get("fullUrl"), entry.get("resource")
    resource = resource if isinstance(resource, dict) else {}
    identity, kind = resource.get("id"), resource.get("resourceType")
    if isinstance(full_url, str) and full_url:
        if not is_absolute(full_url):
            scope.report("BUNDLE_ENTRY_URL_ABSOLUTE", place, found=full_url)
        elif kind and (found := re.fullmatch(_RESTFUL, full_url)) and found.group(3) in scope.engine.resource_types:
            if identity is None:
                scope.report("BUNDLE_ENTRY_URL_MATCHES_NO_ID", place, found=full_url)
            elif not full_url.endswith(f"/{kind}/{identity}"):
                scope.report("BUNDLE_ENTRY_URL_MATCHES_TYPE_ID", place, found=full_url, expected=f"{kind}/{identity}")
    elif full_url is None and index.type not in _WITHOUT_FULL_URL:
        scope.report("BUNDLE_BUNDLE_ENTRY_FULLURL_REQUIRED", place)
    url = resource.get("url")
    if (
        isinstance(url, str)
        and url == full_url
        and not (re.fullmatch(_RESTFUL, url) and url.endswith(f"/{identity}"))
        and not url.startswith(("http://hl7.org/fhir/v3/", "http://hl7.org/fhir/v2/"))
    ):
        scope.report("Bundle_BUNDLE_Entry_MismatchIdUrl", place, found=url, id=identity)


def _links(scope: Scope, bundle: Json, kind: str, location: Location) -> None:
    links = [each for each in bundle.get("link", ()) if isinstance(each, dict)]
    seen: set[str] = set()
    for at, link in enumerate(links):
        relation = link.get("relation")
        place = (location, "link", "link", at)
        if not isinstance(relation, str):
            continue
        if kind in ("searchset", "history"):
            if relation in _PAGING | {"self"} and relation in seen:
                scope.report("BUNDLE_LINK_SEARCH_NO_DUPLICATES", place, found=relation)
        elif kind:
            inner = (place, "relation", "relation", -1)
            if relation in _PAGING:
                scope.report("BUNDLE_LINK_SEARCH_PROHIBITED", inner, found=relation)
            if relation == "self" and relation in seen:
                scope.report("BUNDLE_LINK_SEARCH_NO_DUPLICATES", inner, found=relation)
        seen.add(relation)


def _first_entry(scope: Scope, index: BundleIndex, bundle: Json, kind: str, location: Location) -> None:
    resource = index.entries[0].get("resource")
    place = (location, "entry", "entry", 0)
    if not isinstance(resource, dict):
        scope.report("Bundle_BUNDLE_Entry_NoFirstResource", place, type=kind)
        if kind == "document":
            _orphans(scope, index, bundle, kind, location)
        return
    wanted, rule = (
        ("Composition", "Bundle_BUNDLE_Entry_Document")
        if kind == "document"
        else ("MessageHeader", "Validation_BUNDLE_Message")
    )
    inner = (place, "resource", "resource", -1)
    if resource.get("resourceType") != wanted:
        scope.report(rule, inner, found=resource.get("resourceType"))
    else:
        for reference, name, where in _required_references(resource, wanted, inner):
            if "?" in reference and not is_absolute(reference):
                continue  # a search is refused as such
            bare = reference.partition("#")[0]
            if index.lookup(index.full_url(0), bare) is None:
                rule = _near_rule(index, 0) if _is_near(index, bare) else "Bundle_BUNDLE_Entry_NotFound"
                scope.report(rule, where, found=bare, element=name, entry=0)
    _orphans(scope, index, bundle, kind, location)


def _is_near(index: BundleIndex, reference: str) -> bool:
    """True when an entry has the type and id of a relative reference, whatever its fullUrl."""
    return not is_absolute(reference) and bool(index.by_type_and_id(reference.partition("/_history/")[0]))


def _near_rule(index: BundleIndex, at: int) -> str:
    """What is said of a reference to an entry with another fullUrl: only a RESTful fullUrl of one's own could complete it."""
    resource = index.entries[at]["resource"]
    is_url = str(index.full_url(at)).endswith(f"/{resource.get('resourceType')}/{resource.get('id')}")
    return "BUNDLE_BUNDLE_ENTRY_NOTFOUND_APPARENT" if is_url else "BUNDLE_BUNDLE_ENTRY_NOTFOUND_CANNOT"


def _required_references(resource: Json, kind: str, place: Location) -> Iterator[tuple[str, str, Location]]:
    """References of a Composition or MessageHeader that must be resolved inside the Bundle."""
    names = ("focus",) if kind == "MessageHeader" else ("subject", "author", "encounter", "custodian")
    yield from _references_of(resource, names, kind, place)
    if kind == "Composition":
        for outer, inner in (("attester", "party"), ("event", "detail")):
            for at, each in enumerate(_objects(resource.get(outer))):
                yield from _references_of(each, (inner,), f"{kind}.{outer}", (place, outer, outer, at))
        yield from _sections(resource, place)


def _sections(holder: Json, place: Location) -> Iterator[tuple[str, str, Location]]:
    for at, section in enumerate(_objects(holder.get("section"))):
        here = (place, "section", "section", at)
        yield from _references_of(section, ("author", "focus", "entry"), "Section", here)
        yield from _sections(section, here)


def _references_of(
    holder: Json, names: tuple[str, ...], title: str, place: Location
) -> Iterator[tuple[str, str, Location]]:
    for name in names:
        value = holder.get(name)
        is_list = isinstance(value, list)
        for at, each in enumerate(_objects(value)):
            reference = each.get("reference")
            if isinstance(reference, str) and reference and not reference.startswith("#"):
                yield reference, f"{title}.{name}", (place, name, name, at if is_list else -1)


def _objects(value: Any) -> list[Json]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]


def _orphans(scope: Scope, index: BundleIndex, bundle: Json, kind: str, location: Location) -> None:
    """Every entry is reached from the first one, forwards or backwards."""
    links: list[set[int]] = []
    first = index.entries[0].get("resource")
    wanted = "Composition" if kind == "document" else "MessageHeader"
    required: set[tuple[int, str]] = set()
    if isinstance(first, dict) and first.get("resourceType") == wanted:
        required = {(0, reference) for reference, _, _ in _required_references(first, wanted, location)}
    for at, entry in enumerate(index.entries):
        resource = entry.get("resource")
        found: set[int] = set()
        if isinstance(resource, dict):
            table = scope.engine.table_or_none(str(resource.get("resourceType")))
            for reference in _all_references(resource, table, []) if table else ():
                bare = reference.partition("#")[0]
                target = index.lookup(index.full_url(at), bare)
                if target is not None:
                    found.add(target)
                elif index.full_url(at) is not None and (at, reference) not in required and _is_near(index, bare):
                    name = f"{index.entries[at]['resource'].get('resourceType')} in entry {at}"
                    scope.report(_near_rule(index, at), location, found=bare, entry=at, element=name)
        links.append(found)
    sources: list[set[int]] = [set() for _ in links]
    for at, targets in enumerate(links):
        for target in targets:
            sources[target].add(at)
    reached: set[int] = set()
    waiting = [0]
    while waiting:
        at = waiting.pop()
        if at not in reached:
            reached.add(at)
            waiting.extend(links[at] | sources[at])
    for at, entry in enumerate(index.entries):
        if at not in reached and isinstance(entry.get("resource"), dict):
            rule = "Bundle_BUNDLE_Entry_Orphan_DOCUMENT" if kind == "document" else "Bundle_BUNDLE_Entry_Orphan_MESSAGE"
            scope.report(rule, (location, "entry", "entry", at), found=entry.get("fullUrl") or at)


def _links_of(table: Table) -> frozenset[str]:
    return frozenset(
        key
        for key, child in table.children.items()
        if child.type in ("uri", "url") and child.name != "system" and child.path not in _NOT_REFERENCES
    )


def _all_references(value: Json, table: Table, found: list[str]) -> list[str]:
    """Every reference, uri and url in a resource that may lead to another entry."""
    children, links = table.children, table.links
    if links is None:
        links = table.links = _links_of(table)
    for key, item in value.items():
        if type(item) is str:
            if key in links and not item.startswith("#"):
                found.append(item)
            continue
        if key not in children:
            continue
        child = children[key]
        for each in item if type(item) is list else (item,):
            if type(each) is str:
                if key in links and not each.startswith("#"):
                    found.append(each)
            elif type(each) is dict:
                if child.type == "Reference":
                    reference = each.get("reference")
                    if isinstance(reference, str) and not reference.startswith("#"):
                        found.append(reference)
                if isinstance(each.get("resourceType"), str):
                    is_bundle = each["resourceType"] == "Bundle"
                    inner = None if is_bundle else child.engine.table_or_none(each["resourceType"])
                elif child.type in _WITHOUT_LINKS and "extension" not in each:
                    inner = None
                else:
                    inner = child.table
                if inner is not None:
                    _all_references(each, inner, found)
    return found
