"""Bundles: rules by type, fullUrl, links and what is reached from the first entry (https://hl7.org/fhir/R4/bundle.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location, mark
from vrfhir.validation.primitives import is_absolute
from vrfhir.validation.references import Target

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Table

__all__ = ["BundleIndex", "check_bundle"]

Json = dict[str, Any]

_WITHOUT_FULL_URL = frozenset({"transaction", "transaction-response", "batch", "batch-response"})
_PAGING = frozenset({"first", "previous", "next", "last"})
_RESTFUL = re.compile(
    r"(https?://([A-Za-z0-9\\.:%$\-_]*/)*)?([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(/_history/[A-Za-z0-9\-.]{1,64})?"
)
_NOT_REFERENCES = frozenset(
    {"Coding.system", "Identifier.system", "Meta.profile", "Extension.url", "Quantity.system", "Endpoint.address"}
    | {"MessageHeader.source.endpoint", "MessageHeader.destination.endpoint", "Bundle.entry.fullUrl"}
)


class BundleIndex:
    """The entries of a Bundle by fullUrl."""

    __slots__ = ("by_identity", "by_url", "by_version", "entries", "location", "type")

    def __init__(self, bundle: Json, location: Location) -> None:
        self.type = str(bundle.get("type", ""))
        self.location = location
        listed = bundle.get("entry")
        self.entries: list[Json] = (
            [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        )
        self.by_url: dict[str, int] = {}
        self.by_version: dict[str, int] = {}
        self.by_identity: dict[tuple[Any, Any], list[int]] = {}
        for at, entry in enumerate(self.entries):
            resource = entry.get("resource")
            if isinstance(resource, dict) and isinstance(resource.get("id"), str):
                self.by_identity.setdefault((str(resource.get("resourceType")), resource["id"]), []).append(at)
            url = entry.get("fullUrl")
            if isinstance(url, str) and isinstance(entry.get("resource"), dict):
                self.by_url.setdefault(url, at)
                version = (
                    (entry["resource"].get("meta") or {}).get("versionId")
                    if isinstance(entry["resource"].get("meta"), dict)
                    else None
                )
                if version:
                    self.by_version.setdefault(f"{url}/_history/{version}", at)

    def full_url(self, at: int) -> str | None:
        """The fullUrl of an entry."""
        url = self.entries[at].get("fullUrl") if 0 <= at < len(self.entries) else None
        return url if isinstance(url, str) else None

    def resource_location(self, at: int) -> Location:
        """Where the resource of an entry stands."""
        return ((self.location, "entry", "entry", at), "resource", "resource", -1)

    def find(self, source: int, reference: str) -> Target | None:
        """The entry a reference in entry ``source`` leads to."""
        at = self.lookup(self.full_url(source), reference)
        if at is None:
            return None
        return Target(self.entries[at]["resource"], "bundled", self.resource_location(at), at)

    def lookup(self, full_url: str | None, reference: str) -> int | None:
        """The number of the entry that a reference beside a fullUrl leads to."""
        target = self.absolute(full_url, reference)
        if target is None:
            return None
        if "/_history/" in target:
            return self.by_version.get(target)
        return self.by_url.get(target)

    def absolute(self, full_url: str | None, reference: str) -> str | None:
        """A reference completed by the base of the fullUrl it stands beside; None when there is no base."""
        if is_absolute(reference):
            return reference
        if full_url is None or reference.count("/") not in (1, 3):
            return None
        if full_url.startswith("urn"):
            base = full_url.rpartition(":")[0] + ":"
            return base + reference.split("/")[1]
        return full_url.rsplit("/", 2)[0] + "/" + reference if full_url.count("/") >= 2 else None

    def check_reference(self, scope: Scope, reference: str, location: Location) -> None:
        """What can be said about a reference that must be completed with a fullUrl."""
        full_url = self.full_url(scope.entry)
        if (
            full_url is None
            and 0 <= scope.entry < len(self.entries)
            and self.type not in ("batch-response", "transaction-response")
        ):
            place = (self.location, "entry", "entry", scope.entry)
            scope.report("Bundle_BUNDLE_Entry_NoFullUrl", place)
            if not is_absolute(reference):
                scope.report("Bundle_BUNDLE_FullUrl_Missing", location)
            return
        found = self.lookup(full_url, reference)
        if found is not None:
            actual = self.entries[found]["resource"].get("resourceType")
            if not is_absolute(reference) and reference.partition("/")[0] != actual:
                scope.report("Reference_REF_ResourceType", location, found=actual)
            return
        if reference.startswith("urn"):
            scope.report("Bundle_BUNDLE_Not_Local", location, found=reference)
        if is_absolute(reference):
            return
        for at in self.by_type_and_id(reference):
            near = self.full_url(at)
            if near is not None:
                scope.report("BUNDLE_BUNDLE_POSSIBLE_MATCH_WRONG_FU", location, found=reference, near=near)

    def by_type_and_id(self, reference: str) -> list[int]:
        """Entries whose resource has the type and id of a relative reference, whatever their fullUrl."""
        kind, _, identity = reference.partition("/")
        return self.by_identity.get((kind, identity), [])


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
        _search_set(scope, bundle, index, location)
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
        elif kind and (found := _RESTFUL.fullmatch(full_url)) and found.group(3) in scope.engine.resource_types:
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
        and not (_RESTFUL.fullmatch(url) and url.endswith(f"/{identity}"))
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
        else ("MessageHeader", "Bundle_BUNDLE_Entry_MESSAGE")
    )
    inner = (place, "resource", "resource", -1)
    if resource.get("resourceType") != wanted:
        scope.report(rule, inner, found=resource.get("resourceType"))
    else:
        for reference, name, where in _required_references(resource, wanted, inner):
            if index.lookup(index.full_url(0), reference) is None and not _loosely(index, reference):
                scope.report("Bundle_BUNDLE_Entry_NotFound", where, found=reference, element=name)
    _orphans(scope, index, bundle, kind, location)


def _loosely(index: BundleIndex, reference: str) -> bool:
    """A relative reference beside a fullUrl that is no RESTful URL: any entry of that type and id will do."""
    full_url = index.full_url(0)
    if is_absolute(reference) or (full_url is not None and _RESTFUL.fullmatch(full_url)):
        return False
    return bool(index.by_type_and_id(reference))


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
    for at, entry in enumerate(index.entries):
        resource = entry.get("resource")
        found: set[int] = set()
        if isinstance(resource, dict):
            table = scope.engine.table_or_none(str(resource.get("resourceType")))
            for reference in _all_references(resource, table) if table else ():
                target = index.lookup(index.full_url(at), reference.partition("#")[0])
                if target is None:
                    target = _by_type_and_id(index, at, reference)
                if target is not None:
                    found.add(target)
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


def _by_type_and_id(index: BundleIndex, source: int, reference: str) -> int | None:
    full_url = index.full_url(source)
    if is_absolute(reference) or (full_url is not None and _RESTFUL.fullmatch(full_url)):
        return None
    return next(iter(index.by_type_and_id(reference)), None)


def _all_references(value: Json, table: Table) -> Iterator[str]:
    """Every reference, uri and url in a resource that may lead to another entry."""
    for key, item in value.items():
        child = table.children.get(key)
        if child is None:
            continue
        for each in item if isinstance(item, list) else (item,):
            if isinstance(each, str):
                if (
                    child.type in ("uri", "url")
                    and child.name != "system"
                    and child.path not in _NOT_REFERENCES
                    and not each.startswith("#")
                ):
                    yield each
            elif isinstance(each, dict):
                if (
                    child.type == "Reference"
                    and isinstance(each.get("reference"), str)
                    and not each["reference"].startswith("#")
                ):
                    yield each["reference"]
                inner: Table | None
                if isinstance(each.get("resourceType"), str):
                    inner = (
                        None if each["resourceType"] == "Bundle" else child.engine.table_or_none(each["resourceType"])
                    )
                else:
                    inner = child.table
                if inner is not None:
                    yield from _all_references(each, inner)


def _search_set(scope: Scope, bundle: Json, index: BundleIndex, location: Location) -> None:
    links = _objects(bundle.get("link"))
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
