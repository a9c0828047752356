"""Putting a FHIR package into the local package cache, ``~/.fhir/packages`` (https://confluence.hl7.org/display/FHIR/FHIR+Package+Cache).

An archive comes from anywhere, so nothing in it is trusted: only plain files below its own folder are written, sizes are
bounded while it is unpacked, and the package appears in the cache at once and whole, or not at all.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import tarfile
import tempfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Protocol

from vrfhir.errors import UnreadableError, VrfhirError
from vrfhir.issues import Issue

__all__ = ["default_cache", "install_package"]

MAX_FILES = 20_000
MAX_BYTES = 1024 * 1024 * 1024
_MAX_DEPTH = 8
_CHUNK = 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}", re.ASCII)
_CACHE_DESCRIPTION = "[cache]\nversion = 4\n\n[urls]\n\n[local]\n\n[package-sizes]\n"
"""HL7's Java tools empty a cache that has no such file, so a new one gets it."""


def default_cache() -> Path:
    """The package cache that FHIR tools of this user share."""
    return Path.home() / ".fhir" / "packages"


def install_package(archive: Path, cache: Path | None = None) -> str:
    """Unpack a package into the cache and return its ``name#version``; one of that name there is replaced.

    Raises :class:`UnreadableError` for what is no package or not a safe one, :class:`VrfhirError` when the cache cannot be
    written.
    """
    folder = cache or default_cache()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".vrfhir-", dir=folder))
    except OSError as problem:
        raise VrfhirError(_problem("VR-DEF-0009", f"{folder} cannot be written: {problem.strerror}.")) from problem
    try:
        staging.chmod(0o755)
        _unpack(archive, staging / "new")
        label = _label(staging / "new", archive.name)
        if not (folder / "packages.ini").exists():
            (folder / "packages.ini").write_text(_CACHE_DESCRIPTION, encoding="utf-8")
        target = folder / label
        if target.exists():
            target.rename(staging / "old")
        (staging / "new").rename(target)
        return label
    except OSError as problem:
        text = f"{archive.name} cannot be installed: {problem.strerror or problem}."
        raise VrfhirError(_problem("VR-DEF-0009", text)) from problem
    finally:
        shutil.rmtree(staging, ignore_errors=True)


class _Stream(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Bounded:
    """A stream that gives up after so many bytes: a small archive may unpack to anything."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self._left = MAX_BYTES

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size if 0 <= size <= self._left else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise UnreadableError(_problem("VR-DEF-0008", f"The archive unpacks to more than {MAX_BYTES} bytes."))
        return data


def _unpack(archive: Path, target: Path) -> None:
    try:
        with (
            gzip.open(archive, "rb") as packed,
            tarfile.open(fileobj=_Bounded(packed), mode="r|") as members,  # type: ignore[call-overload]
        ):
            for number, member in enumerate(members):
                if number >= MAX_FILES:
                    raise UnreadableError(_problem("VR-DEF-0008", f"{archive.name} holds more than {MAX_FILES} files."))
                path = _safe_path(member, archive.name)
                if path is not None and (stream := members.extractfile(member)) is not None:
                    place = target.joinpath(*path.parts)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    with place.open("wb") as file:
                        shutil.copyfileobj(stream, file, _CHUNK)
    except FileNotFoundError as problem:
        raise UnreadableError(
            _problem("VR-DEF-0008", f"There is no file {archive.name}.", code="not-found")
        ) from problem
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError) as problem:
        hint = "A FHIR package is a gzip-compressed tar file with a package/ folder."
        text = f"{archive.name} is not a FHIR package: {problem}."
        raise UnreadableError(_problem("VR-DEF-0008", text, hint)) from problem


def _safe_path(member: tarfile.TarInfo, archive: str) -> PurePosixPath | None:
    """Where a member goes below the target; None for a folder, which comes with its files."""
    if member.isdir():
        return None
    path = PurePosixPath(member.name)
    parts = path.parts
    unsafe = path.is_absolute() or not parts or len(parts) > _MAX_DEPTH or any(_is_unsafe(each) for each in parts)
    if unsafe or not member.isreg():
        shown = member.name[:80].encode("unicode_escape").decode()
        text = f"{archive} holds an entry that is not a plain file below its own folder: {shown}."
        raise UnreadableError(_problem("VR-DEF-0008", text, "Nothing was installed.", code="security"))
    return path


def _is_unsafe(part: str) -> bool:
    return part in ("..", "") or "\\" in part or ":" in part or any(ord(each) < 32 for each in part)


def _label(folder: Path, archive: str) -> str:
    try:
        manifest = json.loads((folder / "package" / "package.json").read_bytes())
        name, version = manifest["name"], manifest["version"]
        if not (_NAME.fullmatch(name) and _VERSION.fullmatch(version)) or ".." in name + version:
            raise ValueError("its name or version is not one")
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError) as problem:
        text = f"{archive} has no package/package.json with a name and a version."
        raise UnreadableError(_problem("VR-DEF-0008", text)) from problem
    return f"{name}#{version}"


def _problem(identity: str, text: str, hint: str = "", *, code: str = "structure") -> Issue:
    return Issue("fatal", code, identity, text, hint=hint)
