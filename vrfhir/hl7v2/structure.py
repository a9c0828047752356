"""Compare a message with its abstract structure (HL7 v2 chapter 11 for REF_I12 and RRI_I12): report, never drop.

Every segment is placed in the group where it fits with the fewest required segments missing; what stands out of order,
is unknown, missing or too often is reported (table 0357: 100, 101, 198). 38 % of real messages do not fit their own
structure, so these findings are warnings: whether one is refused is decided by who processes the content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from vrfhir.hl7v2.catalogue import CATALOGUE
from vrfhir.hl7v2.message import Message
from vrfhir.hl7v2.reference import structure_name, tables
from vrfhir.hl7v2.segment import Segment
from vrfhir.hl7v2.structure_pattern import Group, Place
from vrfhir.issues import Issue

__all__ = ["StructureMatch", "match_structure"]


class StructureMatch(NamedTuple):
    """The structure compared with, the group of every segment (``OBSERVATION[2]/RESULTS_NOTES[1]``), the findings.

    ``groups`` has one entry per segment: empty at message level, None for a segment that has no place.
    """

    structure: str
    groups: Sequence[str | None]
    issues: Sequence[Issue]


@dataclass(slots=True)
class _Instance:
    """One occurrence of a group in the message."""

    group: Group
    path: str
    segments: dict[int, list[Segment]] = field(default_factory=dict)
    instances: dict[int, list[_Instance]] = field(default_factory=dict)

    def last(self, group: Group) -> _Instance | None:
        found = self.instances.get(group.number)
        return found[-1] if found else None

    def open(self, group: Group) -> _Instance:
        found = self.instances.setdefault(group.number, [])
        name = group.name if not group.is_choice else group.name or "CHOICE"
        path = f"{self.path}/{name}[{len(found) + 1}]" if self.path else f"{name}[{len(found) + 1}]"
        found.append(_Instance(group, path))
        return found[-1]


class _Move(NamedTuple):
    """Going on to a place: required elements passed over, how far out, how far on; ``renewed`` is the group begun anew."""

    missing: int
    outwards: int
    distance: int
    place: Place
    renewed: Group | None


def match_structure(message: Message, structure: str = "") -> StructureMatch:
    """Compare with ``structure``, or with what MSH-9 says in the message's version; no structure, no findings."""
    version = message.version
    name = structure or structure_name(message.type.code, message.type.trigger, version)
    top = tables(version).structure(name) if name else None
    if top is None:
        return StructureMatch("", [None] * len(message.segments), ())
    return _Matcher(top, message).match()


