"""MSH of every message that is written."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2.reference import structure_name, version_meant
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.rows import write_rows
from vrfhir.mappers.writing.segments import of_type

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["header", "short_name"]

_LONGEST_CONTROL_ID = 20
_LONGEST_NAMESPACE = 20


def header(writing: Writing, head: dict[str, Any] | None, kind: str, trigger: str) -> Draft:
    """MSH: the rows, then what every message says of itself."""
    draft = Draft("MSH")
    draft.roles = {"MessageHeader": next(iter(of_type(writing, "MessageHeader")), "")}
    roles = {"MessageHeader": head or {}, "Bundle": writing.bundle}
    responsible = _responsible(writing, head or {})
    if responsible:
        draft.roles["Responsible"] = responsible
        roles["Responsible"] = writing.copy({"reference": responsible}) or {}
    write_rows(draft, "", roles, writing)
    control = draft.fields.get(10, [{}])[0].get(key(1), "")
    if not control or (len(control) > _LONGEST_CONTROL_ID and not writing.from_v2) or not control.isprintable():
        seed = control or "|".join(sorted(writing.originals))
        draft.fields[10] = [{key(1): sha1(seed.encode(), usedforsecurity=False).hexdigest()[:_LONGEST_CONTROL_ID]}]
    for field in () if writing.as_it_was else (3, 4, 5, 6):
        for cell in draft.fields.get(field, ()):
            cell[key(1)] = short_name(cell.get(key(1), ""))
    draft.fields[9] = [{key(1): kind, key(2): trigger}]
    structure = structure_name(kind, trigger, writing.version)
    if structure and writing.version != "2.3":
        draft.fields[9][0][key(3)] = structure
    if not (writing.as_it_was and _is_version(draft, writing)):
        draft.fields[12] = [{key(1): writing.version}]
    if not writing.as_it_was:
        draft.fields.setdefault(11, [{key(1): "P"}])
    if writing.now:
        draft.fields.setdefault(7, [{key(1): writing.now}])
    if not writing.from_v2:
        draft.fields[17] = [{key(1): "GBR"}]
        draft.fields[18] = [{key(1): "UNICODE UTF-8"}]
    return draft


def _responsible(writing: Writing, head: Mapping[str, Any]) -> str:
    """MSH-23: the organisation that the receiver belongs to."""
    for destination in head.get("destination", ())[:1]:
        receiver = writing.original(destination.get("receiver")) or {}
        return writing.url_of(receiver.get("partOf"))
    return ""


def _is_version(draft: Draft, writing: Writing) -> bool:
    """MSH-12 is filled, with the version that is written, however it is spelled."""
    said = draft.fields.get(12, [{}])[0].get(key(1), "")
    return version_meant(said) == writing.version


def short_name(name: str) -> str:
    """A name of an application as far as HD.1 has room for it, cut between words."""
    if len(name) <= _LONGEST_NAMESPACE:
        return name
    head = name[: _LONGEST_NAMESPACE + 1].rpartition(" ")[0]
    return head or name[:_LONGEST_NAMESPACE]
