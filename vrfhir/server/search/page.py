"""A page of matches as a searchset Bundle, put together from the stored bytes without parsing them.

https://hl7.org/fhir/R4/bundle.html#searchset. Links carry a position, not an offset: a page stays the same however many
resources are added before it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import urlencode

from vrfhir.server.search.request import Include, Search
from vrfhir.server.store import Match, Reader, Stored
from vrfhir.server.store.query import Criterion, Query, Target

__all__ = ["searchset"]

_MAX_INCLUDED = 1000


def searchset(search: Search, store: Reader, base: str) -> bytes:
    """Run the search and write its Bundle."""
    query = search.query
    if search.count_only:
        return _bundle(search, base, [], [], store.count(query), None)
    matches = store.search(Query(query.type, query.conditions, query.limit + 1, query.before))
    more = len(matches) > query.limit
    matches = matches[: query.limit]
    total = None
    if search.total:
        total = store.count(query)
    elif not more and query.before is None:
        total = len(matches)
    included = _included(search, matches, store)
    return _bundle(search, base, matches, included, total, matches[-1].position if more else None)


def _included(search: Search, matches: Sequence[Match], store: Reader) -> list[Stored]:
    seen = {match.resource.reference for match in matches}
    found: list[Stored] = []
    for include in search.includes:
        for reference in store.targets([match.position for match in matches], f"{include.type}.{include.parameter}"):
            type_, _, id_ = reference.rpartition("/")
            if reference in seen or (include.target and type_ != include.target) or len(found) >= _MAX_INCLUDED:
                continue
            resource = store.read(type_, id_)
            if resource is not None and not resource.deleted:
                seen.add(reference)
                found.append(resource)
    for include in search.reverse:
        found += _referring(include, matches, store, seen)
    return found


def _referring(include: Include, matches: Sequence[Match], store: Reader, seen: set[str]) -> list[Stored]:
    targets = tuple(Target(match.resource.reference) for match in matches)
    if not targets:
        return []
    criterion = Criterion("reference", f"{include.type}.{include.parameter}", targets)
    found = [match.resource for match in store.search(Query(include.type, (criterion,), _MAX_INCLUDED))]
    new = [resource for resource in found if resource.reference not in seen]
    seen.update(resource.reference for resource in new)
    return new


def _bundle(
    search: Search,
    base: str,
    matches: Sequence[Match],
    included: Sequence[Stored],
    total: int | None,
    cursor: int | None,
) -> bytes:
    links = [_link("self", search, base, search.query.before)]
    if cursor is not None:
        links.append(_link("next", search, base, cursor))
    parts = [b'{"resourceType":"Bundle","type":"searchset"']
    if total is not None:
        parts.append(b',"total":%d' % total)
    parts.append(b',"link":[' + b",".join(links) + b"]")
    entries = [_entry(match.resource, base, b"match") for match in matches]
    entries += [_entry(resource, base, b"include") for resource in included]
    if entries:
        parts.append(b',"entry":[' + b",".join(entries) + b"]")
    parts.append(b"}")
    return b"".join(parts)


def _entry(resource: Stored, base: str, mode: bytes) -> bytes:
    url = json.dumps(f"{base}/{resource.type}/{resource.id}").encode()
    return b'{"fullUrl":%s,"resource":%s,"search":{"mode":"%s"}}' % (url, resource.body, mode)


def _link(relation: str, search: Search, base: str, cursor: int | None) -> bytes:
    items = search.used + ([("_cursor", str(cursor))] if cursor is not None else [])
    query = urlencode(items)
    url = f"{base}/{search.query.type}" + (f"?{query}" if query else "")
    return json.dumps({"relation": relation, "url": url}).encode()
