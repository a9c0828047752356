"""The packages the shipped facts are made from: exactly these files, known by their SHA-256."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

__all__ = ["DATA_FOLDER", "SOURCES", "Source"]

DATA_FOLDER = Path(__file__).parent / "data"


class Source(NamedTuple):
    """A FHIR package: its name and version, the file it comes in, that file's SHA-256, its licence and whose it is."""

    name: str
    version: str
    archive: str
    sha256: str
    licence: str
    attribution: str

    @property
    def facts_file(self) -> str:
        """The name of the file of facts made from it."""
        return f"{self.name}.facts"


SOURCES = (
    Source(
        "hl7.fhir.r4.core",
        "4.0.1",
        "hl7.fhir.r4.core-4.0.1.tgz",
        "b090bf929e1f665cf2c91583720849695bc38d2892a7c5037c56cb00817fb091",
        "CC0-1.0",
        "HL7 International",
    ),
    Source(
        "fhir.r4.ukcore.staging",
        "2.0.0-main.20250620",
        "fhir.r4.ukcore.staging-2.0.0-main.20250620-snapshots.tgz",
        "049077b1422021ca7dce65bede7431f49fa127955a2118603c4c9b71b5bcd8fb",
        "Apache-2.0",
        "HL7 UK and NHS England",
    ),
)
"""Each stands on those before it; the last is asked first."""
