"""The sender's order of segments, from the names of the resources: a reading names each one after the segment that made it.

The full URL of a resource is made of partner, sender, control id (or referral number), segment and role (mapping notes, G4),
so that the writer, who knows all the others, finds the number of the segment. A Bundle whose URLs were made otherwise keeps
the order of its resources.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from vrfhir.mappers.context import resource_names
from vrfhir.mappers.writing.registry import key

if TYPE_CHECKING:
    from vrfhir.mappers.writing.draft import Draft
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["in_sent_order", "made_by", "occurrences"]

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
        if blocks and not draft.roles and not draft.closing and draft.name in ("NTE", "CTD", "IN2", "IN3"):
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
        for block in own:
            place = known.get(id(block[0]), 0) - before.get(name, 0) - 1
            if 0 <= place < len(own) and place not in filled:
                filled[place] = block
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
