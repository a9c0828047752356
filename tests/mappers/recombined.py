"""Messages that nobody sent, made of the parts of messages that somebody did: the public samples, all types and versions.

A seed gives always the same message. It begins as a sample (of any type; a supported type is put into MSH-9) and is then
changed in a few places, each change being one that senders are seen to make: a segment, field, repetition or component from
elsewhere, another version, other delimiters, another character set, values that do not belong there.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from functools import cache

from mapped_messages import ROOT, sample_paths

from vrfhir.hl7v2 import parse
from vrfhir.hl7v2.reference import VERSIONS, structure_name
from vrfhir.mappers.other import SUPPORTED

__all__ = ["TYPES", "recombined", "type_text"]

TYPES = [(code, trigger) for code in SUPPORTED for trigger in sorted(SUPPORTED[code])] + [("ACK", ""), ("ACK", "A08")]
Lines = list[list[str]]
"""Segments as fields by number; field 0 is the name, MSH-1 and MSH-2 are ``|`` and ``^~\\&``."""
USUAL = "^~\\&"

VALUES = (
    '""', " ", "  padded  ", "0", "N", "Y", "D", "1", "-", ".", "?", "x" * 400, "^^^^x", "&&sub", "a&b&c^d&e", "~", "~a", "a~", "a~~b", "^" * 40 + "q",
    "été", "Łódź", "O'Brien \\T\\ Sons", "\\F\\\\S\\\\R\\\\E\\\\T\\", "\\X41\\", "\\XC3A9\\", "\\X0D\\", "\\X00\\", "\\H\\bold\\N\\", "\\.br\\", "a\\.br\\b\\.sp 2\\c",
    "\\.in+4\\in\\.ti-2\\", "\\Zxy\\", "\\C2842\\", "C:\\temp\\x", "end\\", "\\T", "<b>x</b>", "a\tb", "{\"a\":1}", "http://", "urn:", "urn:oid:", "#", "@PID[1].Patient",
    "CarePlan^Care plan^99VRF", "PID[1].Patient^^99VRF", "none", "null", "unknown", "Patient/1", "MSH[1]-0",
)  # fmt: skip
DATES = (
    "2026", "202613", "20260230", "2026-02-28", "28/02/2026", "20260228T1015", "202602281015", "20260228101559", "20260228101559.1", "20260228101559.123456",
    "20260228101559+01", "20260228101559+0100", "20260228101559-0330", "20260228101559Z", "20260228240000", "20260228256199", "00000000", "0", "19000101", "00010101",
    "99991231235959", "2026022810", "2026022810+0000", "20260228 1015", "260228", "20261", "20260329013000", "20261025013000", "20260228101559+2500", "TODAY", "20260228101560",
)  # fmt: skip
CODES = (
    "X1^Ours^L", "X1^Ours^99XYZ", "X1", "^Words only", "^^LN", "X1^^", "X1^Ours^LN^Y2^Theirs^99ABC", "718-7^Haemoglobin^LN", "4548-4^Haemoglobin A1c^LN", "M54.5^Low back pain^I10",
    "18781004^Referral^SCT", "X1^Ours^2.16.840.1.113883.6.1", "X1^Ours^urn:oid:1.2.3", "X1^Ours^http://loinc.org", "X1^Ours^HL70001", "X1^Ours^HL79999", "X1^Ours^L^^^^1^2^Original",
    "X 1^Ours^L", " X1 ^ Ours ^ L ", "X1&sub^Ours^L", "X1^Ours^MY SYSTEM/2", "^^^Y2^Theirs^99ABC", "X1^^^^^^^^^^^^^1.2.3", "X1^Ours^L^X1^Ours^L", "a,b^c|d".replace("|", "/"), "Z^Z^Z^Z^Z^Z^Z^Z^Z",
)  # fmt: skip
IDENTIFIERS = (
    "123^^^LAB", "123^^^LAB^MR", "123^^^&1.2.3&ISO^PI", "123^^^LAB&1.2.3&ISO", "123^^^LAB&host.org&DNS", "123^^^LAB&http://a.org/b&URI", "123^^^&&ISO", "123^^^^MR", "123^5^M11", "123",
    "^^^LAB^MR", "123^^^My Hospital (East)^XX", "9000004128^^^NHS^NH", "9000004128^^^^NHS", "^9000004128^^NHS", "900 000 4128^^^NHS", "9000004128^^^2.16.840.1.113883.2.1.4.1", "9000004129^^^NHS^NH",
    "0101701234^^^CHI", "123^^^LAB^MR^FAC&1.2.4&ISO^20200101^20301231^UK^DEPT", "123^^^LAB^MR^FAC^2020^bad", "a b c^^^L A B^MR", "123^^^1.2.3^AN", "123^^^LAB&1.2.&ISO", "123^^^LAB&not an oid&ISO",
    "123^^^&550e8400-e29b-41d4-a716-446655440000&UUID", "123^^^SSA^SS", "0^^^0^0", "A123^LAB^1.2.3^ISO", "^LAB^1.2.3^ISO", "A123^^1.2.3", "A123^LAB&x^1.2.3^ISO", "^^REF001", "REF^^^^REF2",
)  # fmt: skip
NAMES = (
    "Smith", "Smith^John", "^John", "Smith&van&der^John^Q^Jr^Dr^MD^L", "Smith^^^^^^L~Jones^^^^^^M", "^^^^Dr", "^^^^^^L", "Smith^John^^^^^ZZ", "Smith^John^^^^^L^A^^20200101&20210101^G", "SMITH,JOHN",
    "123^Smith^John^^^^^^LAB^L^^^DN", "123", "^Smith", "123^^^^^^^^NPI", "^^^^^^^^&1.2.3&ISO", "GP01^Okafor^Amara^^^Dr^^^GMC", "123^Smith&van^John^Q^Jr^Dr^MD^^NPI&2.16.840.1.113883.4.6&ISO^L^9^M10^NPI^^A^^20200101",
)  # fmt: skip
PLACES = (
    "1 High St", "1 High St^^Town^^ZZ99 3VZ^GBR^H", "&High St&1^Flat^Town^County^ZZ99^XX^ZZ", "^^^^^GB", "^^Town^^^United Kingdom^BA", "WARD^1^2^HOSP", "^^^HOSP&1.2.3&ISO", "W^R^B^F^S^N^BLDG^FL^Desc^1&2^A",
    "(555)555-5555", "^PRN^PH^^44^20^7946000", "^NET^Internet^a@b.org", "^WPN^CP^^^^^^^+447700900000", "a@b.org", "^ORN^FX^x^1^2^3^4^text", "^PRN^PH^^^555^1234~^NET^X.400^z",
)  # fmt: skip
TYPES_OF_VALUES = (
    "AD", "CE", "CF", "CK", "CN", "CNE", "CP", "CWE", "CX", "DR", "DT", "DTM", "ED", "FT", "ID", "IS", "MO", "NA", "NM", "PN", "RP", "SN", "ST", "TM", "TN", "TS", "TX", "XAD", "XCN", "XON", "XPN", "XTN",
    "", "ZZ", "nm", "QTY", '""', "ST^1", "TEXT",
)  # fmt: skip
RESULTS = (
    "7.5", "seven", ">5", "<=5.0", "5-10", "+", "++", "1:64", "<^5", ">^100", "^100^-^200", "^1^:^128", ">=^", "^^^", "1^2^3^4~5^6", "1,000", " 7 ", "007", "-0", "1e5", ".5", "5.", "+5",
    "12:30", "1230", "123059.12+0000", "20260228", "20260228101559", "^TEXT^plain^A^hello", "^AP^PDF^Base64^JVBERi0xLjQK", "^application^pdf^Base64^JVBER i0xLjQK", "SRC^IM^JPEG^Hex^ffd8ffe0", "^AP^PDF^Base64^%%%",
    "^^^Base64^", "^multipart^related^A^MIME-Version: 1.0\\X0A\\x", "http://a.org/x.pdf^LAB^AP^PDF", "\\\\server\\share\\x.doc&LAB^X^TEXT^RTF", "ptr^APP", "Positive^^L", "260385009^Negative^SCT", "A~B~C",
    "1~2~3", "line one~line two~~line four", "99.5^USD", "99.5&USD^UP", "1^2&3^4", "7.5~NaN", "JVBERi0xLjQK", "12345678901234567890.123456789",
)  # fmt: skip


@cache
def _donors() -> tuple[dict[tuple[str, str], list[Lines]], dict[str, list[list[str]]], list[list[str]]]:
    """(messages by type, segments by name, every field of every segment) of the samples and the stories."""
    messages: dict[tuple[str, str], list[Lines]] = defaultdict(list)
    by_name: dict[str, list[list[str]]] = defaultdict(list)
    anything: list[list[str]] = []
    for path in (*sample_paths("*.hl7"), *sorted((ROOT / "examples").glob("*/hl7v2/*.hl7"))):
        if path.stat().st_size > 12_000:
            continue
        message = parse(path.read_bytes())
        marks = message.delimiters
        if marks.field != "|" or marks.encoding_characters[:4] != USUAL:
            continue
        lines = [_fields(segment.raw) for segment in message.segments]
        messages[message.type.code, message.type.trigger].append(lines)
        for line in lines[1:]:
            by_name[line[0]].append(line)
            anything.append([field for field in line[1:] if field] or [""])
    return messages, by_name, anything


def _fields(raw: str) -> list[str]:
    fields = raw.split("|")
    return ["MSH", "|", USUAL, *fields[2:]] if fields[0] == "MSH" else fields


def type_text(code: str, trigger: str, version: str, chance: random.Random) -> str:
    """MSH-9 as senders have it: mostly with the structure, at times without or with a wrong one."""
    if not trigger:
        return code
    name = structure_name(code, trigger, version or "2.4")
    return chance.choice(
        (f"{code}^{trigger}^{name}",) * 3 + (f"{code}^{trigger}", f"{code}^{trigger}^{code}_{trigger}")
    )


class Change:
    """Ways to change a message; each takes the lines and a source of chance, and changes the lines in place."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.messages, self.by_name, self.anything = _donors()

    def place(self, lines: Lines, name: str = "") -> list[str]:
        """Some segment that is not the header; of a name when there is one."""
        found = [line for line in lines[1:] if not name or line[0] == name]
        return self.chance.choice(found or lines[1:] or lines)

    def field(self, line: list[str], beyond: int = 2) -> int:
        """Some field, mostly one that holds something."""
        held = [number for number in range(1, len(line)) if line[number]]
        if held and self.chance.random() < 0.7:
            return self.chance.choice(held)
        return self.chance.randrange(1, len(line) + beyond)

    def put(self, line: list[str], number: int, text: str) -> None:
        """Set a field, also beyond the last one; the header's delimiters stay."""
        if line[0] == "MSH" and number < 3:
            return
        line += [""] * (number + 1 - len(line))
        line[number] = text

    def segment_of_its_name(self, lines: Lines) -> None:
        place = self.chance.randrange(1, max(len(lines), 2))
        if place < len(lines) and self.by_name.get(lines[place][0]):
            lines[place] = list(self.chance.choice(self.by_name[lines[place][0]]))

    def segment_from_elsewhere(self, lines: Lines) -> None:
        name = self.chance.choice(sorted(self.by_name))
        lines.insert(self.chance.randrange(1, len(lines) + 1), list(self.chance.choice(self.by_name[name])))

    def usual_segment(self, lines: Lines) -> None:
        name = self.chance.choice(("NK1", "PV1", "PV2", "PD1", "AL1", "DG1", "PR1", "IN1", "IN2", "GT1", "OBX", "NTE", "ORC", "OBR", "TQ1", "SPM", "ROL", "PRD", "RF1", "EVN", "MRG", "ACC", "AIS", "AIP", "AIL", "AIG", "RGS", "SCH", "TXA", "PRT", "FT1", "CTD", "AUT", "MSA", "ERR", "SFT", "PDA", "DB1", "UB2", "CTI", "BLG", "DRG"))  # fmt: skip
        if self.by_name.get(name):
            lines.insert(self.chance.randrange(1, len(lines) + 1), list(self.chance.choice(self.by_name[name])))

    def drop(self, lines: Lines) -> None:
        if len(lines) > 2:
            del lines[self.chance.randrange(1, len(lines))]

    def repeat(self, lines: Lines) -> None:
        line = self.place(lines)
        if line is not lines[0]:
            lines.insert(self.chance.randrange(1, len(lines) + 1), list(line))

    def move(self, lines: Lines) -> None:
        if len(lines) > 2:
            line = lines.pop(self.chance.randrange(1, len(lines)))
            lines.insert(self.chance.randrange(1, len(lines) + 1), line)

    def field_of_its_place(self, lines: Lines) -> None:
        line = self.place(lines)
        for _ in range(self.chance.choice((1, 3))):
            donor = self.chance.choice(self.by_name.get(line[0]) or [line])
            number = self.field(donor, 0) if len(donor) > 1 else 1
            self.put(line, number, donor[number] if number < len(donor) else "")

    def field_from_elsewhere(self, lines: Lines) -> None:
        line = self.place(lines)
        self.put(line, self.field(line), self.chance.choice(self.chance.choice(self.anything)))

    def component_from_elsewhere(self, lines: Lines) -> None:
        line = self.place(lines)
        number = self.field(line)
        parts = (line[number] if number < len(line) else "").split("^")
        donor = self.chance.choice(self.chance.choice(self.anything)).split("~")[0].split("^")
        place = self.chance.randrange(len(parts) + 2)
        parts += [""] * (place + 1 - len(parts))
        parts[place] = self.chance.choice(donor)
        self.put(line, number, "^".join(parts))

    def repetition(self, lines: Lines) -> None:
        line = self.place(lines)
        number = self.field(line)
        donors = [each[number] for each in self.by_name.get(line[0], ()) if number < len(each) and each[number]]
        before = line[number] if number < len(line) else ""
        self.put(line, number, f"{before}~{self.chance.choice(donors or VALUES)}")

    def _value(self, lines: Lines, values: tuple[str, ...], name: str = "", *numbers: int) -> None:
        line = self.place(lines, name)
        self.put(
            line,
            self.chance.choice(numbers) if numbers and line[0] == name else self.field(line),
            self.chance.choice(values),
        )

    def odd_value(self, lines: Lines) -> None:
        self._value(lines, VALUES)

    def odd_component(self, lines: Lines) -> None:
        line = self.place(lines)
        number = self.field(line)
        parts = (line[number] if number < len(line) else "").split("^")
        parts[self.chance.randrange(len(parts))] = self.chance.choice(VALUES)
        self.put(line, number, "^".join(parts))

    def deletion(self, lines: Lines) -> None:
        line = self.place(lines)
        for _ in range(self.chance.choice((1, 4))):
            number = self.field(line)
            text = line[number] if number < len(line) else ""
            kind = self.chance.randrange(4)
            whole = '""' if kind == 0 or not text else f'{text}~""' if kind == 1 else ""
            if not whole:
                parts = text.split("^")
                place = self.chance.randrange(len(parts))
                parts[place] = (
                    '""' if kind == 2 else "&".join(each if each else '""' for each in parts[place].split("&"))
                )
                whole = "^".join(parts)
            self.put(line, number, whole)

    def date(self, lines: Lines) -> None:
        stamped = [(line, number) for line in lines for number, field in enumerate(line) if number and field[:8].isdecimal() and field[:2] in ("19", "20") and len(field) >= 8]  # fmt: skip
        if stamped:
            line, number = self.chance.choice(stamped)
            self.put(line, number, self.chance.choice(DATES))
        else:
            self._value(lines, DATES)

    def code(self, lines: Lines) -> None:
        coded = [
            (line, number)
            for line in lines[1:]
            for number, field in enumerate(line)
            if number and field.count("^") in (1, 2, 5)
        ]
        if coded:
            line, number = self.chance.choice(coded)
            self.put(line, number, self.chance.choice(CODES))
        else:
            self._value(lines, CODES)

    def identifier(self, lines: Lines) -> None:
        line = self.place(
            lines, self.chance.choice(("PID", "PV1", "ORC", "OBR", "SCH", "TXA", "RF1", "PRD", "MRG", "IN1", "NK1", ""))
        )
        numbers = {"PID": (2, 3, 4, 18, 19, 20, 21), "PV1": (19, 50), "ORC": (2, 3, 4), "OBR": (2, 3), "SCH": (1, 2), "TXA": (12, 13, 14), "RF1": (6, 11), "PRD": (7,), "MRG": (1, 4, 5), "IN1": (2, 3, 49), "NK1": (33,)}  # fmt: skip
        self.put(line, self.chance.choice(numbers.get(line[0], (self.field(line),))), self.chance.choice(IDENTIFIERS))

    def name(self, lines: Lines) -> None:
        line = self.place(
            lines, self.chance.choice(("PID", "NK1", "PV1", "OBR", "PRD", "ORC", "AIP", "TXA", "IN1", "GT1", "ROL", ""))
        )
        numbers = {"PID": (5, 6, 9), "NK1": (2, 30), "PV1": (7, 8, 9, 17, 52), "OBR": (16, 32, 28), "PRD": (2,), "ORC": (10, 11, 12), "AIP": (3,), "TXA": (5, 9, 10, 22), "IN1": (16,), "GT1": (3, 4), "ROL": (4,)}  # fmt: skip
        self.put(line, self.chance.choice(numbers.get(line[0], (self.field(line),))), self.chance.choice(NAMES))

    def address(self, lines: Lines) -> None:
        line = self.place(lines, self.chance.choice(("PID", "NK1", "PV1", "PRD", "AIL", "IN1", "GT1", "ORC", "")))
        numbers = {"PID": (11, 13, 14, 12), "NK1": (4, 5, 6), "PV1": (3, 6, 42), "PRD": (3, 4, 5), "AIL": (3,), "IN1": (5, 7, 19), "GT1": (5, 6, 7), "ORC": (13, 14, 22, 24)}  # fmt: skip
        self.put(line, self.chance.choice(numbers.get(line[0], (self.field(line),))), self.chance.choice(PLACES))

    def employer(self, lines: Lines) -> None:
        lines.insert(self.chance.randrange(1, len(lines) + 1), list(_fields(self.chance.choice((
            "NK1|1||EMR^Employer^HL70063||||||20200101||Welder^^^^^|JCC^JC|E1^^^LAB|Northbank Ltd^^123^^^ODS",
            "NK1|1|Boss^Ann|EMR||^WPN^PH^^^1^2|||2020|bad|Clerk|||Firm",
            "NK1|2|Kin^Next|SPO^Spouse^HL70063|1 St^^T|(555)|(556)|EC^Emergency|||Teacher|T1^Full^HL70327|77|School~College",
            "NK1|3||E||||||||||||||||||||||||||||||||||||",
        )))))  # fmt: skip

    def result(self, lines: Lines) -> None:
        line = self.place(lines, "OBX")
        if line[0] != "OBX" or self.chance.random() < 0.3:
            line = ["OBX", "1", "ST", "X1^Ours^L", "", "x", *[""] * 5, "F"]
            lines.insert(self.chance.randrange(1, len(lines) + 1), line)
        kind = self.chance.choice(TYPES_OF_VALUES)
        self.put(line, 2, kind)
        if self.chance.random() < 0.5:
            donors = [each[5] for each in self.by_name["OBX"] if len(each) > 5 and each[2] == kind]
            self.put(line, 5, self.chance.choice(donors or RESULTS))
        else:
            self.put(line, 5, self.chance.choice(RESULTS))

    def result_field(self, lines: Lines) -> None:
        self._value(lines, ("mg/dL", "%", "10*3/uL", "x^^UCUM", "mg^milligram^ISO+", "H", "L~H", "<10", "10-20", ">5", "5 - ", "- 10", "^^^", "N^^HL70078", "F", "P", "X", "D", "?", "C", "S", "A", "U", "1.2", "1.2.3", "a.b"), "OBX", 4, 6, 7, 8, 9, 10, 11, 17)  # fmt: skip

    def status(self, lines: Lines) -> None:
        choice = self.chance.choice((("OBR", 25), ("ORC", 1), ("ORC", 5), ("ORC", 16), ("PV1", 2), ("PV1", 36), ("PV1", 41), ("PID", 8), ("PID", 15), ("PID", 16), ("PID", 30), ("SCH", 25), ("AIS", 10), ("TXA", 2), ("TXA", 3), ("TXA", 17), ("TXA", 19), ("DG1", 6), ("AL1", 2), ("AL1", 4), ("RF1", 1), ("RF1", 2), ("RF1", 3), ("NK1", 3), ("IN1", 17), ("MSA", 1), ("ERR", 4), ("OBX", 11), ("TQ1", 9), ("ROL", 3)))  # fmt: skip
        self._value(
            lines,
            (
                "A",
                "B",
                "C",
                "D",
                "F",
                "I",
                "O",
                "P",
                "X",
                "Y",
                "N",
                "S",
                "CA",
                "NW",
                "CM",
                "1",
                "2",
                "ZZ",
                "R^Routine^HL70280",
                "Booked",
                '""',
                "M^Male^L",
                "a b",
                "PRELIM",
            ),
            *choice,
        )

    def version(self, lines: Lines) -> None:
        self.put(
            lines[0],
            12,
            self.chance.choice(
                (*VERSIONS, *VERSIONS, "2.4^GBR^1.0", "2.5.1^AUS&Australia&ISO3166_1^HL7AU", "", "2.5+")
            ),
        )

    def type(self, lines: Lines) -> None:
        code, trigger = self.chance.choice(TYPES)
        self.put(lines[0], 9, type_text(code, trigger, lines[0][12] if len(lines[0]) > 12 else "", self.chance))

    def header(self, lines: Lines) -> None:
        number = self.chance.choice((3, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25))
        self.put(lines[0], number, self.chance.choice((*VALUES, *DATES, "APP&1.2.3&ISO^x^DNS", "RXX01", "Lab (East)", "GBR", "AL", "ITK", "P^T", "eng^English", "LRI_Common_Component^^2.16.840.1.113883.9.16^ISO")))  # fmt: skip


