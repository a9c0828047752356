"""The rows of the HL7 v2 error catalogue: (id, severity, table 0357 code, FHIR issue type, text, remedy).

00nn reading bytes, 01nn header and structure, 02nn fields and data types, 03nn acknowledgement, 09nn transport.
"""

from __future__ import annotations

from vrfhir.issues import Severity

__all__ = ["ROWS"]

ROWS: tuple[tuple[str, Severity, str, str, str, str], ...] = (
    # Reading: the bytes are no message
    (
        "VR-V2-0001",
        "fatal",
        "100",
        "structure",
        "The message is empty.",
        "Send an HL7 v2 message that begins with MSH.",
    ),
    (
        "VR-V2-0002",
        "fatal",
        "199",
        "too-long",
        "The message has {size} bytes, more than the {limit} allowed.",
        "Send large documents separately, or raise the size limit.",
    ),
    (
        "VR-V2-0003",
        "fatal",
        "199",
        "structure",
        "The input is not text: {reason}.",
        "Send ER7 (pipe and hat) text in UTF-8 or the character set named in MSH-18.",
    ),
    (
        "VR-V2-0004",
        "fatal",
        "100",
        "structure",
        "The input does not begin with an MSH segment.",
        "Check that this is an HL7 v2 message in ER7 form; XML-encoded v2 is not read.",
    ),
    (
        "VR-V2-0005",
        "fatal",
        "101",
        "structure",
        "The MSH segment is too short: the field separator or the encoding characters (MSH-1, MSH-2) are missing.",
        "Begin the message with MSH|^~\\& and the header fields; it may have been cut off.",
    ),
    (
        "VR-V2-0006",
        "fatal",
        "102",
        "structure",
        "MSH declares {character} as a delimiter, which cannot be one.",
        "Use |^~\\& or other characters that are neither letters, digits, blanks nor line ends.",
    ),
    (
        "VR-V2-0007",
        "fatal",
        "100",
        "structure",
        "The input is a batch (it begins with {name}), not one message.",
        "Read it with parse_batch.",
    ),
    # Reading: accepted, with a remark
    (
        "VR-V2-0010",
        "warning",
        "102",
        "value",
        "MSH-18 names the character set {name}, which is not in HL7 table 0211 and not known otherwise.",
        "Name a set of table 0211, for example UNICODE UTF-8 or 8859/1.",
    ),
    (
        "VR-V2-0011",
        "warning",
        "102",
        "value",
        "The message is not valid {declared}, the character set {origin} names; it was read as {used}.",
        "Correct MSH-18 or the bytes; check names and addresses with accents.",
    ),
    (
        "VR-V2-0012",
        "warning",
        "102",
        "value",
        "No usable character set is declared and the bytes are not UTF-8; Windows-1252 was assumed.",
        "Declare the character set in MSH-18, or set it for this partner.",
    ),
    (
        "VR-V2-0013",
        "warning",
        "102",
        "value",
        "MSH-18 declares {declared}, but the bytes look like UTF-8; they were read as declared.",
        "If accents are wrong, correct MSH-18.",
    ),
    (
        "VR-V2-0014",
        "warning",
        "102",
        "value",
        "MSH-18 declares {declared}, but the bytes 80 to 9F hold Windows-1252 characters; read as Windows-1252.",
        "Send UTF-8, or only characters of the declared set.",
    ),
    (
        "VR-V2-0020",
        "warning",
        "102",
        "value",
        "MSH-2 repeats a delimiter ({characters}); each was used once, in order.",
        "Send the encoding characters ^~\\& once each; a doubled backslash often comes from source code.",
    ),
    (
        "VR-V2-0021",
        "information",
        "102",
        "value",
        "MSH-2 declares {count} encoding characters; {missing} cannot be used in this message.",
        "Declare four encoding characters: component, repetition, escape, subcomponent.",
    ),
    (
        "VR-V2-0022",
        "warning",
        "102",
        "value",
        "MSH-2 has more than five characters; the rest has no meaning.",
        "Declare at most five encoding characters.",
    ),
    (
        "VR-V2-0023",
        "information",
        "102",
        "value",
        "MSH-2 declares a truncation character, which exists from version 2.7, in a {version} message.",
        "Nothing need be done: it is honoured.",
    ),
    (
        "VR-V2-0024",
        "warning",
        "100",
        "structure",
        "A line break stands inside segment {name}; the following line was read as its continuation.",
        "Write line breaks inside a field as \\.br\\ (or \\X0D\\).",
    ),
    (
        "VR-V2-0025",
        "warning",
        "100",
        "structure",
        "The segment name {name} is not three capital letters or digits.",
        "Correct the segment name; Z segments too have three characters.",
    ),
    (
        "VR-V2-0026",
        "error",
        "100",
        "structure",
        "A second MSH segment stands inside the message: several messages in one.",
        "Send one message per frame, or a batch (BHS … BTS).",
    ),
    (
        "VR-V2-0027",
        "information",
        "100",
        "structure",
        "Segments end with {ends} instead of a carriage return.",
        "Nothing need be done: all line ends are read.",
    ),
)
