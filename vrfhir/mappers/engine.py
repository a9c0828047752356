"""The map compiled: each form of a segment a function, made when the form is first met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, final

from vrfhir.mappers.conversions.people import practitioner_of
from vrfhir.mappers.programs import Choice, Run, compiled_choice, compiled_rows
from vrfhir.mappers.rows import Flavour, SegmentMap, load_maps

if TYPE_CHECKING:
    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.records import Record

__all__ = ["CompiledFlavour", "CompiledMap", "Scope", "compiled_maps"]


@final
class Scope:
    """The resources of one segment by role; those on demand are made when the first row fills them."""

    __slots__ = ("_context", "_flavour", "path", "records")

    def __init__(self, context: Context, flavour: CompiledFlavour, path: str) -> None:
        self._context, self._flavour, self.path = context, flavour, path
        records: dict[str, Record] = {}
        self.records = records
        for name, kind in flavour.made:
            records[name] = context.new(kind, name, path)
        for name in flavour.shared:
            shared = context.shared.get(name)
            if shared is not None:
                records[name] = shared
        current = context.current
        for name, kind in flavour.opened:
            if name not in current or current[name] is current.get(f"{name}/filled"):
                current[name] = context.new(kind, name, path)
            current[f"{name}/filled"] = current[name]

    def make(self, name: str) -> Record | None:
        """The record of a role, made when it may be; None for a shared one that the message does not have."""
        record = self.records.get(name)
        if record is not None:
            return record
        create = self._flavour.creates.get(name, "shared")
        if create == "shared":
            return self._context.shared.get(name)
        if create in ("current", "opened"):
            return self._context.current.get(name)
        if create.startswith("named:"):
            named = practitioner_of(self._context, int(create[6:]))
            if named is not None:
                self.records[name] = named
            return named
        record = self.records[name] = self._context.new(self._flavour.roles[name].type, name, self.path)
        if create == "message":
            self._context.shared[name] = record
        return record

    def get(self, name: str) -> Record | None:
        """The record of a role when it is there."""
        return self.records.get(name)


@final
class CompiledFlavour:
    """One form of a segment, ready to run."""

    __slots__ = ("creates", "flavour", "home", "link", "made", "name", "opened", "roles", "run", "shared")

    def __init__(self, flavour: Flavour) -> None:
        self.flavour = flavour
        self.name = flavour.name
        self.roles = flavour.roles
        self.creates = {role.name: role.create for role in flavour.roles.values()}
        self.made = tuple((role.name, role.type) for role in flavour.roles.values() if role.create == "always")
        self.shared = tuple(role.name for role in flavour.roles.values() if role.create == "message")
        self.opened = tuple((role.name, role.type) for role in flavour.roles.values() if role.create == "opened")
        self.home = flavour.home
        self.link = flavour.link
        self.run: Run = self._first_run

    def _first_run(self, segment: SegmentView, scope: Scope, context: Context) -> None:
        self.compile()
        self.run(segment, scope, context)

    def compile(self) -> Run:
        """Make the function for the rows; ValueError when one of them cannot be run."""
        self.run = compiled_rows(self.flavour)
        return self.run


@final
class CompiledMap:
    """All forms of a segment, most special first, and the choice between them; ``only`` when there is none to make."""

    __slots__ = ("choose", "flavours", "only")

    def __init__(self, segment_map: SegmentMap) -> None:
        self.flavours: Sequence[CompiledFlavour] = tuple(CompiledFlavour(flavour) for flavour in segment_map.flavours)
        self.choose: Choice = compiled_choice(segment_map.flavours, segment_map.segment)
        self.only = self.flavours[0] if not segment_map.flavours[0].when else None


@cache
def compiled_maps() -> Mapping[str, CompiledMap]:
    """Segment name → its map."""
    return {name: CompiledMap(segment_map) for name, segment_map in load_maps().items()}
