"""The ledger: what became of every value of a message.

Each non-empty subcomponent ends in exactly one outcome (mapping notes, section 3.8):

* ``mapped``  – a row of the map put it into a FHIR element;
* ``carried`` – it has no FHIR element and is kept, in its v2 form, in the VR-V2Content extension;
* ``ignored`` – a rule says it holds no content of its own (delimiters, set ids) or must not be kept (credentials, the place
  of a patient who is hidden);
* ``deleted`` – it is ``""``, the instruction to delete, which never becomes a value: the extension says so with the type
  ``null``. For a partner whose policy is ``keep`` it is carried as text, for one whose policy is ``empty`` ignored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, final

if TYPE_CHECKING:
    from vrfhir.hl7v2 import Leaf
    from vrfhir.mappers.cells import SegmentView, Settlement
    from vrfhir.mappers.records import Record

__all__ = ["OUTCOMES", "Entry", "Ledger", "Outcome"]

Outcome = Literal["", "mapped", "carried", "ignored", "deleted"]

OUTCOMES: tuple[Outcome, ...] = ("mapped", "carried", "ignored", "deleted")

SECRET_RULES = frozenset({"credentials", "location-hiding"})


@final
class Entry:
    """One leaf and its outcome.

    ``segment`` is the path of its segment (``PID[1]``), ``raw`` its ER7 text, ``value`` the decoded text, ``text`` the same
    without blanks around it; ``row`` is the id of the map row or the name of the rule.
    """

    __slots__ = (
        "component",
        "field",
        "index",
        "outcome",
        "raw",
        "record",
        "repetition",
        "row",
        "segment",
        "subcomponent",
        "target",
        "text",
        "value",
    )

    def __init__(self, segment: str, leaf: Leaf, settlement: Settlement | None) -> None:
        self.segment = segment
        self.field = leaf.field
        self.repetition = leaf.repetition
        self.component = leaf.component
        self.subcomponent = leaf.subcomponent
        self.raw = leaf.raw
        self.value = leaf.raw if leaf.is_null else leaf.value
        self.text = self.value.strip()
        self.outcome: Outcome = ""
        self.row = ""
        self.target = ""
        self.record: Record | None = None
        self.index = -1
        if settlement is not None:
            self.outcome, self.row, self.target, self.record, self.index = settlement

    @property
    def path(self) -> str:
        """The full v2 path, ``PID[1]-3[2].4.1``."""
        return f"{self.segment}-{self.field}[{self.repetition}].{self.component}.{self.subcomponent}"

    @property
    def location(self) -> str:
        """The FHIR element the value went to, ``Patient.identifier[1]``; empty when it went nowhere."""
        if not self.target:
            return ""
        role, dot, element = self.target.partition(".")
        resource = self.record.place.type if self.record is not None else role
        return resource + dot + element.replace("[]", f"[{self.index}]" if self.index >= 0 else "", 1)

    @property
    def resource(self) -> str:
        """``fullUrl`` of the resource the value went to."""
        return self.record.place.full_url if self.record is not None else ""

    def to_dict(self, *, values: bool = False) -> dict[str, Any]:
        """JSON shape; values only on request, and never those that must not be kept."""
        row = {"path": self.path, "outcome": self.outcome, "row": self.row}
        if self.target:
            row["target"] = self.location
        if self.record is not None:
            row["resource"] = self.resource
        if values and self.row not in SECRET_RULES:
            row["value"] = self.raw
        return row


def _entries(view: SegmentView) -> Iterator[Entry]:
    cells = {(field, cell.repetition): cell for field, first in view.fields.items() for cell in first.repetitions()}
    for leaf in view.segment.leaves():
        place = leaf[3:7]
        settlement = view.others.get(place)
        if settlement is None and (cell := cells.get(place[:2])) is not None:
            settlement = cell.settlement(place[2] << 12 | place[3])
        yield Entry(view.path, leaf, settlement)


@final
class Ledger:
    """Every leaf of one message, in message order; written out when it is first read."""

    def __init__(self, views: Sequence[SegmentView]) -> None:
        self._views = views

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """Every leaf with its outcome."""
        return tuple(entry for view in self._views for entry in _entries(view))

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def unaccounted(self) -> list[str]:
        """Paths without an outcome; always empty after a mapping."""
        return [entry.path for entry in self.entries if not entry.outcome]

    def counts(self) -> dict[str, int]:
        """How many leaves had each outcome."""
        found = Counter(entry.outcome for entry in self.entries)
        return {outcome: found.get(outcome, 0) for outcome in OUTCOMES}

    def to_dict(self, *, values: bool = False) -> dict[str, Any]:
        """JSON shape: the counts and one object a leaf."""
        return {
            "counts": self.counts(),
            "unaccounted": self.unaccounted,
            "entries": [entry.to_dict(values=values) for entry in self.entries],
        }
