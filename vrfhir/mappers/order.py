"""The order of the segments, kept where the resources do not say it: a segment that no row took has no resource of its own.

The note stands with the carried content on the MessageHeader: path ``MSH[1]-0[1].1.1``, the names of all segments, each one
from which nothing was mapped with ``*``. Messages whose segments all became resources have none; segments of single elements
are not in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vrfhir.mappers.elements import ELEMENT, RESOURCE
from vrfhir.mappers.vocabulary import extension_urls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vrfhir.mappers.cells import SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.records import Record

__all__ = ["ORDER", "UNMAPPED", "note_order"]

ORDER = "MSH[1]-0[1].1.1"
"""Path of the note."""
UNMAPPED = "*"
"""Beside the name of a segment from which nothing was mapped."""


def note_order(context: Context, homes: Sequence[Record | None]) -> None:
    """Note the order on the header, when a segment has no resource or no value that was mapped."""
    if None not in homes and "NTE" not in context.by_name:
        return
    if all(_is_mapped(view) or _says_elements(view) for view in context.segments):
        return
    own = [view for view in context.segments if not _says_elements(view)]
    names = [view.name if _is_mapped(view) else view.name + UNMAPPED for view in own]
    parts = [{"url": "path", "valueString": ORDER}, {"url": "value", "valueString": " ".join(names)}]
    extensions = context.shared["MessageHeader"].resource.setdefault("extension", [])
    extensions.append({"url": extension_urls()["v2-content"], "extension": parts})


def _says_elements(view: SegmentView) -> bool:
    """A segment of the single elements, which are written anew each time."""
    if view.name == "OBR":
        return view.value(4, 3) == RESOURCE and view.value(4) != "items"
    return view.name == "ZVE" or (view.name == "OBX" and view.value(3, 6) == ELEMENT)


def _is_mapped(view: SegmentView) -> bool:
    """What rows settle is mapped, and nothing else settles a cell as such."""
    for cell in view.fields.values():
        if cell.settled is not None:
            return True
    return any(cell.settled is not None for first in view.fields.values() for cell in first.repetitions())
