"""The sender's order of segments, from the names of the resources: a reading names each one after the segment that made it.

The full URL of a resource is made of partner, sender, control id (or referral number), segment and role (mapping notes, G4),
so that the writer, who knows all the others, finds the number of the segment. A Bundle whose URLs were made otherwise keeps
the order of its resources.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from vrfhir.mappers.context import resource_names
from vrfhir.mappers.rows import load_maps
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.registry import key
from vrfhir.mappers.writing.rows import write_row, write_rows

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["Origin", "in_sent_order", "made_by", "occurrences", "origins_of"]

_GROUPS = frozenset({"OBR", "ORC", "TXA", "RGS"})
"""Segments that begin a group, which keeps its members."""
_MORE = 60
"""How many segments of a name a message may have had beyond those that are written."""


def in_sent_order(drafts: list[Draft], writing: Writing) -> list[Draft]:
    """The drafts, those of one name within one group in the order of the message that the Bundle was made of."""
    if not writing.from_v2:
        return drafts
    known = occurrences(drafts, writing)
    if not known:
        return drafts
    blocks = _blocks(drafts)
    before: Counter[str] = Counter()
    found: list[list[Draft]] = []
    start = 0
    for end in [*_starts(blocks, 1), len(blocks)]:
        region = blocks[start:end]
        found += _ordered(region, known, before)
        before.update(block[0].name for block in region)
        start = end
    return [draft for block in found for draft in block]


def _blocks(drafts: list[Draft]) -> list[list[Draft]]:
    """Each segment with those that follow it and are of no resource of their own."""
    blocks: list[list[Draft]] = []
    for draft in drafts:
        below = not draft.roles and not draft.closing and draft.name in ("NTE", "CTD", "IN2", "IN3")
        if blocks and (below or draft.goes_on):
            blocks[-1].append(draft)
        else:
            blocks.append([draft])
    return blocks


def _starts(blocks: list[list[Draft]], first: int) -> list[int]:
    return [number for number, block in enumerate(blocks) if number >= first and block[0].name in _GROUPS]


def _ordered(region: list[list[Draft]], known: Mapping[int, int], before: Mapping[str, int]) -> list[list[Draft]]:
    places: dict[str, list[int]] = defaultdict(list)
    for number, block in enumerate(region):
        if block[0].name not in _GROUPS:
            places[block[0].name].append(number)
    found = list(region)
    for name, slots in places.items():
        own = [region[slot] for slot in slots]
        if len(own) < 2 or not any(id(block[0]) in known for block in own):
            continue
        if all(id(block[0]) in known for block in own):
            for slot, block in zip(slots, sorted(own, key=lambda block: known[id(block[0])]), strict=True):
                found[slot] = block
            continue
        filled: dict[int, list[Draft]] = {}
        room = len(own)
        for block in sorted((each for each in own if id(each[0]) in known), key=lambda block: -known[id(block[0])]):
            place = min(known[id(block[0])] - before.get(name, 0), room) - 1
            if place >= 0:
                filled[place], room = block, place
        taken = {id(block) for block in filled.values()}
        rest = iter([block for block in own if id(block) not in taken])
        for place, slot in enumerate(slots):
            found[slot] = filled[place] if place in filled else next(rest)
    return found


def occurrences(drafts: list[Draft], writing: Writing) -> dict[int, int]:
    """Which segment of its name each draft was in the message, by the identity of the draft."""
    header = next((draft for draft in drafts if draft.name == "MSH"), None)
    if header is None:
        return {}
    referral = next((draft for draft in drafts if draft.name == "RF1"), None)
    number = [_text(referral, 6, part) for part in (1, 2)] if referral is not None else []
    name_of = _names(header, writing, "^".join(filter(None, number)))
    counts = Counter(draft.name for draft in drafts)
    tables: dict[tuple[str, str], dict[str, int]] = {}
    found: dict[int, int] = {}
    for draft in drafts:
        for role, url in draft.roles.items():
            if not url or role.startswith("-"):
                continue
            table = tables.get((draft.name, role))
            if table is None:
                numbers = range(1, counts[draft.name] + _MORE)
                table = {name_of(f"{draft.name}[{each}]", role): each for each in numbers}
                tables[draft.name, role] = table
            if url in table:
                found[id(draft)] = table[url]
                break
    return found


def made_by(header: Draft, writing: Writing, segment: str, role: str, count: int) -> set[str]:
    """The names of the resources that a role of the first segments of a name has, in a message that is no referral."""
    name_of = _names(header, writing, "")
    return {name_of(f"{segment}[{each}]", role) for each in range(1, count + _MORE)}


def _names(header: Draft, writing: Writing, number: str) -> Callable[[str, str], str]:
    return resource_names(writing.partner.id, _text(header, 3), _text(header, 4), _text(header, 10), number)


def _text(draft: Draft, field: int, component: int = 1) -> str:
    cells = draft.fields.get(field)
    return cells[0].get(key(component), "") if cells else ""


class Origin(NamedTuple):
    """The segment that made a resource, and what it was for it."""

    segment: str
    occurrence: int
    role: str


_NONE = Origin("", 0, "")
_FIRST = 20
"""Segments of a name that are looked at for the one that made a resource."""


def origins_of(writing: Writing) -> Callable[[str], Origin]:
    """Tells of a resource of a message that was read which segment made it; empty where its name does not say so."""
    names = _as_read(writing) if writing.from_v2 else None
    if names is None:
        return lambda _: _NONE
    known: dict[str, Origin] = {}

    def origin_of(url: str) -> Origin:
        found = known.get(url)
        if found is None:
            kind = str(writing.originals[url].get("resourceType"))
            made = (
                Origin(segment, number, role)
                for segment, role in _makers().get(kind, ())
                for number in range(1, _FIRST + 1)
                if names(f"{segment}[{number}]", role) == url
            )
            found = known[url] = next(made, _NONE)
        return found

    return origin_of


def _as_read(writing: Writing) -> Callable[[str, str], str] | None:
    """How the resources of the message were called; it is tried on the referral, where there is one."""
    head = next((each for each in writing.originals.values() if each.get("resourceType") == "MessageHeader"), None)
    if head is None:
        return None
    header = Draft("MSH")
    write_rows(header, "", {"MessageHeader": deepcopy(dict(head)), "Bundle": deepcopy(dict(writing.own))}, writing)
    for url, number in _numbers(writing):
        names = _names(header, writing, number)
        if names("RF1[1]", "ServiceRequest") == url:
            return names
    return _names(header, writing, "")


def _numbers(writing: Writing) -> Iterator[tuple[str, str]]:
    """(referral, its number as RF1-6 had it) of everything that may be the referral."""
    for url, resource in writing.originals.items():
        if resource.get("resourceType") == "ServiceRequest":
            for identifier in resource.get("identifier", ()):
                draft = Draft("RF1")
                write_row(draft, "RF1-6", "", {"ServiceRequest": {"identifier": [deepcopy(identifier)]}}, writing)
                yield url, "^".join(filter(None, (_text(draft, 6, 1), _text(draft, 6, 2))))
            yield url, ""


@cache
def _makers() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Resource type → the segments and roles that make one."""
    found: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for name, segment_map in load_maps().items():
        for flavour in segment_map.flavours:
            for role in flavour.roles.values():
                found[role.type][name, role.name] = None
    return {kind: tuple(makers) for kind, makers in found.items()}
