"""One process per database: the number of writers, and what each remembers of the file, rest on it.

The claim is an advisory lock on a file beside the database; the operating system lifts it when the process ends,
however it ends.
"""

from __future__ import annotations

import os
from pathlib import Path

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue

__all__ = ["Claim"]


class Claim:
    """Holds the lock of a database until ``release``. VrfhirError when another process has it."""

    def __init__(self, database: str) -> None:
        self._descriptor = os.open(Path(f"{database}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._descriptor)
        except OSError:
            os.close(self._descriptor)
            text = "Another process has this database open."
            hint = "Stop the other endpoint, or give this one a database of its own with --database."
            raise VrfhirError(Issue("fatal", "lock-error", "VR-STORE-0003", text, hint=hint, source=database)) from None

    def release(self) -> None:
        """Let another process have the database."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


try:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

except ImportError:  # Windows
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
