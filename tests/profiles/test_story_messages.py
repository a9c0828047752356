"""The stories as HL7 v2: each referral maps without loss to a valid Bundle that says what the FHIR resources say."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from story_files import ROOT, STORIES, generator, load, resources, target, validator

from vrfhir.errors import UnreadableError
from vrfhir.fhir.json import serialize
from vrfhir.hl7v2 import check_fields, check_header, match_structure, parse
from vrfhir.issues import has_errors
from vrfhir.mappers import Mapping, referral_response, to_fhir
from vrfhir.profiles import CANONICAL

PRESCRIPTIONS = {
    ("breast-cancer", "ref-i13"): "prescription-updated",
    ("cancelled", "ref-i12"): "prescription-sent",
}
"""The version of the prescription that a message sends; elsewhere there is one."""

REFERRALS = sorted(
    path for folder in STORIES for path in folder.glob("hl7v2/ref-*.hl7") if not path.stem.startswith("ref-i12-wrong")
)
DOCUMENTS = sorted(path for folder in STORIES for path in folder.glob("hl7v2/mdm-*.hl7"))
APPOINTMENTS = sorted(path for folder in STORIES for path in folder.glob("hl7v2/siu-*.hl7"))
ANSWERS = [(folder, row) for folder in STORIES for row in generator().Story(folder).recipe["answer"]]

NOT_YET_VALID: dict[str, str] = {}
"""What the mapper cannot do yet; strict, so an entry goes when it can."""

LOOSE = {"driver/ref-i12": {"VR-V2-0120", "VR-V2-0121", "VR-V2-0203"}}
"""Where a message is not quite as its standard wants, as real ones are: PD1 and NTE where REF has no place for them."""

referral = pytest.mark.parametrize("path", REFERRALS, ids=lambda one: f"{one.parts[-3]}/{one.stem}")
answer = pytest.mark.parametrize(("folder", "row"), ANSWERS, ids=lambda one: getattr(one, "name", None) or one["file"])


def mapped(path: Path) -> Mapping:
    return to_fhir(path.read_bytes())


def sent(path: Path) -> dict[str, Any]:
    """The FHIR prescription of the story that the message sends."""
    name = PRESCRIPTIONS.get((path.parts[-3], path.stem), "prescription")
    return resources(path.parents[1])[name]


def received(bundle: dict[str, Any], resource_type: str = "ServiceRequest") -> dict[str, Any]:
    found: dict[str, Any] = next(
        each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == resource_type
    )
    return found


def test_every_story_has_a_referral_and_its_answer() -> None:
    assert {path.parts[-3] for path in REFERRALS} == {folder.name for folder in STORIES}
    assert {(folder, row["to"]) for folder, row in ANSWERS} == {(path.parents[1], path.stem) for path in REFERRALS}


@referral
def test_no_value_is_lost(path: Path) -> None:
    mapping = mapped(path)
    assert mapping.ledger.unaccounted == []
    assert not has_errors(mapping.issues)
    assert parse(path.read_bytes()).encode() == path.read_bytes()


@pytest.mark.parametrize(
    "path",
    [*REFERRALS, *DOCUMENTS, *APPOINTMENTS, *(folder / "hl7v2" / f"{row['file']}.hl7" for folder, row in ANSWERS)],
    ids=lambda one: f"{one.parts[-3]}/{one.stem}",
)
def test_the_message_is_as_its_version_of_hl7_v2_wants(path: Path) -> None:
    message = parse(path.read_bytes())
    found = [*message.issues, *check_header(message), *match_structure(message).issues, *check_fields(message)]
    assert {issue.id for issue in found} == LOOSE.get(f"{path.parts[-3]}/{path.stem}", set())


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(
            path,
            id=f"{path.parts[-3]}/{path.stem}",
            marks=[pytest.mark.xfail(reason=NOT_YET_VALID[path.parts[-3]], strict=True)]
            if path.parts[-3] in NOT_YET_VALID
            else [],
        )
        for path in REFERRALS
    ],
)
def test_the_bundle_is_valid(path: Path) -> None:
    bundle = mapped(path).bundle
    assert received(bundle)["meta"]["profile"] == [f"{CANONICAL}/StructureDefinition/VR-Prescription"]
    report = validator().validate(serialize(bundle))
    assert [(issue.id, issue.expression) for issue in report.issues if issue.severity in ("error", "fatal")] == []


@referral
def test_the_person_is_the_same(path: Path) -> None:
    bundle = mapped(path).bundle
    there = target(bundle, received(bundle)["subject"])
    here = resources(path.parents[1])["patient"]
    assert {_number(each) for each in here["identifier"] if "gp.example" not in each["system"]} <= {
        _number(each) for each in there["identifier"]
    }
    assert (there["birthDate"], there["gender"]) == (here["birthDate"], here["gender"])
    assert (there["name"][0]["family"], there["name"][0]["given"]) == (
        here["name"][0]["family"],
        here["name"][0]["given"],
    )


@referral
def test_the_practice_of_the_patient_is_the_same(path: Path) -> None:
    bundle, folder = mapped(path).bundle, resources(path.parents[1])
    there = [target(bundle, each) for each in target(bundle, received(bundle)["subject"])["generalPractitioner"]]
    practices = [target(bundle, each["organization"]) if "organization" in each else each for each in there]
    wanted = folder["patient"]["generalPractitioner"][0]["reference"].removeprefix("Organization/")
    name = next(one["name"] for one in folder.values() if one.get("id") == wanted)
    assert name in [each["name"] for each in practices if isinstance(each["name"], str)]


def _number(identifier: dict[str, Any]) -> tuple[str, str]:
    return identifier["system"], identifier["value"]


@referral
def test_the_prescription_is_the_same(path: Path) -> None:
    there, here = received(mapped(path).bundle), sent(path)
    assert here["identifier"][0]["value"] in [each["value"] for each in there["identifier"]]
    assert _codes([there["code"]]) == _codes([here["code"]])
    assert datetime.fromisoformat(there["authoredOn"]) == datetime.fromisoformat(here["authoredOn"])
    assert _interventions(there) == _interventions(here)
    assert _interventions(here)


def _codes(concepts: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(each["system"], each["code"]) for concept in concepts for each in concept.get("coding", ())}


def _interventions(prescription: dict[str, Any]) -> set[str]:
    system = f"{CANONICAL}/CodeSystem/vr-intervention"
    codings = [each for concept in prescription["orderDetail"] for each in concept["coding"]]
    return {each["code"] for each in codings if each["system"] == system}


@referral
def test_the_reason_is_the_same(path: Path) -> None:
    bundle, folder = mapped(path).bundle, resources(path.parents[1])
    there, here = received(bundle), sent(path)
    conditions = {f"Condition/{one['id']}": one for one in folder.values() if one["resourceType"] == "Condition"}
    wanted = [(conditions[each["reference"]]["code"]["text"]) for each in here.get("reasonReference", ())]
    assert [target(bundle, each)["code"]["text"] for each in there.get("reasonReference", ())] == wanted
    words = [each["text"] for each in here.get("reasonCode", ())]
    assert [each["text"] for each in there.get("reasonCode", ()) if "text" in each] == words
    assert wanted or words


@referral
def test_the_requester_is_the_same(path: Path) -> None:
    bundle, here = mapped(path).bundle, sent(path)
    by_reference = {
        f"{one['resourceType']}/{one['id']}": one for one in resources(path.parents[1]).values() if "id" in one
    }
    wanted = by_reference[here["requester"]["reference"]]
    role = target(bundle, received(bundle)["requester"])
    if wanted["resourceType"] == "Patient":
        assert role["resourceType"] == "Patient"
        assert _said(role) == _said(wanted)
        return
    organization = target(bundle, role["organization"])["name"] if "organization" in role else None
    person = _said(target(bundle, role["practitioner"])) if "practitioner" in role else None
    if wanted["resourceType"] == "PractitionerRole":
        practitioner = by_reference[wanted["practitioner"]["reference"]]
        assert person == _said(practitioner)
        assert organization == by_reference[wanted["organization"]["reference"]]["name"]
        numbers = {_number(each) for each in target(bundle, role["practitioner"])["identifier"]}
        assert {_number(each) for each in practitioner["identifier"]} <= numbers
    else:
        assert (person, organization) == (None, wanted["name"])
        assert len([each for each in _all(bundle, "Organization") if each.get("name") == wanted["name"]]) == 1


def _all(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == kind]


def _said(person: dict[str, Any]) -> str:
    name = person["name"][0]
    return str(name.get("text") or " ".join([*name.get("given", [])[:1], name["family"]]))


def _map(name: str) -> dict[str, str]:
    content = load(ROOT / "vrfhir" / "profiles" / "package" / f"ConceptMap-vr-{name}.json")
    return {each["code"]: each["target"][0]["code"] for group in content["group"] for each in group["element"]}


@referral
def test_the_priority_is_the_same_as_far_as_table_0280_goes(path: Path) -> None:
    there, here = received(mapped(path).bundle), sent(path)
    code = _map("priority-to-v2")[here["priority"]]
    assert parse(path.read_bytes()).value("RF1-2.1") == code
    assert there["priority"] == _map("priority-from-v2")[code]
    assert _priority_reason(there) == _priority_reason(here)


def _priority_reason(prescription: dict[str, Any]) -> list[str]:
    extensions = prescription.get("_priority", {}).get("extension", ())
    return [each["valueCodeableConcept"]["text"] for each in extensions if "PriorityReason" in each["url"]]


@referral
def test_level_wish_and_the_other_items_are_the_same(path: Path) -> None:
    there, here = _items(received(mapped(path).bundle)), _items(sent(path))
    # the driver's message is older than the items of the pathway: it says less, and nothing else
    assert there.items() <= here.items() if path.parts[-3] == "driver" else there == here
    assert there["SupportLevel.level"] == here["SupportLevel.level"]
    assert "PatientWish.wish" in there


def _items(prescription: dict[str, Any]) -> dict[str, frozenset[str]]:
    """The VR extensions of a prescription: codes, words and dates by name."""
    found: dict[str, set[str]] = {}
    for extension in prescription["extension"]:
        if "/Extension-VR-" not in extension["url"] or extension["url"].endswith("-V2Content"):
            continue
        name = extension["url"].rpartition("-VR-")[2]
        for part in extension.get("extension", [extension]):
            key = name if part is extension else f"{name}.{part['url']}"
            value = next(value for element, value in part.items() if element.startswith("value"))
            found.setdefault(key, set()).add(value["coding"][0]["code"] if isinstance(value, dict) else str(value))
    return {name: frozenset(values) for name, values in found.items()}


@referral
def test_the_fit_note_is_the_same(path: Path) -> None:
    statements = [
        each["resource"]
        for each in mapped(path).bundle["entry"]
        if "VR-FitnessForWork" in str(each["resource"].get("meta"))
    ]
    folder = [
        one
        for one in resources(path.parents[1]).values()
        if "VR-FitnessForWork" in str(one.get("meta")) and "DuplicateOf" not in str(one["extension"])
    ]
    assert len(statements) == len(folder)
    for there, here in zip(statements, folder, strict=True):
        assert _codes([there["valueCodeableConcept"]]) == _codes([here["valueCodeableConcept"]])
        assert there["effectivePeriod"] == here["effectivePeriod"]
        assert datetime.fromisoformat(there["issued"]) == datetime.fromisoformat(here["issued"])
        assert [each["text"] for each in there["note"]] == [each["text"] for each in here["note"]]
        assert _ticked(there) == _ticked(here)
        assert _issuer(there) == _issuer(here)


def _ticked(statement: dict[str, Any]) -> set[tuple[str, str]]:
    """What was ticked or said beside the advice; a box that is not ticked need not be sent."""
    found = set()
    for component in statement["component"]:
        value = next(value for element, value in component.items() if element.startswith("value"))
        said = value["coding"][0]["code"] if isinstance(value, dict) else str(value)
        if said != "False":
            found.add((component["code"]["coding"][0]["code"], said))
    return found


def _issuer(statement: dict[str, Any]) -> str:
    return next(
        str(each["valueCodeableConcept"]["coding"][0]["code"])
        for each in statement["extension"]
        if each["url"].endswith("-IssuerProfession")
    )


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda one: f"{one.parts[-3]}/{one.stem}")
def test_the_fit_note_by_itself_says_the_same(path: Path) -> None:
    message, folder = parse(path.read_bytes()), resources(path.parents[1])
    note = folder["fit-note"]
    advice = next(each for each in note["section"] if each["code"]["coding"][0]["code"] == "advice")
    statement = next(
        one for one in folder.values() if advice["entry"][0]["reference"] == f"Observation/{one.get('id')}"
    )
    said = {segment.value(3) or "": segment.value(5) or "" for segment in message.all("OBX")}
    assert message.value("PID-3.1") == folder["patient"]["identifier"][0]["value"]
    assert message.value("TXA-4") == statement["issued"][:19].translate(str.maketrans("", "", "-:T"))
    assert said.pop("fitness-for-work") == statement["valueCodeableConcept"]["coding"][0]["code"]
    assert said.pop("issuer-profession") == _issuer(statement)
    assert said.pop("condition") in str(note["section"])
    assert said.pop("period") == statement["effectivePeriod"]["start"].replace("-", "")
    ticks = {(code, {"Y": "True"}.get(value, value)) for code, value in said.items() if value != "N"}
    assert ticks == {each for each in _ticked(statement) if each[0] != "assessment-date"}
    assert [segment.value(3) for segment in message.all("NTE")] == [each["text"] for each in statement["note"]]


@pytest.mark.parametrize("path", APPOINTMENTS, ids=lambda one: f"{one.parts[-3]}/{one.stem}")
def test_the_appointment_by_itself_says_the_same(path: Path) -> None:
    message, folder = parse(path.read_bytes()), resources(path.parents[1])
    appointment = folder["appointment"]
    digits = str.maketrans("", "", "-:T")
    assert message.value("SCH-2.1") == appointment["identifier"][0]["value"]
    assert message.value("SCH-7.2") == appointment["description"]
    assert message.value("SCH-26.1") == folder["prescription"]["identifier"][0]["value"]
    assert message.value("SCH-11.4") == message.value("AIP-6") == appointment["start"][:19].translate(digits)
    assert message.value("SCH-11.5") == appointment["end"][:19].translate(digits)
    assert message.value("PID-3.1") == folder["patient"]["identifier"][0]["value"]
    assert message.value("AIP-3.1") == folder["therapist"]["identifier"][0]["value"]
    assert message.value("NTE-3") == appointment["comment"]


@pytest.mark.parametrize("path", [*DOCUMENTS, *APPOINTMENTS], ids=lambda one: f"{one.parts[-3]}/{one.stem}")
def test_the_readme_says_what_is_not_mapped(path: Path) -> None:
    lines = (path.parents[1] / "README.md").read_text(encoding="utf-8").splitlines()
    told = any("not mapped yet" in line for line in lines if line.startswith(f"| `{path.name}`"))
    try:
        mapping = mapped(path)
    except UnreadableError:
        assert told
        return
    assert not told
    assert mapping.ledger.unaccounted == []


@answer
def test_the_answer_is_what_vrfhir_sends(folder: Path, row: dict[str, Any]) -> None:
    task, prescription = resources(folder)[row["task"]], resources(folder)[row["prescription"]]
    made = referral_response(
        original=(folder / "hl7v2" / f"{row['to']}.hl7").read_bytes(),
        task=task,
        service_request=prescription,
        control_id=row["control"],
        now=datetime.fromisoformat(row["time"]),
    )
    assert (folder / "hl7v2" / f"{row['file']}.hl7").read_bytes() == made


@answer
def test_the_answer_tells_what_became_of_the_referral(folder: Path, row: dict[str, Any]) -> None:
    asked = parse((folder / "hl7v2" / f"{row['to']}.hl7").read_bytes())
    path = folder / "hl7v2" / f"{row['file']}.hl7"
    said, task = parse(path.read_bytes()), resources(folder)[row["task"]]
    assert (said.value("MSA-1"), said.value("MSA-2")) == ("AA", asked.control_id)
    assert (
        said.value("RF1-6.1")
        == asked.value("RF1-6.1")
        == resources(folder)[row["prescription"]]["identifier"][0]["value"]
    )
    assert said.value("RF1-1.4") == task["businessStatus"]["coding"][0]["code"]
    words = [segment.value(3) for segment in said.all("NTE")]
    assert all(text in words for text in _words(task))
    mapping = mapped(path)
    assert mapping.ledger.unaccounted == []
    assert not has_errors(mapping.issues)
    assert received(mapping.bundle, "Task")["status"] == task["status"]
    header = received(mapping.bundle, "MessageHeader")
    assert header["response"]["identifier"] == asked.control_id


def _words(task: dict[str, Any]) -> list[str]:
    reason = [task["statusReason"]["text"]] if "statusReason" in task else []
    return reason + [each["text"] for each in task.get("note", ())]


def test_the_wrong_messages_are_wrong() -> None:
    folder = ROOT / "examples" / "driver" / "hl7v2"
    found = {path.stem: {each.id for each in mapped(path).issues} for path in sorted(folder.glob("ref-i12-wrong*.hl7"))}
    assert found == {
        "ref-i12-wrong": {"VR-V2-0505", "VR-V2-0510", "VR-V2-0521"},
        "ref-i12-wrong-nhs-number": {"VR-V2-0510"},
    }