CHANGES: list[tuple[int, Callable[[Change, Lines], None]]] = [
    (3, Change.segment_of_its_name), (3, Change.segment_from_elsewhere), (4, Change.usual_segment), (1, Change.drop), (1, Change.repeat), (1, Change.move),
    (6, Change.field_of_its_place), (2, Change.field_from_elsewhere), (2, Change.component_from_elsewhere), (3, Change.repetition),
    (3, Change.odd_value), (2, Change.odd_component), (2, Change.deletion), (3, Change.date), (3, Change.code), (4, Change.identifier), (3, Change.name), (3, Change.address),
    (1, Change.employer), (4, Change.result), (2, Change.result_field), (3, Change.status), (1, Change.version), (1, Change.type), (2, Change.header),
]  # fmt: skip


def recombined(seed: int) -> bytes:
    """The message of a seed."""
    chance = random.Random(f"recombined {seed}")
    messages, _, _ = _donors()
    wanted = chance.choice(TYPES)
    own = messages.get(wanted) or [
        each for (code, _), found in sorted(messages.items()) if code == wanted[0] for each in found
    ]
    if own and chance.random() < 0.7:
        lines = [list(line) for line in chance.choice(own)]
    else:
        lines = [list(line) for line in chance.choice(messages[chance.choice(sorted(messages))])]
    header = lines[0]
    header += [""] * (13 - len(header))
    if header[9].split("^")[:2] != [*wanted][: 2 if wanted[1] else 1]:
        header[9] = type_text(*wanted, header[12], chance)
    change = Change(chance)
    weights, ways = [weight for weight, _ in CHANGES], [way for _, way in CHANGES]
    for way in chance.choices(ways, weights, k=chance.choice((1, 2, 3, 5, 8))):
        way(change, lines)
    return wire(lines, chance)


