"""Where the data that ships beside the code lies: in the wheel, or in a checkout."""

from __future__ import annotations

from pathlib import Path

from vrfhir.errors import DefinitionError
from vrfhir.issues import Issue

__all__ = ["shipped"]

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped(folder: str) -> Path:
    """The folder ``examples`` or ``conformance`` of this installation.

    Raises :class:`~vrfhir.errors.DefinitionError` (``VR-CLI-0901``) when the installation is incomplete.
    """
    for place in (_PACKAGE / "_shipped" / folder, _PACKAGE.parent / folder):
        if place.is_dir():
            return place
    raise DefinitionError(
        Issue(
            "fatal",
            "not-found",
            "VR-CLI-0901",
            f"This installation of vrfhir has no folder “{folder}”.",
            hint="Install vrfhir again: pip install --force-reinstall vrfhir",
        )
    )
