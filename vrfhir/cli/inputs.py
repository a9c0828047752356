"""What is to be checked: files, folders, globs, NDJSON, FHIR packages and standard input, one resource at a time.

Nothing is read whole before its size is known to be allowed, and an archive is read as a stream with bounds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from vrfhir.errors import UnreadableError
from vrfhir.issues import Issue

__all__ = ["ARCHIVES", "MAX_BYTES", "Item", "items", "paths", "read_file", "too_large"]

MAX_BYTES = 64 * 1024 * 1024
"""A resource larger than this is refused unless a larger limit is given: to check one takes about ten times its size."""
_CHUNK = 1024 * 1024
_SUFFIXES = (".json", ".xml", ".ndjson")
ARCHIVES = (".tgz", ".tar.gz")


class Item(NamedTuple):
    """One resource to check: its text, or the file to read it from, or why it cannot be read."""

    name: str
    file: str
    data: bytes | None = None
    first_line: int = 1
    refusal: Issue | None = None


def paths(names: Iterable[str]) -> list[Path]:
    """The files behind names, folders and globs; ``-`` stays. Raises :class:`UnreadableError` for what is not there."""
    found: list[Path] = []
    for name in names:
        found.extend([Path("-")] if name == "-" else _paths(name))
    if not found:
        text = "No files were named."
        raise UnreadableError(_problem("VR-CLI-0001", text, "Name files, folders or globs, or - for standard input."))
    return found


def items(files: Iterable[Path], max_bytes: int = MAX_BYTES) -> Iterator[Item]:
    """The resources of the files, in order. Plain files are only named: they are read where they are checked."""
    for path in files:
        name = str(path)
        if name == "-":
            yield _from_stream("<stdin>", sys.stdin.buffer, max_bytes)
        elif name.endswith(".ndjson"):
            yield from _lines(path, max_bytes)
        elif name.endswith(ARCHIVES):
            from vrfhir.cli.archives import members  # only here: most input is no archive

            yield from members(path, max_bytes)
        else:
            yield Item(name, name)


def read_file(name: str, max_bytes: int) -> Item:
    """A file's content, unless it is too large; then nothing of it is read."""
    path = Path(name)
    try:
        if path.stat().st_size > max_bytes:
            return Item(name, name, refusal=too_large(name, max_bytes))
        with path.open("rb") as stream:
            return _from_stream(name, stream, max_bytes)
    except OSError as problem:
        raise UnreadableError(_problem("VR-CLI-0002", f"{name} cannot be read: {problem.strerror}.")) from problem


def too_large(name: str, max_bytes: int) -> Issue:
    """The finding about a resource that is not looked into because of its size."""
    text = f"The resource is larger than {max_bytes} bytes and was not read."
    return Issue("fatal", "too-long", "VR-CLI-0005", text, "", 1, 1, "Split it, or raise --max-bytes.", name)


def _from_stream(name: str, stream: BinaryIO, max_bytes: int) -> Item:
    data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        return Item(name, name, refusal=too_large(name, max_bytes))
    return Item(name, name, data)


def _paths(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if each.suffix in _SUFFIXES and _is_content(each))
    elif path.exists():
        found = [path]
    elif any(sign in name for sign in "*?["):
        import glob

        matches = (Path(each) for each in glob.glob(name, recursive=True))  # noqa: PTH207 (the pattern may be absolute)
        found = sorted(each for each in matches if not each.is_dir())
    else:
        raise UnreadableError(_problem("VR-CLI-0002", f"{path} cannot be read: there is no such file."))
    if not found:
        raise UnreadableError(_problem("VR-CLI-0003", f"Nothing to check was found at {name}."))
    return found


def _is_content(path: Path) -> bool:
    """True for files that may hold resources: not the index and description of a package."""
    return path.is_file() and not path.name.startswith(".") and path.name != "package.json"


def _lines(path: Path, max_bytes: int) -> Iterator[Item]:
    name = str(path)
    try:
        with path.open("rb") as stream:
            number = 0
            while line := stream.readline(max_bytes + 1):
                number += 1
                place = f"{name}:{number}"
                if len(line) > max_bytes and not line.endswith(b"\n"):
                    while (rest := stream.readline(_CHUNK)) and not rest.endswith(b"\n"):
                        pass
                    yield Item(place, name, first_line=number, refusal=too_large(place, max_bytes))
                elif line.strip():
                    yield Item(place, name, line.rstrip(b"\r\n"), number)
    except OSError as problem:
        raise UnreadableError(_problem("VR-CLI-0002", f"{name} cannot be read: {problem.strerror}.")) from problem


def _problem(rule: str, text: str, hint: str = "") -> Issue:
    return Issue("fatal", "not-found", rule, text, hint=hint)
