"""Base64 documents that a sender cut up: over several OBX, over several repetitions; one attachment, and back in the same parts."""

from __future__ import annotations

from base64 import b64decode, b64encode
from itertools import pairwise
from typing import Any

import pytest
from mapped_messages import resources
from test_both_ways import canonical

from vrfhir import Validator
from vrfhir.hl7v2 import parse
from vrfhir.mappers import to_fhir, to_hl7v2

PDF = b"%PDF-1.4 " + b"a report on fitness for work. " * 9 + b"%%EOF"
DATA = b64encode(PDF).decode()
APART = "VR-V2-0526"
ITEM = "1^Report^99X"


def obx(
    number: int, data: str, sub: str = "", item: str = ITEM, kind: str = "^application^pdf^Base64", rest: str = "F"
) -> str:
    return f"OBX|{number}|ED|{item}|{sub}|{kind}^{data}||||||{rest}"


def told(*segments: str, kind: str = "ORU^R01^ORU_R01") -> bytes:
    head = rf"MSH|^~\&|WARD|RXX01|GP|Y99902|20261116101700||{kind}|C1|P|2.5.1"
    pid = "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|M"
    before = (
        ("EVN||20261116101700", pid, "PV1|1|N", "TXA|1|CN|TX|||||||||D1^WARD")
        if kind.startswith("MDM")
        else (pid, "OBR|1|P1|F1|1^Report^99X")
    )
    return "".join(f"{line}\r" for line in (head, *before, *segments)).encode()


def cut(*places: int, data: str = DATA) -> list[str]:
    ends = [0, *places, len(data)]
    return [data[one:two] for one, two in pairwise(ends)]


def attachments(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    return [content["attachment"] for each in resources(bundle, "DocumentReference") for content in each["content"]]


CASES: dict[str, tuple[str, ...]] = {
    "consecutive sub-ids": tuple(obx(n, part, str(n)) for n, part in enumerate(cut(101, 202), 1)),
    "no sub-ids": tuple(obx(n, part) for n, part in enumerate(cut(50), 1)),
    "parts of whole groups of four": tuple(obx(n, part, f"1.{n}") for n, part in enumerate(cut(100, 200, 300), 1)),
    "many": tuple(obx(n, part, str(n)) for n, part in enumerate(cut(*range(7, len(DATA), 7)), 1)),
    "the type in the first only": (obx(1, cut(101)[0]), obx(2, cut(101)[1], kind="^^^")),
    "more fields": tuple(
        obx(n, part, str(n), rest="F|||20261116|LAB||M^Machine") for n, part in enumerate(cut(101), 1)
    ),
    "fields of one only": (obx(1, cut(101)[0], rest="F|||20261116"), obx(2, cut(101)[1], rest="P||||LAB")),
    "repetitions": (
        f"OBX|1|ED|{ITEM}||" + "~".join(f"^application^pdf^Base64^{each}" for each in cut(101, 202)) + "||||||F",
    ),
}


@pytest.mark.parametrize("kind", ["ORU^R01^ORU_R01", "MDM^T02^MDM_T02"])
@pytest.mark.parametrize("segments", CASES.values(), ids=CASES)
def test_the_parts_are_one_attachment_and_come_back(segments: tuple[str, ...], kind: str) -> None:
    data = told(*segments, kind=kind)
    mapping = to_fhir(data)
    (found,) = attachments(mapping.bundle)
    assert b64decode(found["data"]) == PDF
    assert (found["contentType"], found["size"]) == ("application/pdf", len(PDF))
    assert len(resources(mapping.bundle, "DocumentReference")) == 1
    assert mapping.ledger.unaccounted == []
    assert {issue.id for issue in mapping.issues} <= {"VR-V2-0530"}
    assert [issue for issue in Validator().validate(mapping.bundle).issues if issue.is_error] == []
    outcomes = {entry.outcome for entry in mapping.ledger if entry.segment.startswith("OBX") and entry.field == 5}
    assert outcomes == {"mapped"}
    plain = to_hl7v2(mapping.bundle, version="")
    assert plain.loss == []
    assert [each.field(5) for each in parse(plain.message).segments if each.name == "OBX"] == [
        each.field(5) for each in parse(data).segments if each.name == "OBX"
    ]
    exact = to_hl7v2(to_fhir(data, exact=True).bundle, version="")
    assert canonical(parse(exact.message)) == canonical(parse(data))


def test_two_documents_in_parts_are_two() -> None:
    other = b64encode(b"%PDF-1.4 another one" * 8).decode()
    parts = [*cut(101), *cut(81, data=other)]
    data = told(*(obx(n, part, str(n)) for n, part in enumerate(parts, 1)))
    mapping = to_fhir(data)
    assert [b64decode(each["data"]) for each in attachments(mapping.bundle)] == [PDF, b64decode(other)]
    assert to_hl7v2(to_fhir(data, exact=True).bundle, version="").message == data


WHOLE = {
    "documents that end": (obx(1, DATA, "1"), obx(2, DATA, "2")),
    "documents that begin": (
        obx(1, b64encode(b"%PDF-1.4 xxx").decode(), "1"),
        obx(2, b64encode(b"%PDF-1.4 yyy").decode(), "2"),
    ),
    "of no known form": (obx(1, b64encode(b"abcdef").decode()), obx(2, b64encode(b"ghijkl").decode())),
    "another item": (obx(1, cut(100)[0]), obx(2, cut(100)[1], item="2^Picture^99X")),
    "another type": (obx(1, cut(100)[0]), obx(2, cut(100)[1], kind="^image^jpeg^Base64")),
    "a note between": (obx(1, cut(100)[0]), "NTE|1||a note", obx(2, cut(100)[1])),
}


@pytest.mark.parametrize("segments", WHOLE.values(), ids=WHOLE)
def test_documents_of_their_own_stay_apart(segments: tuple[str, ...]) -> None:
    data = told(*segments)
    mapping = to_fhir(data)
    assert len(attachments(mapping.bundle)) == 2
    assert APART not in [issue.id for issue in mapping.issues]
    assert to_hl7v2(to_fhir(data, exact=True).bundle, version="").message == data


def test_parts_that_make_no_document_are_told_and_carried() -> None:
    data = told(obx(1, cut(101)[0]), obx(2, cut(101)[1][:-3] + "!!!"))
    mapping = to_fhir(data)
    (issue,) = (each for each in mapping.issues if each.id == APART)
    assert (issue.severity, (issue.expression or "").startswith("OBX[1]-5")) == ("warning", True)
    assert mapping.ledger.unaccounted == []
    assert {entry.outcome for entry in mapping.ledger if entry.path.endswith("-5[1].5.1")} == {"carried"}
    assert to_hl7v2(to_fhir(data, exact=True).bundle, version="").message == data


def test_a_document_that_was_replaced_goes_back_whole() -> None:
    bundle = to_fhir(told(*CASES["consecutive sub-ids"])).bundle
    (found,) = attachments(bundle)
    found["data"] = b64encode(b"%PDF-1.4 short").decode()
    written = to_hl7v2(bundle, version="")
    again = to_fhir(written.message).bundle
    assert [b64decode(each["data"]) for each in attachments(again)] == [b"%PDF-1.4 short"]
