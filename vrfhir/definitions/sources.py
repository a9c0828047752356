"""The packages the shipped facts are made from: exactly these files, known by their SHA-256."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

__all__ = ["DATA_FOLDER", "SOURCES", "Source"]

DATA_FOLDER = Path(__file__).parent / "data"


class Source(NamedTuple):
    """A FHIR package: its name and version, the file it comes in, that file's SHA-256, its licence and whose it is.

    ``on_npm``: ``npm pack name@version`` gives that very file. ``left_out``: resource types not taken from it.
    """

    name: str
    version: str
    archive: str
    sha256: str
    licence: str
    attribution: str
    on_npm: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """``name#version``, as packages are named."""
        return f"{self.name}#{self.version}"

    @property
    def recorded(self) -> dict[str, str]:
        """What the facts made from it say of it."""
        return dict(zip(self._fields[:6], self[:6], strict=True))

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
        "hl7.terminology.r4",
        "7.0.1",
        "hl7.terminology.r4-7.0.1.tgz",
        "170c546f761fb51b3355788ca500206f6b772b21c57348c29205de85a6612baa",
        "CC0-1.0",
        "HL7 International",
        on_npm=True,
    ),
    Source(
        "hl7.fhir.uv.extensions.r4",
        "5.3.0-ballot-tc1",
        "hl7.fhir.uv.extensions.r4-5.3.0-ballot-tc1.tgz",
        "54f70616bbd444ba0259d5fc5a5c978d463971865f23dcef3103081f529ad213",
        "CC0-1.0",
        "HL7 International",
        on_npm=True,
        left_out=("SearchParameter",),
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
"""Each stands on those before it; the last is asked first.

So HL7's terminology and its extension pack speak before R4 core where both define a canonical, which is what HL7's own
validator does: a code that the newer terminology dropped is unknown, a context that the newer extension narrowed is wrong.
R4 core's own answer stays reachable by its version (``url|4.0.1``). The extension pack's search parameters are left out,
because a server that does not offer them must not say that R4 has them.
"""
