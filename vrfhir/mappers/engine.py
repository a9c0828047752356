"""The map compiled: each row a closure, each flavour of a segment a tuple of them. Done once per process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, final

from vrfhir.mappers.conditions import Condition, compile_condition
from vrfhir.mappers.conversions import CONVERSIONS
from vrfhir.mappers.conversions.people import practitioner_of
from vrfhir.mappers.conversions.vocational import ALREADY
from vrfhir.mappers.paths import PLACED, REFUSED, compile_place, role_of
from vrfhir.mappers.rows import Flavour, Row, load_maps
from vrfhir.mappers.vocabulary import extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell, SegmentView, Settlement
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.records import Record

__all__ = ["CompiledFlavour", "Scope", "compiled_maps"]


@final
class Scope:
    """The resources of one segment by role; those on demand are made when the first row fills them."""

    __slots__ = ("_context", "_roles", "path", "records")

    def __init__(self, context: Context, flavour: CompiledFlavour, path: str) -> None:
        self._context, self._roles, self.path = context, flavour.roles, path
        self.records: dict[str, Record] = {}
        for name in flavour.made:
            self.make(name)
        for name in flavour.shared:
            shared = context.shared.get(name)
            if shared is not None:
                self.records[name] = shared

    def make(self, name: str) -> Record | None:
        """The record of a role, made when it may be; None for a shared one that the message does not have."""
        record = self.records.get(name)
        if record is not None:
            return record
        role = self._roles.get(name)
        if role is None or role.create == "shared":
            return self._context.shared.get(name)
        if role.create == "current":
            return self._context.current.get(name)
        if role.create.startswith("named:"):
            named = practitioner_of(self._context, int(role.create[6:]))
            if named is not None:
                self.records[name] = named
            return named
        record = self.records[name] = self._context.new(role.type, name, self.path)
        if role.create == "message":
            self._context.shared[name] = record
        return record

    def get(self, name: str) -> Record | None:
        """The record of a role when it is there."""
        return self.records.get(name)


_REMEMBERED = 512
"""Sets of fields remembered for a form of a segment."""

Run = Callable[["SegmentView", Scope, "Context"], None]


@final
class CompiledFlavour:
    """One form of a segment, ready to run."""

    __slots__ = ("_chosen", "home", "link", "made", "name", "roles", "runs", "shared", "when")

    def __init__(self, flavour: Flavour) -> None:
        self.name = flavour.name
        self.roles = flavour.roles
        self.made = tuple(role.name for role in flavour.roles.values() if role.create == "always")
        self.shared = tuple(role.name for role in flavour.roles.values() if role.create == "message")
        self.home = flavour.home
        self.link = flavour.link
        self.when: Condition | None = compile_condition(flavour.when) if flavour.when else None
        self.runs: Sequence[tuple[int, Run]] = tuple((row.field, _compile(row)) for row in flavour.rows)
        self._chosen: dict[tuple[int, ...], Sequence[Run]] = {}

    def runs_for(self, fields: tuple[int, ...]) -> Sequence[Run]:
        """The rows of the fields that are there, in their order; remembered, because senders fill the same fields again."""
        chosen = self._chosen.get(fields)
        if chosen is None:
            if len(self._chosen) >= _REMEMBERED:
                self._chosen.clear()
            chosen = self._chosen[fields] = tuple(run for field, run in self.runs if field in fields)
        return chosen


@cache
def compiled_maps() -> Mapping[str, Sequence[CompiledFlavour]]:
    """Segment name → its forms, most special first."""
    return {
        name: tuple(CompiledFlavour(flavour) for flavour in segment_map.flavours)
        for name, segment_map in load_maps().items()
    }


def _compile(row: Row) -> Run:
    try:
        convert = CONVERSIONS[row.conversion](row)
        condition = compile_condition(row.when) if row.when else None
        selector = row.conversion in ("selector", "value-type", "document-type", "item-type")
        spread = row.to.endswith(".*")
        place = None if selector or spread else compile_place(row.to, extension_urls(), row.beside)
    except (KeyError, ValueError) as error:
        raise ValueError(f"map row {row.id}: {error}") from error
    role, field, component = role_of(row.to), row.field, row.component
    target = row.to.removesuffix(".*")
    part = component << 12 | 1 if component else 0
    other_part = component << 12 | (row.subcomponent or 1)
    identity, repetitions, join = row.id, row.repetitions, row.join

    def run(segment: SegmentView, scope: Scope, context: Context) -> None:
        if condition is not None and not condition(segment, context):
            return
        cells = segment.fields[field]
        if repetitions == "first":
            cells = cells[:1]
        elif repetitions == "rest":
            cells = cells[1:]
        if join and len(cells) > 1:
            _run_joined(cells, scope, context)
            return
        for cell in cells:
            if part and part not in cell.at and other_part not in cell.at:
                continue
            value = convert(cell, context)
            taken = cell.taken
            if not taken:
                continue
            record = (scope.records.get(role) or scope.make(role)) if value is not None else None
            if record is None:
                taken.clear()
                continue
            if place is not None and value is not ALREADY:
                index = place(record.resource, value)
            else:
                index = _spread(record.resource, value) if spread and value is not ALREADY else PLACED
            if index != REFUSED:
                settlement: Settlement = ("mapped", identity, target, record, index)
                if cell.settled is None:
                    cell.settled = dict.fromkeys(taken, settlement)
                    taken.clear()
                else:
                    cell.settle(settlement)
            else:
                taken.clear()

    def _run_joined(cells: Sequence[Cell], scope: Scope, context: Context) -> None:
        values = [(cell, convert(cell, context)) for cell in cells]
        good = [(cell, value) for cell, value in values if value is not None]
        record = scope.make(role) if good else None
        index = REFUSED
        if record is not None:
            joined = _joined([value for _, value in good], join)
            index = _spread(record.resource, joined) if place is None else place(record.resource, joined)
        for cell, value in values:
            if record is None or value is None or index == REFUSED:
                cell.taken.clear()
            else:
                cell.settle(("mapped", identity, target, record, index))

    return run


def _joined(values: Sequence[Any], mark: str) -> Any:
    """Texts, or objects with one text each, as one."""
    first = values[0]
    if isinstance(first, dict):
        name = next(iter(first))
        return {name: mark.join(value[name] for value in values)}
    return mark.join(values)


def _spread(resource: dict[str, Any], value: Any) -> int:
    """Put the elements of an object into the resource itself; refused when one is there with another value."""
    if any(name in resource and resource[name] != part for name, part in value.items()):
        return REFUSED
    resource.update(value)
    return PLACED