class _Matcher:
    def __init__(self, top: Group, message: Message) -> None:
        self.top = top
        self.message = message
        self.root = _Instance(top, "")
        self.places: dict[str, list[Place]] = {}
        self.order: dict[int, int] = {}
        for number, place in enumerate(top.places()):
            self.places.setdefault(place.name, []).append(place)
            self.order[id(place)] = number
        self.issues: list[Issue] = []

    def match(self) -> StructureMatch:
        groups: list[str | None] = []
        here = self.top.places()[0]
        self.root.segments[here.number] = [self.message.segments[0]]
        groups.append("")
        for segment in self.message.segments[1:]:
            candidates = self.places.get(segment.name)
            if not candidates:
                if not segment.name.startswith("Z"):
                    self.report("VR-V2-0121", segment)
                groups.append(None)
                continue
            move = self.best_move(here, candidates)
            earlier = [place for place in candidates if self.order[id(place)] < self.order[id(here)]]
            if move is None or (move.missing and earlier):
                groups.append(self.put_out_of_order((earlier or candidates)[-1], segment))
                continue
            here = move.place
            groups.append(self.put(here, segment, move.renewed))
        self.issues += self.counted(self.root)
        return StructureMatch(self.top.name, groups, tuple(self.issues))

    def best_move(self, here: Place, candidates: Sequence[Place]) -> _Move | None:
        moves = [move for place in candidates for move in self.moves(here, place)]
        return min(moves, key=lambda move: move[:3], default=None)

    def moves(self, here: Place, place: Place) -> Iterator[_Move]:
        """Going from one place to another: staying, going on, or beginning an enclosing group again."""
        chain = here.group.ancestry
        target = place.group.ancestry
        shared = 0
        while shared < min(len(chain), len(target)) and chain[shared] is target[shared]:
            shared += 1
        depth = len(chain)
        distance = self.order[id(place)] - self.order[id(here)]
        if place is here:
            if here.maximum != 1:
                yield _Move(0, 0, 0, place, None)
        elif distance > 0:
            meeting = chain[shared - 1]
            leaving = chain[shared] if shared < depth else here
            entering = target[shared] if shared < len(target) else place
            if not meeting.is_choice:
                missing = self.rest(here, chain, shared) + _required(meeting, leaving.number + 1, entering.number)
                yield _Move(missing + self.beginning(place, target, shared), depth - shared, distance, place, None)
        for level in range(shared - 1, 0, -1):
            group = chain[level]
            if group.maximum == 1:
                continue
            missing = self.rest(here, chain, level) + self.beginning(place, target, level)
            yield _Move(missing, depth - level, 0, place, group)

    @staticmethod
    def rest(here: Place, chain: list[Group], level: int) -> int:
        """Required elements that would still have to come in the groups left behind (``chain[level:]``)."""
        missing = 0
        last: Place | Group = here
        for group in reversed(chain[level:]):
            missing += _required(group, last.number + 1, len(group.children))
            last = group
        return missing

    @staticmethod
    def beginning(place: Place, target: list[Group], level: int) -> int:
        """Required elements that should stand before the place in the groups entered (``target[level:]``)."""
        missing = 0
        last: Place | Group = place
        for group in reversed(target[level:]):
            missing += _required(group, 0, last.number)
            last = group
        return missing

    def put_out_of_order(self, place: Place, segment: Segment) -> str:
        """File a segment that should have come earlier; once too often at its place is reported by :meth:`counted`."""
        instance: _Instance | None = self.root
        for group in place.group.ancestry[1:]:
            instance = instance.last(group) if instance else None
        full = instance is not None and place.maximum == 1 and place.number in instance.segments
        repeating = [group for group in place.group.ancestry if group.maximum != 1]
        if not full or repeating:
            self.report("VR-V2-0120", segment)
        return self.put(place, segment, repeating[-1] if full and repeating else None)

    def put(self, place: Place, segment: Segment, renewed: Group | None) -> str:
        """File the segment under its place in the latest instances, beginning ``renewed`` and what is in it anew."""
        instance = self.root
        anew = False
        for group in place.group.ancestry[1:]:
            anew = anew or group is renewed
            instance = instance.open(group) if anew else instance.last(group) or instance.open(group)
        instance.segments.setdefault(place.number, []).append(segment)
        return instance.path

    def counted(self, instance: _Instance) -> Iterator[Issue]:
        """What is missing from an instance of a group, or stands too often in it."""
        group = instance.group
        for child in group.children:
            if isinstance(child, Place):
                found = instance.segments.get(child.number, [])
                if len(found) < child.minimum and not group.is_choice:
                    yield self.missing(child.name, instance)
                if child.maximum is not None and len(found) > child.maximum:
                    yield _at("VR-V2-0123", found[child.maximum], maximum=child.maximum)
            else:
                inner = instance.instances.get(child.number, [])
                if len(inner) < child.minimum and not group.is_choice:
                    yield self.missing(_first_required(child), instance)
                for one in inner:
                    yield from self.counted(one)

    def missing(self, name: str, instance: _Instance) -> Issue:
        where = f"group {instance.path}" if instance.path else self.top.name
        return CATALOGUE.issue("VR-V2-0122", expression=name, name=name, where=where)

    def report(self, rule: str, segment: Segment) -> None:
        self.issues.append(_at(rule, segment, structure=self.top.name))


def _required(group: Group, start: int, end: int) -> int:
    if group.is_choice:
        return 0
    return sum(child.minimum for child in group.children[start:end])


def _first_required(group: Group) -> str:
    places = group.places()
    return next((place.name for place in places if place.minimum), places[0].name)


def _at(rule: str, segment: Segment, **parameters: str | int) -> Issue:
    expression = f"{segment.name}[{segment.occurrence}]"
    return CATALOGUE.issue(
        rule, expression=expression, line=segment.index + 1, column=1, name=segment.name, **parameters
    )
