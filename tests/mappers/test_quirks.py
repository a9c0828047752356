"""What senders are seen to do (mapping notes 2.3): every quirk with the outcome it is declared to have.

``AA`` taken without a word, ``AA+`` taken with a warning, ``AE`` an error of content, ``AR`` refused, ``CR`` or ``CE`` refused
already as a message; and the value that has to stand in the Bundle all the same.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest
from mapped_messages import MINIMAL
from test_no_leaf_is_lost import texts

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import acknowledgement_code, outcome_of, parse
from vrfhir.issues import has_errors
from vrfhir.mappers import to_fhir


class Quirk(NamedTuple):
    """A message, what becomes of it, the findings it has, and a value to be found."""

    name: str
    data: bytes
    outcome: str
    ids: tuple[str, ...] = ()
    value: str = ""


def made(*more: str, end: str = "\r", **replaced: str) -> bytes:
    segments = [replaced.get(name, text) for name, text in MINIMAL.items()]
    return "".join(f"{segment}{end}" for segment in (*segments, *more) if segment).encode()


def msh(**fields: str) -> str:
    parts = MINIMAL["MSH"].split("|")
    for name, value in fields.items():
        number = int(name[1:]) - 1
        parts += [""] * (number + 1 - len(parts))
        parts[number] = value
    return "|".join(parts)


PDF = "JVBERi0xLjQK"
RF1 = MINIMAL["RF1"]
PID = MINIMAL["PID"]

QUIRKS = [
    Quirk("line feeds end the segments", made(end="\n"), "AA", (), "Millward"),
    Quirk("both line ends", made(end="\r\n"), "AA", (), "Millward"),
    Quirk("blank lines between segments", made(end="\r\r"), "AA", (), "Millward"),
    Quirk("blanks after segments", made(end="   \r"), "AA", (), "Millward"),
    Quirk("no end after the last segment", made().rstrip(b"\r"), "AA", (), "Millward"),
    Quirk("a byte order mark", b"\xef\xbb\xbf" + made(), "AA", (), "Millward"),
    Quirk("framing left in the text", b"\x0b" + made() + b"\x1c\r", "AA", (), "Millward"),
    Quirk("the truncation character in 2.5.1", made(MSH=msh(f2=r"^~\&#", f12="2.5.1")), "AA", (), "Millward"),
    Quirk("other delimiters", made().replace(b"^", b"$").replace(rb"$~\&", rb"$~\&"), "AA", (), "Millward"),
    Quirk("no message structure", made(MSH=msh(f9="REF^I12")), "AA", (), "Millward"),
    Quirk("the event as structure", made(MSH=msh(f9="REF^I14^REF_I14")), "AA", (), "Millward"),
    Quirk("I11 for a new referral", made(MSH=msh(f9="REF^I11")), "AA+", ("VR-V2-0503",), "Millward"),
    Quirk("a trigger that does not exist", made(MSH=msh(f9="REF^I99")), "AR", ("VR-V2-0502",)),
    Quirk("a collaborative care referral", made(MSH=msh(f9="CCR^I16^CCR_I16")), "AR", ("VR-V2-0501",)),
    Quirk("a request for patient information", made(MSH=msh(f9="RQI^I01^RQI_I01")), "AR", ("VR-V2-0501",)),
    Quirk("the country in the version", made(MSH=msh(f12="2.4^NZL^1.0")), "AA", (), "Millward"),
    Quirk("no version", made(MSH=msh(f12="")), "AA", (), "Millward"),
    Quirk("a version after the last", made(MSH=msh(f12="2.9")), "AR", ("VR-V2-0507",)),
    Quirk("a version that is none", made(MSH=msh(f12="2.999")), "AR", ("VR-V2-0507",)),
    Quirk("version 3", made(MSH=msh(f12="3.0")), "AR", ("VR-V2-0507",)),
    Quirk("UNICODE as character set", made(MSH=msh(f18="UNICODE")), "AA", (), "Millward"),
    Quirk(
        "Windows-1252 without saying so",
        made(PID=PID.replace("Millward", "Müller")).replace("ü".encode(), b"\xfc"),
        "AA+",
        (),
        "Müller",
    ),
    Quirk(
        "Latin-1 as declared",
        made(MSH=msh(f18="8859/1"), PID=PID.replace("Millward", "Müller")).replace("ü".encode(), b"\xfc"),
        "AA",
        (),
        "Müller",
    ),
    Quirk("a lone backslash", made(r"NTE|1||C:\temp and more"), "AA", (), r"C:\temp and more"),
    Quirk("a line break command in text", made(r"NTE|1||first\.br\second"), "AA", (), "first\nsecond"),
    Quirk("escaped delimiters", made(r"NTE|1||Smith \T\ Sons \F\ Co"), "AA", (), "Smith & Sons | Co"),
    Quirk("an unescaped ampersand in text", made("NTE|1||Smith & Sons"), "AA", (), "Smith & Sons"),
    Quirk("hexadecimal bytes", made(r"NTE|1||caf\XC3A9\ "), "AA", (), "café"),
    Quirk("an escape without an end", made(r"NTE|1||ends here \T"), "AA", (), r"ends here \T"),
    Quirk("highlighting", made(r"NTE|1||\H\important\N\ "), "AA", (), "important"),
    Quirk(
        "everything deleted",
        made(PID='PID|1||9000004128^^^NHS^NH||Millward^John||""|""|""|""|""'),
        "AA",
        (),
        "Millward",
    ),
    Quirk("a hash at the end of a text", made("NTE|1||Unit 5#"), "AA", (), "Unit 5#"),
    Quirk("a date with dashes", made(PID=PID.replace("19790314", "1979-03-14")), "AA", (), "1979-03-14"),
    Quirk("a date of zeros", made(PID=PID.replace("19790314", "00000000")), "AA+", ("VR-V2-0521",), "00000000"),
    Quirk("an offset of two digits", made(MSH=msh(f7="20261116101700+00")), "AA", (), "2026-11-16T10:17:00"),
    Quirk("four digits of fraction", made(MSH=msh(f7="20261116101700.1234+0000")), "AA", (), "10:17:00.1234"),
    Quirk("a time without a zone", made(MSH=msh(f7="20260716101700")), "AA", (), "2026-07-16T10:17:00+01:00"),
    Quirk("a birth date with a time", made(PID=PID.replace("19790314", "197903140512")), "AA", (), "1979-03-14"),
    Quirk("RF1 at the end", made(RF1, RF1=""), "AA", (), "VR-1"),
    Quirk("an event segment in a referral", made("EVN|I12|20261116101500"), "AA", (), "Millward"),
    Quirk("no provider", made(PRD=""), "AA+", ("VR-V2-0506",), "Millward"),
    Quirk("no RF1", made(RF1=""), "AE", ("VR-V2-0504",), "Millward"),
    Quirk("no patient", made(PID=""), "AE", ("VR-V2-0504",)),
    Quirk("no number of the referral", made(RF1="RF1|||18781004^^SCT"), "AE", ("VR-V2-0505",)),
    Quirk("only a consulting provider", made(PRD="PRD|CP|Okafor^Amara"), "AA", (), "Okafor"),
    Quirk("a provider role of one's own", made(PRD="PRD|XX|Okafor^Amara"), "AA+", ("VR-V2-0532",), "Okafor"),
    Quirk("two roles in one provider", made(PRD="PRD|RP~AP|Okafor^Amara"), "AA", (), "Okafor"),
    Quirk(
        "a person's data in the telephone field",
        made(PRD="PRD|RP|Okafor^Amara|||C1234567^Okafor^Amara"),
        "AA",
        (),
        "C1234567",
    ),
    Quirk(
        "priority and type swapped",
        made(RF1="RF1||MED^Medical^HL70281|R^Routine^HL70280|||VR-1"),
        "AA+",
        ("VR-V2-0520",),
        "Medical",
    ),
    Quirk(
        "a priority of one's own",
        made(RF1="RF1||2WW^Two weeks^99PAS|18781004^^SCT|||VR-1"),
        "AA+",
        ("VR-V2-0520",),
        "2WW",
    ),
    Quirk("a treatment function as type", made(RF1="RF1|||320^Cardiology^99TFC|||VR-1"), "AA", (), "320"),
    Quirk("a status of one's own", made(RF1="RF1|NEW||18781004^^SCT|||VR-1"), "AA", ("VR-V2-0533",), "NEW"),
    Quirk(
        "the number in the place of the universal id", made(RF1="RF1|||18781004^^SCT|||^^REF001"), "AA", (), "REF001"
    ),
    Quirk("NHS codes for gender", made(PID=PID.replace("|19790314|1", "|19790314|2")), "AA", (), "female"),
    Quirk(
        "an NHS number with an authority only",
        made(PID=PID.replace("^^^NHS^NH", "^^^NHS")),
        "AA",
        (),
        "https://fhir.nhs.uk/Id/nhs-number",
    ),
    Quirk("NHS in the place of the type", made(PID=PID.replace("^^^NHS^NH", "^^^^NHS")), "AA", (), "9000004128"),
    Quirk("blanks in the NHS number", made(PID=PID.replace("9000004128", "900 000 4128")), "AA", (), "9000004128"),
    Quirk(
        "an NHS number that fails its check digit",
        made(PID=PID.replace("9000004128", "9000004129")),
        "AA+",
        ("VR-V2-0510",),
        "9000004129",
    ),
    Quirk(
        "an NHS number of nine digits",
        made(PID=PID.replace("9000004128", "900000412")),
        "AA+",
        ("VR-V2-0511",),
        "900000412",
    ),
    Quirk(
        "a Scottish number called NHS number",
        made(PID=PID.replace("9000004128", "0101901232")),
        "AA+",
        ("VR-V2-0512",),
        "https://fhir.scot.nhs.uk/Id/chi-number",
    ),
    Quirk(
        "two NHS numbers", made(PID=PID.replace("^^^NHS^NH", "^^^NHS^NH~9990000018^^^NHS^NH")), "AA+", (), "9990000018"
    ),
    Quirk(
        "the whole story in one text",
        made("OBR|1|||^Letter", "OBX|1|FT|^Letter||Dear colleague\\.br\\\\.br\\Thank you||||||F"),
        "AA",
        (),
        "Dear colleague",
    ),
    Quirk("an OBX without an OBR", made("OBX|1|ST|^Note||alone||||||F"), "AA+", ("VR-V2-0530",), "alone"),
    Quirk("OBX-2 left empty", made("OBR|1|||^Letter", "OBX|1||^Note||untyped||||||F"), "AA", (), "untyped"),
    Quirk(
        "a number that is none",
        made("OBR|1|||^Letter", "OBX|1|NM|^Pain||seven||||||F"),
        "AA+",
        ("VR-V2-0522",),
        "seven",
    ),
    Quirk(
        "a PDF called AP^PDF",
        made("OBR|1|||^Letter", f"OBX|1|ED|^Letter||^AP^PDF^Base64^{PDF}||||||F"),
        "AA",
        (),
        "application/pdf",
    ),
    Quirk(
        "a PDF called application^pdf",
        made("OBR|1|||^Letter", f"OBX|1|ED|^Letter||^application^pdf^Base64^{PDF}||||||F"),
        "AA",
        (),
        "application/pdf",
    ),
    Quirk(
        "base64 that is none",
        made("OBR|1|||^Letter", "OBX|1|ED|^Letter||^AP^PDF^Base64^%%%||||||F"),
        "AA+",
        ("VR-V2-0523",),
        "%%%",
    ),
    Quirk(
        "text in an embedded document",
        made("OBR|1|||^Letter", "OBX|1|ED|^Letter||^TEXT^^A^Dear colleague||||||F"),
        "AA",
        (),
        "RGVhciBjb2xsZWFndWU=",
    ),
    Quirk(
        "XML in formatted text",
        made("OBR|1|||^Letter", "OBX|1|FT|^CDA||<a b='1'>x</a>||||||F"),
        "AA",
        (),
        "<a b='1'>x</a>",
    ),
    Quirk(
        "a comparator that FHIR does not have",
        made("OBR|1|||^L", "OBX|1|SN|^Pain||<>^5||||||F"),
        "AA+",
        ("VR-V2-0522",),
        "<>^5",
    ),
    Quirk("PD1 after PID", made("PD1|||Surgery^^Y99901"), "AA", (), "Y99901"),
    Quirk("a segment nobody knows", made("ZXY|1|ours^and theirs"), "AA", ("VR-V2-0531",), "and theirs"),
    Quirk("a segment of a later version", made("GSP|1|A|76691-5^Gender identity^LN"), "AA", ("VR-V2-0531",), "76691-5"),
    Quirk("sixty fields in PID", made(PID=PID + "|" * 52 + "sixty"), "AA", (), "sixty"),
    Quirk(
        "a contact without a provider", made("CTD|CM|Nair^Priya", PRD=""), "AA+", ("VR-V2-0534", "VR-V2-0506"), "Nair"
    ),
    Quirk("a note about nothing", made("NTE|1||"), "AA", (), "Millward"),
    Quirk("repeated notes", made("NTE|1||one~two"), "AA", (), "one\ntwo"),
    Quirk("no control id", made(MSH=msh(f10="")), "AA", (), "Millward"),
    Quirk("nothing at all", b"", "CR", ()),
    Quirk("no header", b"PID|1\r", "CR", ()),
    Quirk("a header cut off", b"MSH|^~\\&\r", "AR", ()),
]


def outcome(data: bytes) -> tuple[str, set[str], str]:
    try:
        mapping = to_fhir(parse(data))
    except UnreadableError as error:
        code = acknowledgement_code(outcome_of(error.issues))
        return (
            ("CR" if all(issue.id < "VR-V2-05" for issue in error.issues) else code),
            {issue.id for issue in error.issues},
            "",
        )
    found = "\n".join(texts(mapping.bundle))
    assert mapping.ledger.unaccounted == []
    ids = {issue.id for issue in mapping.issues}
    if has_errors(mapping.issues):
        return "AE", ids, found
    return ("AA+" if any(issue.severity == "warning" for issue in mapping.issues) else "AA"), ids, found


@pytest.mark.parametrize("quirk", QUIRKS, ids=[quirk.name for quirk in QUIRKS])
def test_a_quirk_has_its_declared_outcome(quirk: Quirk) -> None:
    what, ids, found = outcome(quirk.data)
    assert (what, set(quirk.ids) - ids) == (quirk.outcome, set()), sorted(ids)
    assert quirk.value in found


def test_there_are_at_least_sixty_and_each_has_a_name_of_its_own() -> None:
    assert len({quirk.name for quirk in QUIRKS}) == len(QUIRKS) >= 60
    assert {quirk.outcome for quirk in QUIRKS} == {"AA", "AA+", "AE", "AR", "CR"}


def test_no_quirk_ends_in_a_traceback() -> None:
    for quirk in QUIRKS:
        for cut in range(0, len(quirk.data), 17):
            assert outcome(quirk.data[:cut])[0] in {"AA", "AA+", "AE", "AR", "CR"}
