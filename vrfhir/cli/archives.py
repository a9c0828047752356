"""The resources in an archive, as they stream by: nothing is written anywhere, and an archive may unpack to anything."""

from __future__ import annotations

import gzip
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from vrfhir.cli.inputs import ARCHIVES, Item, too_large
from vrfhir.errors import UnreadableError
from vrfhir.issues import Issue

__all__ = ["is_package", "members"]

_MAX_MEMBERS = 20_000
_MAX_UNPACKED = 1024 * 1024 * 1024
_CHUNK = 1024 * 1024


def is_package(path: Path) -> bool:
    """True for a FHIR package: an archive with a ``package/package.json``."""
    if not path.name.endswith(ARCHIVES):
        return False
    try:
        with (
            gzip.open(path, "rb") as packed,
            tarfile.open(fileobj=_Bounded(packed), mode="r|") as found,  # type: ignore[call-overload]
        ):
            return any(member.name == "package/package.json" for member in found)
    except (OSError, tarfile.TarError, zlib.error, EOFError, ValueError):
        return False


def members(path: Path, max_bytes: int) -> Iterator[Item]:
    """The resources and examples of a package, or of any archive."""
    archive = str(path)
    try:
        with (
            gzip.open(path, "rb") as packed,
            tarfile.open(fileobj=_Bounded(packed), mode="r|") as found,  # type: ignore[call-overload]
        ):
            for count, member in enumerate(found):
                if count >= _MAX_MEMBERS:
                    raise tarfile.ReadError(f"it holds more than {_MAX_MEMBERS} files")
                if not member.isreg() or not _is_resource_file(PurePosixPath(member.name)):
                    continue
                name = f"{archive}/{member.name}"
                if member.size > max_bytes:
                    yield Item(name, name, refusal=too_large(name, max_bytes))
                elif (stream := found.extractfile(member)) is not None:
                    yield Item(name, name, stream.read())
    except OSError as problem:
        if not isinstance(problem, (gzip.BadGzipFile, tarfile.TarError)):
            text = f"{archive} cannot be read: {problem.strerror}."
            raise UnreadableError(Issue("fatal", "not-found", "VR-CLI-0002", text)) from problem
        yield _refused(archive, problem)
    except (tarfile.TarError, zlib.error, EOFError, ValueError) as problem:
        yield _refused(archive, problem)


def _is_resource_file(path: PurePosixPath) -> bool:
    """In a package: what lies in ``package/`` itself and in folders of examples; elsewhere everything."""
    if path.suffix not in (".json", ".xml") or path.name.startswith(".") or path.name == "package.json":
        return False
    folders = path.parts[:-1]
    return folders[:1] != ("package",) or len(folders) == 1 or any(each.startswith("example") for each in folders)


def _refused(archive: str, problem: Exception) -> Item:
    text = f"The archive cannot be read to its end: {problem}."
    hint = "A FHIR package is a gzip-compressed tar file with a package/ folder."
    return Item(archive, archive, refusal=Issue("fatal", "structure", "VR-CLI-0006", text, "", 1, 1, hint, archive))


class _Bounded:
    """A stream that gives up after so many bytes: a small archive may unpack to anything."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self._left = _MAX_UNPACKED

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size if 0 <= size <= _CHUNK else _CHUNK)
        self._left -= len(data)
        if self._left < 0:
            raise tarfile.ReadError(f"it unpacks to more than {_MAX_UNPACKED} bytes")
        return data
