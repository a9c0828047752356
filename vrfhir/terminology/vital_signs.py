"""Vital signs: the codes for which FHIR R4 asks for a profile (https://hl7.org/fhir/R4/observation-vitalsigns.html).

R4 names one LOINC code for each profile, which has to stand beside any code that says more; which codes say more HL7's validator
knows (6.10.4, ``getImpliedProfilesForObservation``). Identifiers only, no content of LOINC or SNOMED CT.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

__all__ = ["LOINC", "SNOMED_CT", "VITAL_SIGNS", "Implied", "VitalSign", "implied_profile"]

LOINC = "http://loinc.org"
SNOMED_CT = "http://snomed.info/sct"


class VitalSign(NamedTuple):
    """A profile, the LOINC code it asks for, the UCUM codes its value may have, and the codes that bring it along."""

    profile: str
    code: str
    units: tuple[str, ...]
    loinc: tuple[str, ...]
    snomed: tuple[str, ...]
    parts: Mapping[str, str] = {}
    """Codes that stand for one component of the profile → the LOINC code of the component."""

    @property
    def canonical(self) -> str:
        """URL of the profile."""
        return "http://hl7.org/fhir/StructureDefinition/" + self.profile


class Implied(NamedTuple):
    """What a concept asks for: the vital sign, and the code that says so."""

    sign: VitalSign
    code: str


_LENGTHS = ("cm", "[in_i]")

VITAL_SIGNS: tuple[VitalSign, ...] = (
    VitalSign("vitalspanel", "85353-1", (), ("85353-1",), ("46680005",)),
    VitalSign(
        "resprate",
        "9279-1",
        ("/min",),
        ("9279-1", "76170-0", "76172-6", "76171-8", "19840-8", "33438-3", "76270-8", "11291-2"),
        ("86290005", "271625008", "271306003"),
    ),
    VitalSign(
        "heartrate",
        "8867-4",
        ("/min",),
        (
            *("8867-4", "60978-4", "73795-7", "73799-9", "76476-1", "76477-9", "8889-8", "8890-6", "8891-4", "8892-2"),
            *("8893-0", "40443-4", "55425-3", "68999-2", "11328-2", "69000-8", "8886-4"),
        ),
        ("249043002", "444981005", "399017001", "251670001", "429525003", "429614003"),
    ),
    VitalSign(
        "oxygensat",
        "2708-6",
        ("%",),
        (
            *("2708-6", "19224-5", "20564-1", "2709-4", "2710-2", "2713-6", "51733-4", "59408-5", "59417-6"),
            *("89276-0", "97549-0"),
        ),
        ("442476006", "431314004"),
    ),
    VitalSign(
        "bodytemp",
        "8310-5",
        ("Cel", "[degF]"),
        (
            *("8310-5", "60834-9", "60835-6", "60836-4", "60838-0", "60955-2", "61009-7", "75539-7", "75987-8"),
            *("76010-8", "76011-6", "76278-1", "8309-7", "8328-7", "8329-5", "8330-3", "8331-1", "8332-9", "8333-7"),
            *("8334-5", "91371-5", "98657-0", "98663-8"),
        ),
        (
            *("386725007", "276885007", "300076005", "1222808002", "364246006", "307047009", "708499008", "431598003"),
            *("698831002", "698832009", "415882003", "415974002", "415929009", "415945006"),
        ),
    ),
    VitalSign(
        "bodyheight",
        "8302-2",
        _LENGTHS,
        ("8302-2", "3137-7", "3138-5", "8306-3", "8308-9"),
        ("1153637007", "1162419008", "50373000", "1162418000", "1230278008", "1162392001", "1162417005"),
    ),
    VitalSign(
        "headcircum",
        "9843-4",
        _LENGTHS,
        ("9843-4", "8287-5"),
        ("363812007", "169876006", "1269262007", "363811000"),
    ),
    VitalSign(
        "bodyweight",
        "29463-7",
        ("kg", "[lb_av]", "g"),
        ("29463-7", "3141-9", "3142-7", "75292-3", "79348-9", "8350-1", "8351-9"),
        ("735395000", "425024002", "424927000", "784399000", "1162416001", "1162415002"),
    ),
    VitalSign("bmi", "39156-5", ("kg/m2",), ("39156-5", "89270-3"), ("60621009",)),
    VitalSign(
        "bp",
        "85354-9",
        ("mm[Hg]",),
        ("85354-9", "35094-2", "8459-0", "76534-7", "55284-4", "8480-6"),
        (
            *("251076008", "163033001", "163035008", "386534000", "386536003", "271649006", "271650006", "407556006"),
            *("407554009", "716579001", "399304008"),
        ),
        {
            "8480-6": "8480-6",
            "8459-0": "8480-6",
            "76534-7": "8480-6",
            "271649006": "8480-6",
            "271650006": "8462-4",
        },
    ),
)
"""In the order in which they are looked for; LOINC before SNOMED CT."""


@cache
def _by_code() -> Mapping[tuple[str, str], tuple[int, VitalSign]]:
    found: dict[tuple[str, str], tuple[int, VitalSign]] = {}
    for number, sign in enumerate(VITAL_SIGNS):
        for code in sign.loinc:
            found.setdefault((LOINC, code), (number, sign))
        for code in sign.snomed:
            found.setdefault((SNOMED_CT, code), (number + len(VITAL_SIGNS), sign))
    return found


def implied_profile(codings: Iterable[Mapping[str, Any]]) -> Implied | None:
    """The vital sign that a concept with these codings is for FHIR R4; None when it is none."""
    known = _by_code()
    best = None
    for coding in codings:
        system, code = coding.get("system"), coding.get("code")
        if isinstance(system, str) and isinstance(code, str):
            found = known.get((system, code))
            if found is not None and (best is None or found[0] < best[0]):
                best = (found[0], Implied(found[1], code))
    return best[1] if best is not None else None
