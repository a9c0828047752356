"""What senders are seen to do (mapping notes 2.3), with the outcome that each is declared to have: messages, batches, frames.

The table that the tests run and that docs/v2-quirks.md is made of (``tools/quirk_page.py``).

``AA`` taken without a word, ``AA+`` taken with a warning, ``AE`` an error of content, ``AR`` refused, ``CR`` or ``CE`` refused
already as a message; and the value that has to stand in the Bundle all the same.
"""

from __future__ import annotations

from typing import NamedTuple

from mapped_messages import MINIMAL

__all__ = ["BATCHES", "FRAMES", "QUIRKS", "BatchQuirk", "FrameQuirk", "Quirk"]


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


def swapped() -> bytes:
    """The small referral with ``&`` for components and ``^`` for subcomponents."""
    return (
        made(MSH=msh(f2="@")).replace(b"^", b"\x00").replace(b"&", b"^").replace(b"\x00", b"&").replace(b"@", b"&~\\^")
    )


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
    Quirk("a plus after the version", made(MSH=msh(f12="2.5+")), "AA+", ("VR-V2-0105",), "2.5+"),
    Quirk("a letter after the version", made(MSH=msh(f12="2.4E")), "AA+", ("VR-V2-0105",), "2.4E"),
    Quirk("a V before the version", made(MSH=msh(f12="V2.4")), "AA+", ("VR-V2-0105",), "V2.4"),
    Quirk("a blank after the version", made(MSH=msh(f12="2.3.1 ")), "AA", (), "Millward"),
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
    Quirk("a pulse without a unit", made("OBX|1|NM|8867-4^Pulse^LN||72||||||F"), "AA+", ("VR-V2-0524",), "72"),
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
    Quirk(
        "a code of a table in capitals",
        made(RF1="RF1||R^Routine^HL70280|MED^Medical^HL70281|||VR-1"),
        "AA",
        ("VR-V2-0525",),
        "Med",
    ),
    Quirk(
        "a gender in small letters", made(PID=PID.replace("|19790314|1", "|19790314|m")), "AA", ("VR-V2-0525",), "male"
    ),
    Quirk(
        "an order without ORC",
        made("OBR|1|P1|F1|718-7^Haemoglobin^LN", MSH=msh(f9="ORM^O01^ORM_O01"), RF1="", PRD=""),
        "AA+",
        ("VR-V2-0538",),
        "718-7",
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
    Quirk(
        "a visit that ends before it begins",
        made("PV1|1|O" + "|" * 42 + "20261116090000|20261115170000"),
        "AA+",
        ("VR-V2-0536",),
        "20261115170000",
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
    Quirk("component and repetition marks exchanged", swapped(), "AA", (), "Millward"),
    Quirk("a brace for the subcomponent mark", made(MSH=msh(f2="^~\\}")), "AA", (), "Millward"),
    Quirk(
        "an escape character of one's own",
        made(MSH=msh(f2="^~¥&", f18="UNICODE UTF-8"), PID=PID.replace("Millward", "Mill¥T¥ward")),
        "AA",
        (),
        "Mill&ward",
    ),
    Quirk("two encoding characters only", made(MSH=msh(f2="^~")), "AA", ("VR-V2-0021",), "Millward"),
    Quirk(
        "the structure named after the event", made(MSH=msh(f9="ADT^A08^ADT_A08"), RF1="", PRD=""), "AA", (), "Millward"
    ),
    Quirk("the type without an event", made(MSH=msh(f9="REF")), "AR", ("VR-V2-0502",)),
    Quirk("the structure in the place of the type", made(MSH=msh(f9="REF_I12")), "AR", ("VR-V2-0501",)),
    Quirk(
        "a national version with components of its own",
        made(MSH=msh(f12="2.4^AUS&Australia&ISO3166_1^HL7AU-1")),
        "AA",
        (),
        "HL7AU-1",
    ),
    Quirk("a version and a fourth number", made(MSH=msh(f12="2.5.1.2")), "AR", ("VR-V2-0507",)),
    Quirk("alternate character sets", made(MSH=msh(f18="8859/1~UNICODE UTF-8")), "AA", (), "Millward"),
    Quirk("a character set nobody knows", made(MSH=msh(f18="KLINGON")), "AA+", ("VR-V2-0010",), "Millward"),
    Quirk(
        "a dash of Windows-1252",
        made(PID=PID.replace("Millward", "Mill–ward")).replace("–".encode(), b"\x96"),
        "AA+",
        ("VR-V2-0012",),
        "Mill–ward",
    ),
    Quirk("UTF-16 with a mark", made().decode().encode("utf-16"), "AA", (), "Millward"),
    Quirk("a local escape", made(r"NTE|1||a\Z01\b"), "AA", (), r"a\Z01\b"),
    Quirk("a change of character set inside a text", made(r"NTE|1||a\C2842\b"), "AA", (), r"a\C2842\b"),
    Quirk("a carriage return in hexadecimal", made(r"NTE|1||one\X0D\two"), "AA", (), "two"),
    Quirk("a control character in hexadecimal", made(r"NTE|1||one\X00\two"), "AA", (), "two"),
    Quirk(
        "a protected truncation character",
        made(r"NTE|1||Unit 5\P\ ", MSH=msh(f2="^~\\&#", f12="2.8")),
        "AA",
        (),
        "Unit 5#",
    ),
    Quirk("a truncated text", made("NTE|1||Unit 5#", MSH=msh(f2="^~\\&#", f12="2.8")), "AA", (), "Unit 5#"),
    Quirk(
        "commands of formatted text", made("OBR|1|||^L", r"OBX|1|FT|^L||a\.sp 2\b\.in+4\c||||||F"), "AA", (), "a\n\nb"
    ),
    Quirk("a line break in a string", made("OBR|1|||^L", r"OBX|1|ST|^L||a\.br\b||||||F"), "AA", (), "a\nb"),
    Quirk("one line feed among carriage returns", made().replace(b"\r", b"\n", 1), "AA", ("VR-V2-0027",), "Millward"),
    Quirk("a tab after segments", made(end="\t\r"), "AA", (), "Millward"),
    Quirk("segment names in small letters", made().replace(b"PID|", b"pid|"), "AE", ("VR-V2-0025", "VR-V2-0504")),
    Quirk(
        "a number that nobody gives before the NHS number",
        made(PID=PID.replace("9000", "H77^^^RXX01^MR~9000")),
        "AA",
        (),
        "H77",
    ),
    Quirk(
        "mobile, e-mail and work telephone in one field",
        made(PID=PID + "|||||07700900123^^CP~^NET^Internet^j@mill.test~01632960100^WPN^PH"),
        "AA",
        (),
        "j@mill.test",
    ),
    Quirk(
        "the NHS number in the second component",
        made(PID=PID.replace("9000004128^^^", "^9000004128^^")),
        "AA",
        (),
        "9000004128",
    ),
    Quirk(
        "the NHS number with the OID of its authority",
        made(PID=PID.replace("^^^NHS^NH", "^^^&2.16.840.1.113883.2.1.4.1&ISO")),
        "AA",
        (),
        "https://fhir.nhs.uk/Id/nhs-number",
    ),
    Quirk("dashes in the NHS number", made(PID=PID.replace("9000004128", "900-000-4128")), "AA", (), "9000004128"),
    Quirk(
        "the NHS number in PID-19",
        made(PID=PID.replace("9000004128^^^NHS^NH", "H77^^^RXX01^MR") + "|" * 11 + "9000004128"),
        "AA",
        (),
        "9000004128",
    ),
    Quirk("two patients", made(PID.replace("Millward", "Other")), "AA", (), "Other"),
    Quirk(
        "base64 in two repetitions",
        made("OBR|1|||^L", "OBX|1|ED|^L||^AP^PDF^Base64^JVBERi0x~^AP^PDF^Base64^LjQK||||||F"),
        "AA",
        (),
        "LjQK",
    ),
    Quirk(
        "base64 in two OBX",
        made("OBR|1|||^L", "OBX|1|ED|D^L||^AP^PDF^Base64^JVBERi0x||||||F", "OBX|2|ED|D^L||^AP^PDF^Base64^LjQK||||||F"),
        "AA",
        (),
        "LjQK",
    ),
    Quirk(
        "line breaks inside base64",
        made("OBR|1|||^L", r"OBX|1|ED|D^L||^AP^PDF^Base64^JVBERi0x\.br\LjQK||||||F"),
        "AA",
        (),
        "JVBERi0xLjQK",
    ),
    Quirk(
        "line feeds inside base64",
        made("OBR|1|||^L", "OBX|1|ED|D^L||^AP^PDF^Base64^JVBERi0x\nLjQK||||||F"),
        "AA+",
        ("VR-V2-0025", "VR-V2-0531"),
        "LjQK",
    ),
    Quirk(
        "a pointer to a document",
        made("OBR|1|||^L", "OBX|1|RP|D^L||https://docs.test/1.pdf^LAB^AP^PDF||||||F"),
        "AA",
        (),
        "https://docs.test/1.pdf",
    ),
    Quirk(
        "a status with words of one's own",
        made(RF1="RF1|AB^Appointment Booked^99PAS||18781004^^SCT|||VR-1"),
        "AA",
        ("VR-V2-0533",),
        "Appointment Booked",
    ),
    Quirk(
        "the number of the referral in the fifth component",
        made(RF1="RF1|||18781004^^SCT|||^^^^REF005"),
        "AA",
        (),
        "REF005",
    ),
    Quirk("the breach date in the expiry", made(RF1="RF1|||18781004^^SCT|||VR-1||20270301"), "AA", (), "2027-03-01"),
    Quirk(
        "a clinic in the place of the name",
        made(PRD="PRD|RT^Referred to^HL70286|||CLIN7^Back clinic"),
        "AA",
        (),
        "CLIN7",
    ),
    Quirk("only the patient's own practice", made(PRD="PRD|PP|Okafor^Amara"), "AA", (), "Okafor"),
    Quirk("an answer without MSA", made(MSH=msh(f9="RRI^I12^RRI_I12")), "AA", (), "Millward"),
    Quirk("a continuation pointer in the header", made(MSH=msh(f14="DSC77")), "AA", (), "DSC77"),
    Quirk("a continuation segment", made("DSC|DSC77|F"), "AA", ("VR-V2-0531",), "DSC77"),
    Quirk("an addendum segment", made("ADD|the rest of a note"), "AA", ("VR-V2-0531",), "the rest of a note"),
    Quirk(
        "deletions in every component",
        made(PID='PID|1||9000004128^^^NHS^NH||Millward^John^""^""^""||19790314|1'),
        "AA",
        (),
        "Millward",
    ),
    Quirk("a time of hours only", made(MSH=msh(f7="2026111610")), "AA", (), "2026-11-16T10:00:00"),
    Quirk("a leap second", made(MSH=msh(f7="20261231235960")), "AA", (), "20261231235960"),
    Quirk(
        "a line of a load balancer before the message",
        b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + made(),
        "CR",
        ("VR-V2-0004",),
    ),
    Quirk("two messages sent as one", made() + made(), "AE", ("VR-V2-0026",), "Millward"),
    Quirk("a batch sent as a message", b"FHS|^~\\&|A\r" + made() + b"FTS|1\r", "CR", ("VR-V2-0007",)),
    Quirk("nothing at all", b"", "CR", ()),
    Quirk("no header", b"PID|1\r", "CR", ()),
    Quirk("a header cut off", b"MSH|^~\\&\r", "AR", ()),
]


class BatchQuirk(NamedTuple):
    """A file of messages: how many are read, and what is found."""

    name: str
    data: bytes
    messages: int
    ids: tuple[str, ...] = ()


ONE = made()
OTHER = ONE.replace(b"|", b"!").replace(b"!C1!", b"!C2!")
BATCHES = [
    BatchQuirk("a batch as the standard has it", b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + ONE + ONE + b"BTS|2\rFTS|1\r", 2),
    BatchQuirk("a batch without a header of the file", b"BHS|^~\\&|A\r" + ONE + b"BTS|1\r", 1),
    BatchQuirk("a file without a batch in it", b"FHS|^~\\&|A\r" + ONE + b"FTS|0\r", 1),
    BatchQuirk("no trailers", b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + ONE, 1),
    BatchQuirk("messages one after another", ONE + ONE + ONE, 3),
    BatchQuirk("other delimiters in the batch than in a message", b"BHS|^~\\&|A\r" + ONE + OTHER + b"BTS|2\r", 2),
    BatchQuirk("a wrong count", b"BHS|^~\\&|A\r" + ONE + b"BTS|7\r", 1, ("VR-V2-0028",)),
    BatchQuirk("a count that is none", b"BHS|^~\\&|A\r" + ONE + b"BTS|many\r", 1),
    BatchQuirk("a message that cannot be read among others", ONE + b"MSH||\r" + ONE, 2, ("VR-V2-0005",)),
    BatchQuirk("line feeds and blank lines between messages", ONE.replace(b"\r", b"\n") + b"\n\n" + ONE, 2),
    BatchQuirk("framing left in the file", b"\x0b" + ONE + b"\x1c\r\x0b" + ONE + b"\x1c\r", 2),
]


class FrameQuirk(NamedTuple):
    """Bytes on a connection: the messages or findings that come out, in order."""

    name: str
    wire: bytes
    found: tuple[str | bytes, ...]


FRAMES = [
    FrameQuirk("a frame as the standard has it", b"\x0bMSH|1\x1c\r", (b"MSH|1",)),
    FrameQuirk("no carriage return after the last frame", b"\x0bMSH|1\x1c", (b"MSH|1",)),
    FrameQuirk("no carriage return between frames", b"\x0bMSH|1\x1c\x0bMSH|2\x1c\r", (b"MSH|1", b"MSH|2")),
    FrameQuirk("a line feed after the frame", b"\x0bMSH|1\x1c\n\x0bMSH|2\x1c\r\n", (b"MSH|1", b"MSH|2")),
    FrameQuirk("blanks and zero bytes that keep the connection alive", b"\r\n \x00\x0bMSH|1\x1c\r\r\r", (b"MSH|1",)),
    FrameQuirk("an end byte inside the text", b"\x0bMSH|a\x1cb\x1c\r", (b"MSH|a\x1cb",)),
    FrameQuirk("a start byte inside the text", b"\x0bMSH|a\x0bb\x1c\r", (b"MSH|a\x0bb",)),
    FrameQuirk("an empty frame", b"\x0b\x1c\r", (b"",)),
    FrameQuirk("no start byte", b"MSH|1\x1c\r\x0bMSH|2\x1c\r", ("VR-V2-0915", b"MSH|1", b"MSH|2")),
    FrameQuirk("another protocol", b"GET / HTTP/1.1\r\n\r\n", ("VR-V2-0902",)),
    FrameQuirk(
        "a line of a load balancer", b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n\x0bMSH|1\x1c\r", ("VR-V2-0902", b"MSH|1")
    ),
    FrameQuirk("the connection ends inside a frame", b"\x0bMSH|1", ("VR-V2-0903",)),
    FrameQuirk("a new frame before the end of the last", b"\x0bMSH|1\x0bMSH|2\x1c\r", ("VR-V2-0916", b"MSH|2")),
    FrameQuirk(
        "a frame larger than allowed", b"\x0bMSH|" + b"x" * 99 + b"\x1c\r\x0bMSH|2\x1c\r", ("VR-V2-0901", b"MSH|2")
    ),
]
"""At most 50 bytes a frame are taken here."""
