"""A segment being written from rows: its cells, the parts that its version has room for."""

from __future__ import annotations

from typing import final

from vrfhir.hl7v2 import MessageBuilder
from vrfhir.hl7v2.reference import Tables
from vrfhir.mappers.writing.registry import Parts, key

__all__ = ["Draft"]


@final
class Draft:
    """One segment: the repetitions of each field as parts.

    ``roles`` say what it was written from: role → full URL, or ``-8[1].Practitioner`` for who is named in a field.
    ``identity`` is its name in the layout of notes; segments that only carried values need have none.
    ``closing`` is an NTE of the message, not of the segment before it; ``goes_on`` a part of the one before it.
    """

    __slots__ = ("closing", "fields", "goes_on", "identity", "name", "occurrence", "roles")

    def __init__(self, name: str) -> None:
        self.name = name
        self.fields: dict[int, list[Parts]] = {}
        self.roles: dict[str, str] = {}
        self.occurrence = 0
        self.identity = ""
        self.closing = False
        self.goes_on = False

    @property
    def path(self) -> str:
        """``PRD[2]``, once the message is complete."""
        return f"{self.name}[{self.occurrence}]"

    def label(self, role: str) -> str:
        """What a reading calls the resource of a role: ``PRD[2].Practitioner``, ``PV1[1]-8[1].Practitioner``."""
        return f"{self.path}{role}" if role.startswith("-") else f"{self.path}.{role}"

    def put(self, field: int, parts: Parts, *, append: bool = True) -> None:
        """Add a repetition, or more parts of the last one."""
        cells = self.fields.setdefault(field, [])
        if append or not cells:
            cells.append(dict(parts))
        else:
            cells[-1].update(parts)

    def text(self, field: int, text: str, component: int = 1) -> None:
        """Set a part of the first repetition."""
        if text:
            cells = self.fields.setdefault(field, [{}])
            cells[0][key(component)] = text

    def fit(self, tables: Tables) -> list[str]:
        """Drop what the version has no place for; the paths of that."""
        dropped = []
        definitions = tables.segment(self.name)
        if definitions is None:
            return []
        for field in list(self.fields):
            definition = definitions[field - 1] if field <= len(definitions) else None
            if definition is None or definition.is_withdrawn:
                dropped.append(f"{self.path}-{field}")
                del self.fields[field]
                continue
            if not definition.repeats and len(self.fields[field]) > 1:
                dropped.append(f"{self.path}-{field}[2]")
                del self.fields[field][1:]
            kind = definition.datatype
            if kind in ("varies", "", "-", "Varies"):
                continue
            components = tables.datatype(kind)
            for cell in self.fields[field]:
                for place in list(cell):
                    component, sub = place >> 12, place & 0xFFF
                    limit = len(components) if components is not None else 1
                    inner = components[component - 1].datatype if components is not None and component <= limit else ""
                    parts = tables.datatype(inner) if inner else None
                    if component > limit or (sub > 1 and (parts is None or sub > len(parts))):
                        dropped.append(f"{self.path}-{field}.{component}.{sub}")
                        del cell[place]
            self.fields[field] = [cell for cell in self.fields[field] if cell] or []
            if not self.fields[field]:
                del self.fields[field]
        return dropped

    def write(self, builder: MessageBuilder) -> None:
        """Write into a message."""
        segment = builder.segments[0] if self.name == "MSH" else builder.add(self.name)
        for field in sorted(self.fields):
            if self.name == "MSH" and field <= 2:
                continue
            for number, cell in enumerate(self.fields[field], 1):
                for place in sorted(cell):
                    segment.set(field, cell[place], number, place >> 12, place & 0xFFF)
