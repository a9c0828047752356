"""Messages in which every field of a structure holds a value of its type, by the reference tables of a version (2.3 to 2.8.2)."""

from __future__ import annotations

import random

from recombined import TYPES

from vrfhir.hl7v2.reference import VERSIONS, Definition, structure_name, tables
from vrfhir.hl7v2.structure_pattern import Group, Place
from vrfhir.mappers.vocabulary import table_codes

__all__ = ["typed"]

WORDS = ("Ash", "Birch Lane", "Cedar", "Oak-Elm", "Larch & Co", "Müller", "Rowan", "Hazel", "Nr 5", "Willow House")
CODES = ("A1", "B2", "X", "LOC", "99", "C-3")
RESULTS = ("ST", "TX", "FT", "NM", "SN", "CE", "CWE", "DT", "TM", "TS", "DTM", "XAD", "XPN", "XCN", "XTN", "CX", "XON", "ED", "RP", "MO", "CP", "DR", "NA", "EI", "PL", "CNE", "ID", "IS", "SI", "TN", "AD", "PN", "CK", "CN", "CD", "CF", "MA", "TQ")  # fmt: skip
MOST = 40
"""Segments of a message."""


class Filling:
    """Values by type, for one version."""

    def __init__(self, version: str, chance: random.Random, share: float) -> None:
        self.tables, self.chance, self.share = tables(version), chance, share
        self.version = version

    def primitive(self, kind: str, table: str) -> str:
        """A value of a type without components."""
        chance = self.chance
        day = f"{chance.randrange(1930, 2030)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
        if kind in ("NM", "SI"):
            return (
                str(chance.randrange(1, 400))
                if kind == "SI" or chance.random() < 0.7
                else f"{chance.randrange(999)}.{chance.randrange(99)}"
            )
        if kind == "DT":
            return day
        if kind in ("TS", "DTM"):
            return day + chance.choice(("", "1015", "101559", "101559+0000", "101559.25-0500"))
        if kind == "TM":
            return chance.choice(("1015", "101559", "101559.5", "101559+0100"))
        if kind == "TN":
            return "(020)555-0100"
        codes = sorted(code for code in table_codes(table) if code.isalnum()) if table else []
        if codes and chance.random() < 0.85:
            return chance.choice(codes)
        if kind in ("ID", "IS") or table:
            return chance.choice(CODES)
        return chance.choice(WORDS).replace("&", "\\T\\") + (
            f" {chance.randrange(100)}" if chance.random() < 0.5 else ""
        )

    def composite(self, kind: str, table: str, mark: str = "^") -> str:
        """A value of any type."""
        parts = self.tables.datatype(kind)
        if parts is None or kind in ("TS", "DTM"):
            return self.primitive(kind, table)
        if mark != "^" and mark != "&":
            return self.primitive("ST", table)
        below = "&" if mark == "^" else "."
        found = []
        for place, part in enumerate(parts):
            wanted = part.is_required or place == 0 or self.chance.random() < self.share * (1 if mark == "^" else 0.4)
            own = part.table or (table if place == 0 else "")
            found.append(self.composite(part.datatype or "ST", own, below) if wanted and not part.is_withdrawn else "")
        return mark.join(found).rstrip(mark)

    def field(self, field: Definition) -> str:
        """All repetitions of a field."""
        times = self.chance.choice((1, 1, 1, 2)) if field.repeats else 1
        return "~".join(self.composite(field.datatype or "ST", field.table) for _ in range(times))

    def segment(self, name: str) -> str:
        """A segment with most of its fields."""
        fields = self.tables.segment(name) or ()
        texts = [
            self.field(each)
            if not each.is_withdrawn and (each.is_required or self.chance.random() < self.share)
            else ""
            for each in fields
        ]
        if name == "OBX" and len(texts) > 4:
            kind = self.chance.choice(RESULTS)
            texts[1], texts[4] = kind, self.composite(kind, "")
        return "|".join([name, *texts]).rstrip("|")

    def group(self, group: Group) -> list[str]:
        """The segments of a group, in order."""
        found: list[str] = []
        children = [self.chance.choice(group.children)] if group.is_choice else group.children
        for child in children:
            times = self.chance.choice((1, 1, 2)) if child.maximum is None else 1
            for _ in range(times if child.minimum or self.chance.random() < 0.75 else 0):
                if isinstance(child, Place):
                    found += [] if child.name == "MSH" else [self.segment(child.name)]
                else:
                    found += self.group(child)
        return found


def typed(seed: int) -> bytes:
    """The message of a seed."""
    chance = random.Random(f"typed {seed}")
    code, trigger = TYPES[seed % len(TYPES)]
    version = VERSIONS[seed // len(TYPES) % len(VERSIONS)]
    filling = Filling(version, chance, chance.choice((0.1, 0.25, 0.6)))
    structure = tables(version).structure(structure_name(code, trigger, version)) or tables("2.5.1").structure(
        structure_name(code, trigger, "2.5.1")
    )
    header = filling.segment("MSH").split("|")
    header[1:2] = ["^~\\&"] if header[1] else []
    header = ["MSH", "^~\\&", *header[3:]] if len(header) > 3 else ["MSH", "^~\\&"]
    header += [""] * (12 - len(header))
    header[8] = f"{code}^{trigger}^{structure_name(code, trigger, version)}" if trigger else code
    header[10], header[11] = "P", version
    if len(header) > 17:
        header[17] = "UNICODE UTF-8"
    lines = ["|".join(header), *(filling.group(structure) if structure is not None else [])]
    return ("\r".join(lines[:MOST]) + "\r").encode()
