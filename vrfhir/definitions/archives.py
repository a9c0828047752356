"""The archive of a source: from the given folder, from the cache, or fetched by ``npm pack`` when npm has it.

Whatever the way, it counts only when its SHA-256 is the recorded one.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from vrfhir.definitions.sources import Source
from vrfhir.errors import DefinitionError, VrfhirError
from vrfhir.issues import Issue

__all__ = ["CACHE", "WrongArchiveError", "find_archive"]

CACHE = Path("build") / "packages"
"""Where fetched archives are kept, below the working directory."""

_NPM_SECONDS = 180


class WrongArchiveError(VrfhirError):
    """An archive of the right name with another content than the recorded one."""


def find_archive(source: Source, packages: Path, cache: Path = CACHE, *, fetch: bool = True) -> Path:
    """The path of a source's archive.

    Raises :class:`DefinitionError`, saying why, when it cannot be had, and :class:`WrongArchiveError` when it is another one.
    """
    for path in (packages / source.archive, cache / source.archive):
        if path.is_file():
            return _verified(path, source)
    if not source.on_npm:
        raise _unavailable(source, f"{source.archive} is not in {packages.name or packages}")
    if not fetch:
        raise _unavailable(source, f"{source.archive} is not in {packages.name or packages} nor in {cache.as_posix()}")
    return _fetched(source, cache)


def _fetched(source: Source, cache: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise _unavailable(source, "npm, which could fetch it, is not installed")
    cache.mkdir(parents=True, exist_ok=True)
    command = [npm, "pack", "--silent", "--pack-destination", str(cache.resolve()), f"{source.name}@{source.version}"]
    try:
        done = subprocess.run(command, cwd=cache, capture_output=True, timeout=_NPM_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise _unavailable(source, f"npm pack did not finish ({type(problem).__name__})") from problem
    path = cache / source.archive
    if done.returncode != 0 or not path.is_file():
        raise _unavailable(source, f"npm pack could not fetch it (exit code {done.returncode})")
    try:
        return _verified(path, source)
    except WrongArchiveError:
        path.unlink()
        raise


def _verified(path: Path, source: Source) -> Path:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != source.sha256:
        text = f"{source.archive} has SHA-256 {found}, expected {source.sha256}."
        raise WrongArchiveError(
            Issue("fatal", "conflict", "VR-DEF-0006", text, hint="Remove it, or give the recorded one.")
        )
    return path


def _unavailable(source: Source, reason: str) -> DefinitionError:
    text = f"The archive of {source.label} cannot be had: {reason}."
    return DefinitionError(
        Issue("fatal", "not-found", "VR-DEF-0007", text, hint=f"Give a folder with {source.archive}.")
    )
