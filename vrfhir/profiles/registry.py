"""What the package holds: the VR profiles, by id, canonical and type; where the files are.

The artefacts are FHIR JSON in :data:`PACKAGE`, compiled from ``fsh/`` by ``tools/build_profiles.py``. This module reads
only the package's index, so that importing it costs nothing; the files are read by who needs them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["CANONICAL", "PACKAGE", "PACKAGE_ID", "Artefact", "artefacts", "profile", "profiles", "version"]

CANONICAL = "https://vrfhir.org/fhir"
"""Base of the canonical URL of every artefact."""

PACKAGE_ID = "uk.vrfhir.r4"
PACKAGE = Path(__file__).parent / "package"
"""Folder with one ``<Type>-<id>.json`` for each artefact, ``package.json`` and ``.index.json``."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """One line of the package index (https://hl7.org/fhir/packages.html, ``.index.json``).

    ``type`` is the constrained type of a StructureDefinition (``Patient``, ``Extension``), otherwise empty.
    """

    resource_type: str
    id: str
    url: str
    filename: str
    type: str = ""

    @property
    def path(self) -> Path:
        """The file with the artefact."""
        return PACKAGE / self.filename

    @property
    def is_profile(self) -> bool:
        """True for profiles on resources, false for extensions and terminology."""
        return self.resource_type == "StructureDefinition" and self.type != "Extension"


@cache
def artefacts() -> tuple[Artefact, ...]:
    """Every artefact of the package, in the order of the index (type, then id)."""
    index = json.loads((PACKAGE / ".index.json").read_text(encoding="utf-8"))
    return tuple(
        Artefact(row["resourceType"], row["id"], row.get("url", ""), row["filename"], row.get("type", ""))
        for row in index["files"]
    )


@cache
def version() -> str:
    """The version of the package and of every artefact in it."""
    return str(json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))["version"])


def profiles(resource_type: str | None = None) -> tuple[Artefact, ...]:
    """The profiles, all or those for one resource type.

    >>> [one.id for one in profiles("Organization")]
    ['VR-Employer', 'VR-Organization']
    """
    return tuple(one for one in artefacts() if one.is_profile and resource_type in (None, one.type))


def profile(name: str) -> Artefact | None:
    """A profile by id (``VR-Patient``) or canonical, with or without ``|version``; None when there is none.

    >>> profile("VR-Patient").url
    'https://vrfhir.org/fhir/StructureDefinition/VR-Patient'
    """
    canonical, _, asked = name.partition("|")
    if asked not in ("", version()):
        return None
    return next((one for one in profiles() if canonical in (one.id, one.url)), None)
