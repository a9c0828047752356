"""Codes that nobody explained, as work: shown with the meanings they can have, answered into the partner file.

An answer is a ``[[code]]`` of the partner file, and holds in both directions.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from vrfhir.errors import DefinitionError, VrfhirError
from vrfhir.issues import Issue
from vrfhir.mappers import Partner
from vrfhir.mappers.partner_meanings import meanings, system_meant

__all__ = ["Work", "answered", "in_toml", "meanings", "work_lines", "write_answer"]


class Work(NamedTuple):
    """One code without a meaning: its HL7 v2 table, its coding system name, and how often it came."""

    table: str
    code: str
    name: str
    times: int


def work_lines(works: Iterable[Work]) -> Iterator[str]:
    """The ``[[code]]`` tables to fill in, each with what ``to`` can be."""
    for work in works:
        yield "[[code]]"
        yield f"table = {in_toml(work.table)}"
        yield f"code = {in_toml(work.code)}"
        if work.name:
            yield f"name = {in_toml(work.name)}"
        can_be = " | ".join(meanings(work.table))
        yield f'to = ""  # {work.times} times{"; one of: " + can_be if can_be else ""}'


def answered(partner: Partner, work: Work) -> bool:
    """Whether the partner file explains the code by now."""
    return partner.codes.meaning(work.table, work.code, work.name) is not None


def write_answer(file: Path, table: str, code: str, name: str, to: str, *, system: str = "", display: str = "") -> None:
    """Add a ``[[code]]`` to a partner file: the rest of it stays byte for byte, and a file that would not load is not written.

    VrfhirError ``VR-CLI-0511`` for a meaning the table cannot have, ``VR-CLI-0512`` for a code that has one already.
    """
    partner = Partner.load(file)
    known = partner.codes.meaning(table, code, name)
    if known is not None and known.name == name:
        text = f"The partner file says already what the code means: {known.to}."
        raise VrfhirError(Issue("fatal", "duplicate", "VR-CLI-0512", text, hint="Edit it there.", source=str(file)))
    allowed = meanings(table)
    if allowed and not system and to not in allowed:
        text = f"A code of table {table} can mean one of: {', '.join(allowed)}."
        raise VrfhirError(Issue("fatal", "value", "VR-CLI-0511", text, source=str(file)))
    if len(table) == 4 and not allowed and not system and not system_meant(table, to):
        text = f"Nothing says of which code system {to} is: table {table} does not have it."
        hint = "Name the system with --system URI."
        raise VrfhirError(Issue("fatal", "value", "VR-CLI-0511", text, hint=hint, source=str(file)))
    settings = {"table": table, "code": code, "name": name, "system": system, "to": to, "display": display}
    lines = ["[[code]]", *(f"{key} = {in_toml(value)}" for key, value in settings.items() if value)]
    before = file.read_bytes()
    gap = b"" if not before else b"\n" if before.endswith(b"\n") else b"\n\n"
    _replace(file, before + gap + "\n".join([*lines, ""]).encode())


def _replace(file: Path, content: bytes) -> None:
    """The whole new file in place of the old one, or the old one as it was."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".toml")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Partner.load(draft, called=file.name)
        with suppress(OSError):
            draft.chmod(file.stat().st_mode & 0o777)
        draft.replace(file)
    except OSError as error:
        raise DefinitionError(
            Issue("fatal", "exception", "VR-CLI-0513", f"The partner file cannot be written: {error.strerror}.")
        ) from None
    finally:
        draft.unlink(missing_ok=True)


def in_toml(text: str) -> str:
    """A text as a TOML string."""
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else _escaped(c) for c in text) + '"'


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
