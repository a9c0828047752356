"""The pages of the HL7 v2 map: an index, and a page per segment with every field, its element or that it is carried."""

from __future__ import annotations

import json
from itertools import zip_longest
from typing import Any

__all__ = ["index", "segment_page", "segments"]

_SOURCES = {"ig": "guide", "core": "FHIR R4", "uk": "UK", "ours": "vrfhir"}
_VERSIONS = ("2.8.2", "2.8", "2.7", "2.5.1", "2.4", "2.3")
"""Where the names of fields are looked up: the latest version that names the field."""


def segments() -> list[str]:
    """The segments that have a map."""
    from vrfhir.mappers.rows import load_maps

    return list(load_maps())


def index() -> str:
    """What is mapped of each segment, with its page."""
    from vrfhir.mappers.rows import load_maps

    lines = [
        "# The HL7 v2 map\n",
        "Which field becomes which element: a page per segment, made from the rows the mapper runs. One row serves both directions unless it",
        "says why not. *Source* of a row: the v2-to-FHIR guide of HL7, FHIR R4's own notes, UK practice, or ours. Fields without a row are",
        "carried (Extension-VR-V2Content), never dropped.\n",
        "| Segment | Forms | Rows | Fields with a row | Makes |\n|---|---|---|---|---|",
    ]
    for name, segment in load_maps().items():
        rows = [row for form in segment.flavours for row in form.rows]
        kinds = sorted(
            {role.type for form in segment.flavours for role in form.roles.values()} - {"Identifier", "Resource"}
        )
        fields = _fields(name)
        mapped = {row.field for row in rows}
        share = f"{len(mapped)} of {max(len(fields), max(mapped, default=0))}" if fields else str(len(mapped))
        forms = len(segment.flavours)
        lines.append(f"| [{name}](v2-map/{name}.md) | {forms} | {len(rows)} | {share} | {', '.join(kinds)} |")
    return "\n".join(lines)


def segment_page(name: str) -> str:
    """All forms of a segment, and the fields that none of them maps."""
    from vrfhir.mappers.rows import load_maps

    segment = load_maps()[name]
    names = _fields(name)
    parts = [f"# {name}\n", "[All segments](../v2-map.md)\n"]
    for form in segment.flavours:
        if len(segment.flavours) > 1:
            when = f"when `{json.dumps(form.when)}`" if form.when else "otherwise"
            parts.append(f"## {name}, {form.name}\n\n*Taken* {when}.\n")
        if not form.rows:
            parts.append(
                "No row: the meaning of its fields is not public; everything is carried. A partner file can map them.\n"
            )
            continue
        parts.append("| HL7 v2 | Field | FHIR | Conversion | When | Source | Back |\n|---|---|---|---|---|---|---|")
        parts += [_line(row, names) for row in form.rows]
        parts.append("")
    mapped = {row.field for form in segment.flavours for row in form.rows}
    left = [f"{name}-{number} {text}".rstrip() for number, text in enumerate(names, 1) if number not in mapped]
    if left and mapped:
        parts.append(f"*Carried, without a row:* {', '.join(left)}.")
    return "\n".join(parts)


def _line(row: Any, names: list[str]) -> str:
    place = f"{row.segment}-{row.field}" + (f".{row.component}" if row.component else "")
    title = names[row.field - 1] if row.field <= len(names) else ""
    when = f"`{json.dumps(row.when)}`".replace("|", "\\|") if row.when else ""
    back = "yes" if row.direction == "both" else row.reason.replace("|", "\\|")
    return f"| {place} | {title} | `{row.to}` | {row.conversion} | {when} | {_SOURCES[row.source]} | {back} |"


def _fields(name: str) -> list[str]:
    from vrfhir.hl7v2.reference import tables

    found: list[str] = []
    for version in _VERSIONS:
        names = [each.name for each in tables(version).segment(name) or ()]
        found = [one or other for one, other in zip_longest(found, names, fillvalue="")]
    return found