def wire(lines: Lines, chance: random.Random) -> bytes:
    """The lines as bytes, with delimiters, character set and line ends of some sender."""
    header = lines[0]
    codec = "utf-8"
    if chance.random() < 0.15:
        declared, codec = chance.choice((("8859/1", "iso8859-1"), ("UNICODE UTF-8", "utf-8"), ("UNICODE", "utf-8"), ("", "cp1252"), ("8859/15", "iso8859-15"), ("ASCII", "ascii"), ("WHATEVER", "utf-8"), ("8859/1~UNICODE", "iso8859-1")))  # fmt: skip
        header += [""] * (19 - len(header))
        header[18] = declared
    marks = USUAL
    texts = ["|".join(["MSH", USUAL, *header[3:]]), *("|".join(line) for line in lines[1:])]
    if chance.random() < 0.12:
        marks = chance.choice(("^~\\&#", "^&~\\", "$%\\@", "*~\\&", "^~¥&", "^~\\", "^~"))
        table = {ord(ours): theirs for ours, theirs in zip(USUAL, marks, strict=False)}
        clash = {ord(mark): "_" for mark in marks if mark not in USUAL}
        texts = [text.replace(USUAL, "\ue001", 1).translate({**clash, **table}).replace("\ue001", marks, 1) if place == 0 else text.translate({**clash, **table}) for place, text in enumerate(texts)]  # fmt: skip
    end = chance.choice(("\r",) * 6 + ("\n", "\r\n", "\r\r", "|\r"))
    return (end.join(texts) + end).encode(codec, errors="replace")
