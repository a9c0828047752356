"""ORM and OMG whose OBR has no ORC: each OBR is an order all the same, told, and back as it came."""

from __future__ import annotations

import pytest
from mapped_messages import only, resources
from test_both_ways import canonical

from vrfhir import Validator
from vrfhir.hl7v2 import parse
from vrfhir.mappers import to_fhir, to_hl7v2

ALONE = "VR-V2-0538"
KINDS = ["ORM^O01^ORM_O01", "OMG^O19^OMG_O19"]


def told(kind: str, *segments: str) -> bytes:
    head = rf"MSH|^~\&|WARD|RXX01|LAB|Y99902|20261116101700||{kind}|C1|P|2.5.1"
    pid = "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|M"
    return "".join(f"{line}\r" for line in (head, pid, *segments)).encode()


def obr(number: int, code: str = "718-7^Haemoglobin^LN") -> str:
    return f"OBR|{number}|P{number}^WARD|F{number}^LAB|{code}|R||20261116||||||||123^Okafor^Amara"


CASES = {
    "one": (obr(1),),
    "two": (obr(1), obr(2, "2160-0^Creatinine^LN")),
    "with notes and results": (obr(1), "NTE|1||fasting", "OBX|1|ST|11^Why^L||tired||||||F", obr(2), "NTE|1||none"),
    "the second under one ORC": ("ORC|NW|P1^WARD|F1^LAB", obr(1), obr(2, "2160-0^Creatinine^LN")),
    "then one with ORC": (obr(1), "ORC|NW|P2^WARD|F2^LAB", obr(2, "2160-0^Creatinine^LN")),
}


def alone(segments: tuple[str, ...]) -> int:
    return sum(
        one.startswith("OBR") and not before.startswith("ORC")
        for before, one in zip(("", *segments), segments, strict=False)
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("segments", CASES.values(), ids=CASES)
def test_every_obr_is_an_order(kind: str, segments: tuple[str, ...]) -> None:
    mapping = to_fhir(told(kind, *segments))
    orders = resources(mapping.bundle, "ServiceRequest")
    wanted = [line.split("|") for line in segments if line.startswith("OBR")]
    assert [each["code"]["coding"][0]["code"] for each in orders] == [fields[4].split("^")[0] for fields in wanted]
    assert [[number["value"] for number in each["identifier"]] for each in orders] == [
        [fields[2].split("^")[0], fields[3].split("^")[0]] for fields in wanted
    ]
    assert all(each["subject"]["reference"].endswith(only(mapping.bundle, "Patient")["id"]) for each in orders)
    focus = [each["reference"] for each in only(mapping.bundle, "MessageHeader")["focus"]]
    assert len(focus) == len(orders)
    found = [issue for issue in mapping.issues if issue.id == ALONE]
    assert ([issue.severity for issue in found], len(found)) == (["warning"] * alone(segments), alone(segments))
    assert mapping.ledger.unaccounted == []
    assert [issue for issue in Validator().validate(mapping.bundle).issues if issue.is_error] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("segments", CASES.values(), ids=CASES)
def test_it_comes_back_without_an_orc(kind: str, segments: tuple[str, ...]) -> None:
    data = told(kind, *segments)
    exact = to_hl7v2(to_fhir(data, exact=True).bundle, version="")
    assert canonical(parse(exact.message)) == canonical(parse(data))
    plain = to_hl7v2(to_fhir(data).bundle, version="")
    assert plain.loss == []
    names = [segment.name for segment in parse(plain.message).segments]
    assert names.count("ORC") == sum(line.startswith("ORC") for line in segments)
    assert names.count("OBR") == sum(line.startswith("OBR") for line in segments)


def test_what_only_an_orc_can_say_gets_one() -> None:
    bundle = to_fhir(told("OMG^O19^OMG_O19", obr(1))).bundle
    only(bundle, "ServiceRequest")["status"] = "revoked"
    written = parse(to_hl7v2(bundle, version="").message)
    assert (written.value("ORC-5"), written.value("OBR-2")) == ("CA", "P1")


def test_a_note_belongs_to_its_order() -> None:
    bundle = to_fhir(told("ORM^O01^ORM_O01", *CASES["with notes and results"])).bundle
    assert [each["note"][0]["text"] for each in resources(bundle, "ServiceRequest")] == ["fasting", "none"]
    assert len(resources(bundle, "ServiceRequest")[0]["supportingInfo"]) == 1
