"""The register of link rules, and what they share.

One function per kind of segment, registered by the name that map files use in ``link``. No rule fills in anything of
clinical meaning: a status that was not sent is ``unknown`` where FHIR has that code, else left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.people import keys_of
from vrfhir.mappers.vocabulary import extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.engine import Scope
    from vrfhir.mappers.records import Record

__all__ = ["LINKS", "TERMINOLOGY", "Link", "add_reference", "link", "merged", "support", "unknown"]

Link = Callable[["Scope", "SegmentView", "Context"], None]

LINKS: dict[str, Link] = {}

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
_LONG = 256


def link(name: str) -> Callable[[Link], Link]:
    """Enter a link rule under its name."""

    def enter(rule: Link) -> Link:
        LINKS[name] = rule
        return rule

    return enter


def unknown() -> dict[str, Any]:
    """The extension that says a required element is not known."""
    return {"extension": [{"url": extension_urls()["data-absent-reason"], "valueCode": "unknown"}]}


def add_reference(resource: dict[str, Any], element: str, record: Record) -> None:
    """Append a reference to a list, once; of a long list the records themselves know whether they are in it."""
    place, reference = record.place, record.reference
    items = resource.setdefault(element, [])
    if len(items) <= _LONG:
        if reference not in items:
            items.append(reference)
        return
    if place.listed is None:
        place.listed = set()
    if id(items) in place.listed or reference in items[: _LONG + 1]:
        return
    place.listed.add(id(items))
    items.append(reference)


def support(context: Context, record: Record) -> None:
    """The referral's supporting information."""
    if context.is_referral:
        add_reference(context.shared["ServiceRequest"].resource, "supportingInfo", record)


def merged(scope: Scope, context: Context, name: str) -> Record | None:
    """The practitioner or organisation of a scope, merged with an equal one that came before."""
    record = scope.get(name)
    return context.merge(record, *keys_of(record.resource)) if record is not None else None
