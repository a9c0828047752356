"""Why an action does not pass. Raised while an action runs, turned into an outcome by the runner, never seen outside."""

from __future__ import annotations

__all__ = ["ExpectationError", "UntestableError"]


class ExpectationError(Exception):
    """The tested system did not do what the script expects. ``expected`` and ``actual`` are short texts."""

    def __init__(self, message: str, *, expected: str = "", actual: str = "") -> None:
        super().__init__(message)
        self.message, self.expected, self.actual = message, expected, actual


class UntestableError(Exception):
    """The script or the tester cannot do this step; the tested system is not to blame."""
