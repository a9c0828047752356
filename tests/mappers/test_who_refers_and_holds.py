"""Who refers (a patient, an employer), and states of a referral that table 0283 has no code for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from mapped_messages import DRIVER, only, resources

from vrfhir import Validator
from vrfhir.hl7v2 import parse
from vrfhir.mappers import referral_response, to_fhir, to_hl7v2

NOW = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
MILESTONES = "https://vrfhir.org/fhir/CodeSystem/vr-referral-status"
ROUTE = "OBR|1|||^Work needs\rOBX|1|CE|referral-route^Route^vr-referral-item||{0}^{0}^vr-referral-route||||||F"
SELF = {"PRD": "PRD|RP^Referring Provider^HL70286|Millward^John||||||"}
EMPLOYER = {"PRD": "PRD|RP|||||||||Dale Foods"}
JOB = "NK1|1||EMR^Employer^HL70063|||||||Driver|||Dale Foods\r"


def target(bundle: dict[str, Any], reference: dict[str, Any]) -> dict[str, Any]:
    return next(e["resource"] for e in bundle["entry"] if e["fullUrl"] == reference["reference"])


def answered(status: str, milestone: str = "", modified: str = "2026-11-17T08:59:00+00:00") -> bytes:
    task: dict[str, Any] = {"status": status, "lastModified": modified, "statusReason": {"text": "Because of this"}}
    if milestone:
        task["businessStatus"] = {"coding": [{"system": MILESTONES, "code": milestone}]}
    return referral_response(original=DRIVER.read_bytes(), task=task, service_request={}, control_id="ANS1", now=NOW)


def test_a_patient_who_refers_is_no_practitioner(message: Any) -> None:
    mapping = to_fhir(message(ROUTE.format("self"), **SELF))
    request = only(mapping.bundle, "ServiceRequest")
    assert target(mapping.bundle, request["requester"])["resourceType"] == "Patient"
    assert resources(mapping.bundle, "Practitioner") == resources(mapping.bundle, "PractitionerRole") == []
    assert {e.outcome for e in mapping.ledger if e.segment == "PRD[1]"} == {"mapped"}


@pytest.mark.parametrize(
    ("route", "provider"),
    [
        ("primary-care", SELF["PRD"]),
        ("self", "PRD|RP|Other^John"),
        ("self", "PRD|RP|Millward^John|||||9912345^GMC"),
        ("self", "PRD|RP|Millward^John||||||||Firm"),
        ("self", "PRD|PP|Millward^John"),
    ],
)
def test_nobody_else_becomes_the_patient(message: Any, route: str, provider: str) -> None:
    bundle = to_fhir(message(ROUTE.format(route), PRD=provider)).bundle
    assert len(resources(bundle, "Practitioner")) == 1


def test_what_is_not_the_patients_is_carried(message: Any) -> None:
    mapping = to_fhir(message(ROUTE.format("self"), PRD=SELF["PRD"].replace("||||||", "|||01632 960001^WPN^PH")))
    assert [e.outcome for e in mapping.ledger if e.path.startswith("PRD[1]-5")] == ["carried"] * 3


def test_a_self_referral_is_written_and_read_again(message: Any) -> None:
    bundle = to_fhir(message(ROUTE.format("self"), **SELF)).bundle
    written = to_hl7v2(bundle, version="2.4")
    assert written.loss == []
    assert parse(written.message).value("PRD-2.1") == "Millward"
    again = to_fhir(written.message).bundle
    assert target(again, only(again, "ServiceRequest")["requester"])["resourceType"] == "Patient"


def test_an_employer_who_refers_is_one_organisation(message: Any) -> None:
    bundle = to_fhir(message(JOB + ROUTE.format("employer"), **EMPLOYER)).bundle
    (firm,) = [each for each in resources(bundle, "Organization") if each.get("name") == "Dale Foods"]
    assert firm["meta"]["profile"][0].endswith("/VR-Employer")
    role = target(bundle, only(bundle, "ServiceRequest")["requester"])
    assert target(bundle, role["organization"]) == firm
    assert to_hl7v2(bundle, version="2.5.1").loss == []


def test_by_another_route_the_names_alone_say_nothing(message: Any) -> None:
    bundle = to_fhir(message(JOB + ROUTE.format("primary-care"), **EMPLOYER)).bundle
    assert len([each for each in resources(bundle, "Organization") if each.get("name") == "Dale Foods"]) == 2


@pytest.mark.parametrize(
    ("status", "milestone"),
    [
        ("received", "triaged"),
        ("accepted", "accepted"),
        ("on-hold", "accepted"),
        ("in-progress", "waiting"),
        ("in-progress", "assessed"),
        ("on-hold", "plan-agreed"),
        ("completed", "discharged"),
        ("failed", "discharged"),
        ("completed", "at-work"),
        ("rejected", "declined"),
        ("cancelled", "withdrawn"),
        ("in-progress", ""),
        ("on-hold", ""),
    ],
)
def test_every_state_comes_back_from_an_answer(status: str, milestone: str) -> None:
    data = answered(status, milestone)
    task = only(to_fhir(data).bundle, "Task")
    assert task["status"] == status
    codes = [c["code"] for c in task["businessStatus"]["coding"] if c.get("system") == MILESTONES]
    assert codes == ([milestone] if milestone else ["accepted"] if status not in ("rejected", "cancelled") else codes)
    if status in ("rejected", "cancelled", "on-hold", "failed"):
        assert task["statusReason"]["text"]


def test_only_what_table_0283_cannot_say_needs_an_element() -> None:
    assert parse(answered("accepted", "accepted")).all("OBX") == ()
    assert [s.value(5) for s in parse(answered("on-hold", "accepted")).all("OBX")] == ["on-hold", "Because of this"]


def test_an_answer_keeps_when_the_referral_began_and_why() -> None:
    referral, rri = parse(DRIVER.read_bytes()), parse(answered("accepted", "accepted", "2026-11-25T11:05:00+00:00"))
    assert rri.value("RF1-9") == referral.value("RF1-9") != ""
    assert [each.raw for each in rri.all("DG1")] == [each.raw for each in referral.all("DG1")] != []
    assert only(to_fhir(answered("accepted", "accepted")).bundle, "Task")["lastModified"] == "2026-11-17T09:00:00+00:00"


@pytest.mark.parametrize("state", [("accepted", "accepted"), ("rejected", "declined"), ("completed", "discharged")])
def test_an_answer_makes_a_bundle_without_errors(state: tuple[str, str]) -> None:
    bundle = to_fhir(answered(*state)).bundle
    assert [one.text for one in Validator().validate(bundle).issues if one.severity in ("error", "fatal")] == []
