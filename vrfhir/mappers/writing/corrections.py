"""A Bundle that gives its message back to the last value: what the rows alone would write otherwise is noted beside it.

``to_fhir(message, exact=True)`` writes the Bundle back at once and compares. Each value that would not stand where it stood is
carried on the MessageHeader in VR-V2Content, each one that would stand where none was is marked ``none``, a deletion (``""``)
is marked ``null``, and the order of the segments is kept when it is not the usual one. Writing such a Bundle gives the
message again, canonically: delimiters, trailing separators and line ends are the usual ones. When the Bundle was edited
in between, the edited elements win and the notes are left aside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.hl7v2 import Message, MessageBuilder, escapes, parse
from vrfhir.mappers.order import ORDER
from vrfhir.mappers.vocabulary import extension_urls
from vrfhir.mappers.writing.carried import arranged, put_back
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.encoding import encoded
from vrfhir.mappers.writing.header import header
from vrfhir.mappers.writing.scope import Writing
from vrfhir.mappers.writing.segments import only
from vrfhir.mappers.writing.structures import structure_of

if TYPE_CHECKING:
    from vrfhir.mappers.partner import Partner

__all__ = ["LAYOUT", "add_corrections", "exact_message"]

LAYOUT = "MSH[1]-0"
"""Path of the note that names the segments in their order."""
_ALWAYS = re.compile(r"MSH\[1\]-(3|4|9|12)\[1\]")
"""What has to be known before anything can be written: sender, type, version."""


def _plan(writing: Writing, kind: str, trigger: str) -> list[Draft]:
    structure = structure_of(kind, trigger)
    if structure is not None:
        return structure.plan(writing, kind, trigger)
    return [header(writing, only(writing, "MessageHeader"), kind, trigger)]


def _natural(
    bundle: Mapping[str, Any], partner: Partner, kind: str, trigger: str, version: str, sender: str
) -> MessageBuilder:
    """What rows and carried values alone write."""
    writing = Writing(bundle, partner, version, sender)
    builder = MessageBuilder(version or "2.4")
    seen: dict[str, int] = {}
    for draft in arranged(_plan(writing, kind, trigger), bundle, writing):
        seen[draft.name] = draft.occurrence = seen.get(draft.name, 0) + 1
        draft.write(builder)
    put_back(builder, bundle, writing)
    return builder


def add_corrections(bundle: dict[str, Any], message: Message, partner: Partner, sender: str) -> int:
    """Put the notes into the Bundle; how many values they hold."""
    kind = message.type
    natural = parse(encoded(_natural(bundle, partner, kind.code, kind.trigger, message.version, sender)))
    wanted, given = _leaves(message), _leaves(natural)
    notes: list[tuple[str, str, str]] = []
    for path, (value, is_null) in wanted.items():
        if given.get(path) != (value, is_null) or _ALWAYS.match(path):
            notes.append((path, "delete", "null") if is_null else (path, escapes.encode(value), ""))
    notes += [(path, "none", "none") for path in given if path not in wanted]
    order = [segment.name for segment in message.segments]
    if order != [segment.name for segment in natural.segments] or notes:
        notes.append((LAYOUT, " ".join(order), ""))
    extensions = bundle["entry"][0]["resource"].setdefault("extension", [])
    url = extension_urls()["v2-content"]
    for path, text, mark in notes:
        parts = [{"url": "path", "valueString": path}, {"url": "value", "valueString": text or '" "'}]
        parts += [{"url": "type", "valueCode": mark}] if mark else []
        extensions.append({"url": url, "extension": parts})
    if not extensions:
        del bundle["entry"][0]["resource"]["extension"]
    return len(notes)


def _leaves(message: Message) -> dict[str, tuple[str, bool]]:
    return {
        leaf.path: ("" if leaf.is_null else leaf.value, leaf.is_null)
        for segment in message.segments
        for leaf in segment.leaves()
        if not (leaf.segment == "MSH" and leaf.field <= 2)
    }


def exact_message(bundle: Mapping[str, Any], partner: Partner) -> bytes | None:
    """The message of a Bundle that was made with ``exact`` and not edited since; None for any other."""
    head = bundle["entry"][0].get("resource", {}) if bundle.get("entry") else {}
    notes, plain = _notes(head)
    if LAYOUT not in notes:
        return None
    stripped = {**bundle, "entry": [{**bundle["entry"][0], "resource": plain}, *bundle["entry"][1:]]}
    from vrfhir.mappers.mapping import to_fhir

    kind, trigger, version, facility, application = (
        escapes.decode(notes.get(f"MSH[1]-{field}.1", {}).get("valueString", "")).strip()
        for field in ("9[1].1", "9[1].2", "12[1].1", "4[1].1", "3[1].1")
    )
    builder = _natural(stripped, partner, kind, trigger, version, facility or application or "unknown")
    _apply(builder, notes)
    data = encoded(builder)
    try:
        again = to_fhir(data, partner=partner, exact=True).bundle
    except ValueError:
        return None
    return data if _same(bundle, again) else None


def _notes(head: Mapping[str, Any]) -> tuple[dict[str, dict[str, str]], dict[str, Any]]:
    """(notes by path, the header without them): a note is what stands at or after the layout's place on the header."""
    notes: dict[str, dict[str, str]] = {}
    kept = []
    url = extension_urls()["v2-content"]
    for extension in head.get("extension", ()):
        parts = {each.get("url", ""): each for each in extension.get("extension", ())}
        if extension.get("url") != url or parts.get("path", {}).get("valueString", ORDER) == ORDER:
            kept.append(extension)
            continue
        text = str(parts.get("value", {}).get("valueString", ""))
        notes[parts["path"].get("valueString", "")] = {
            "valueString": text,
            "type": parts.get("type", {}).get("valueCode", ""),
        }
    plain = {name: value for name, value in head.items() if name != "extension"}
    return notes, {**plain, "extension": kept} if kept else plain


_PATH = re.compile(r"(\S{3})\[(\d+)\]-(\d+)\[(\d+)\]\.(\d+)\.(\d+)")


def _apply(builder: MessageBuilder, notes: Mapping[str, Mapping[str, str]]) -> None:
    order = notes[LAYOUT]["valueString"].split(" ")
    seen: dict[str, int] = {}
    segments = []
    for name in order:
        seen[name] = seen.get(name, 0) + 1
        segments.append(builder.segment(name, seen[name]) or builder.add(name))
    builder.segments[:] = segments
    for path, note in notes.items():
        match = _PATH.fullmatch(path)
        segment = builder.segment(match[1], int(match[2])) if match else None
        if match is None or segment is None:
            continue
        field, repetition, component, subcomponent = (int(match[number]) for number in (3, 4, 5, 6))
        text = {"none": "", "null": '""'}.get(note["type"], note["valueString"])
        segment.set_er7(field, text, repetition, component, subcomponent)


def _same(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    """Equal but for what a reading says of itself: the original bytes, when and by what they were read."""
    skipped = ("Binary", "Provenance", "Device", "DocumentReference")
    first, second = (
        {e["fullUrl"]: e["resource"] for e in each["entry"] if e["resource"]["resourceType"] not in skipped}
        for each in (one, two)
    )
    return first == second
