"""What a sender is told of a message whose FHIR is not valid: the field, not what followed from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from vrfhir import Validator, to_fhir
from vrfhir.hl7v2 import acknowledge, parse
from vrfhir.issues import Issue
from vrfhir.server.messaging.v2_places import v2_places

HEAD = r"MSH|^~\&|PAS|RXX01|VR|Y99902|20261116101700||REF^I12^REF_I12|M1|P|2.5.1|||||GBR|UNICODE UTF-8"
RF1 = "RF1|P|R|18781004^^SCT||O|V-1^RXX01|20261116||20261116"
PRD = "PRD|RP|Okafor^Amara"
PID = "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|M"
DG1 = "DG1|1||279039007^Low back pain^SCT|||W"


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


def told(validator: Validator, *segments: str) -> Sequence[Issue]:
    mapping = to_fhir("\r".join(segments).encode())
    return [each for each in v2_places(validator.validate(mapping.bundle).issues, mapping) if each.is_error]


def test_a_required_element_that_is_not_there_is_the_field_it_would_come_from(validator: Validator) -> None:
    (only,) = told(validator, HEAD, RF1[: RF1.rindex("||")], PRD, PID, DG1)
    assert (only.id, only.expression, only.code) == ("Validation_VAL_Profile_Minimum", "RF1[1]-9", "required")
    assert "RF1-9" in only.hint


def test_it_is_the_field_of_the_right_segment_and_occurrence(validator: Validator) -> None:
    found = told(validator, HEAD, RF1, PRD, "PID|1||9000004128^^^NHS^NH||||19790314|M", DG1)
    assert [each.expression for each in found] == ["PID[1]-5"]


def test_a_rule_about_the_whole_is_told_at_its_segment(validator: Validator) -> None:
    found = told(validator, HEAD, RF1, PRD, "PID|1||^^^NHS^NH||Millward^John||19790314|M", DG1)
    assert [(each.id.rpartition("#")[2], each.expression) for each in found] == [("vr-patient-3", "PID[1]")]
    found = told(validator, HEAD, RF1, PRD, PID)
    assert [(each.id.rpartition("#")[2], each.expression) for each in found] == [("vr-prescription-2", "RF1[1]")]


def test_what_nothing_else_explains_is_still_told(validator: Validator) -> None:
    mapping = to_fhir("\r".join([HEAD, RF1, PRD, PID, DG1]).encode())
    url = mapping.bundle["entry"][1]["fullUrl"]
    alone = Issue(
        "error",
        "structure",
        "Reference_REF_CantMatchChoice",
        f"The target of '{url}' conforms to none.",
        "Bundle.entry[0].resource/*MessageHeader/x*/.focus[0]",
    )
    assert [each.id for each in v2_places([alone], mapping)] == [alone.id]
    assert v2_places([], mapping) == []


@pytest.mark.parametrize(
    ("version", "place"), [("2.4", "RF1^1^9^101"), ("2.5.1", "|RF1^1^9|101"), ("2.7", "|RF1^1^9|101")]
)
def test_the_sender_is_told_in_its_version(validator: Validator, version: str, place: str) -> None:
    head = HEAD.replace("|2.5.1|", f"|{version}|")
    found = told(validator, head, RF1[: RF1.rindex("||")], PRD, PID, DG1)
    answer = acknowledge(parse(head.encode()), "AE", found, control_id="A1", now=datetime(2026, 11, 23, tzinfo=UTC))
    assert answer.decode().count("\rERR|") == 1
    assert place in answer.decode()
