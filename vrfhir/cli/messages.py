"""The HL7 v2 messages in files and folders: one in a file, several after one another, or a batch (FHS, BHS)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from vrfhir.cli.inputs import MAX_BYTES, too_large
from vrfhir.hl7v2.batch import miscounted, split_batch
from vrfhir.issues import Issue

__all__ = ["SUFFIXES", "Found", "found_in", "message_files"]

SUFFIXES = (".hl7", ".er7", ".msg", ".txt", ".dat", "")
"""How the names of message files in a folder end."""

_FRAMING = b"\r\n\x0b\x1c\x1a \t"
"""What stands around messages in a recording of MLLP, and at the end of old files."""


class Found(NamedTuple):
    """One message, named by its file and, where there are several, by its number: ``feed.hl7[2]``.

    ``data`` is None for a file that cannot be read, and for what is wrong with a batch as a whole: see ``issues``.
    """

    name: str
    data: bytes | None
    issues: tuple[Issue, ...] = ()


def message_files(paths: Iterable[Path]) -> list[Path]:
    """The files, and in place of a folder those in it whose names end as message files do, in order of their names."""
    files: list[Path] = []
    for path in paths:
        if str(path) != "-" and path.is_dir():
            inside = (each for each in path.rglob("*") if each.suffix.lower() in SUFFIXES and each.is_file())
            files += sorted(each for each in inside if not each.name.startswith("."))
        else:
            files.append(path)
    return files


def found_in(path: Path, max_bytes: int = MAX_BYTES) -> Iterator[Found]:
    """The messages of a file (``-``: standard input); a file with a single one gives its bytes as they are."""
    name = str(path)
    try:
        data = _read(path, max_bytes)
    except OSError as error:
        text = f"The file cannot be read: {error.strerror}."
        yield Found(name, None, (Issue("fatal", "not-found", "VR-CLI-0401", text, source=name),))
        return
    if len(data) > max_bytes:
        yield Found(name, None, (too_large(name, max_bytes),))
        return
    parts = split_batch(data)
    messages = [part.data for part in parts if part.name == "MSH"]
    if len(messages) < 2 and (not parts or parts[0].name == "MSH"):
        yield Found(name, data)
        return
    for number, message in enumerate(messages, 1):
        yield Found(f"{name}[{number}]", message.strip(_FRAMING) + b"\r")
    issues = tuple(miscounted(parts))
    if issues or not messages:
        yield Found(name, None if messages else data, issues)


def _read(path: Path, max_bytes: int) -> bytes:
    if str(path) == "-":
        return sys.stdin.buffer.read(max_bytes + 1)
    with path.open("rb") as stream:
        return stream.read(max_bytes + 1)
