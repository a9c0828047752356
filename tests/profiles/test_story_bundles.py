"""What the stories send: Bundles are made from the story's files, tell the loop in order, and leak nothing to employers."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from story_files import ROOT, STORIES, bundles, entry, generator, load, nodes, resources, target

from vrfhir.workflow import TRANSITIONS

EXPECTED: dict[str, tuple[str, str]] = {
    "breast-cancer": ("request response update report", "report"),
    "call-centre-worker": ("request fit-note response status-update", "fit-note report employer"),
    "cancelled": ("request response cancel response", ""),
    "declined": ("request response", ""),
    "driver": ("request response status-update report", "fit-note fit-note report report employer"),
    "employer-referral": ("request response report", "report employer"),
    "ms-not-now": ("request response", ""),
    "self-referral": ("request response", ""),
    "solicitor": ("request response report", "fit-note report employer"),
    "supermarket-worker": ("request response", "fit-note"),
    "trauma": ("request response", "rehabilitation-prescription"),
}
"""Each story: the events of its messages and the kinds of its documents, in the order of time."""

story = pytest.mark.parametrize("folder", STORIES, ids=lambda one: one.name)


def test_every_story_of_a_person_is_here() -> None:
    assert {folder.name for folder in STORIES} == set(EXPECTED)


@story
def test_made_files_are_what_the_recipe_makes(folder: Path) -> None:
    made = generator().story_files(folder)
    assert made
    assert [path.name for path, content in made.items() if path.read_bytes() != content] == []
    kept = {folder / "fhir" / f"{name}.json" for kind in ("message", "document") for name in bundles(folder, kind)}
    assert kept == {path for path in made if path.suffix == ".json"}


@story
def test_entries_are_the_files_of_the_story(folder: Path) -> None:
    alone = [one for one in resources(folder).values() if one["resourceType"] != "Bundle"]
    for bundle in (*bundles(folder, "message").values(), *bundles(folder, "document").values()):
        inside = [each["resource"] for each in bundle["entry"]]
        header = bundle["type"] == "message"
        assert all(one in alone for one in inside[header:])
        assert len({(one["resourceType"], one["id"]) for one in inside}) == len(inside)


@story
def test_everything_declares_its_profile(folder: Path) -> None:
    for one in resources(folder).values():
        held = [each["resource"] for each in one["entry"]] if "entry" in one else []
        assert all(each["meta"]["profile"] for each in (one, *held))


@story
def test_messages_and_documents_are_those_the_story_needs(folder: Path) -> None:
    messages = sorted(bundles(folder, "message").values(), key=lambda one: str(one["timestamp"]))
    events = [one["entry"][0]["resource"]["eventCoding"]["code"].removeprefix("referral-") for one in messages]
    documents = sorted(bundles(folder, "document").values(), key=lambda one: str(one["timestamp"]))
    assert (" ".join(events), sorted(map(_kind, documents))) == (
        EXPECTED[folder.name][0],
        sorted(EXPECTED[folder.name][1].split()),
    )


def _kind(document: dict[str, Any]) -> str:
    code = document["entry"][0]["resource"]["type"]["coding"][0]["code"]
    kinds = {"772786005": "fit-note", "employer-statement": "employer"}
    return kinds.get(code) or code.replace("assessment-", "").replace("discharge-", "")


@story
def test_every_fit_note_has_its_document(folder: Path) -> None:
    statements = {
        f"Observation/{one['id']}"
        for one in resources(folder).values()
        if any(each.endswith("/VR-FitnessForWork") for each in one.get("meta", {}).get("profile", ()))
    }
    documents = [one for one in bundles(folder, "document").values() if _kind(one) == "fit-note"]
    advised = {f"Observation/{entry(one, 'Observation')['id']}" for one in documents}
    assert advised == statements


@story
def test_the_task_moves_as_the_loop_allows(folder: Path) -> None:
    messages = sorted(bundles(folder, "message").values(), key=lambda one: str(one["timestamp"]))
    states = [
        each["resource"]["status"]
        for one in messages
        for each in one["entry"]
        if each["resource"]["resourceType"] == "Task"
    ]
    assert states
    for before, after in pairwise(states):
        assert before == after or after in _reachable(before), (before, after)


def _reachable(status: str) -> set[str]:
    found: set[str] = set()
    ahead = [status]
    while ahead:
        for following in TRANSITIONS[ahead.pop()].keys() - found:
            found.add(following)
            ahead.append(following)
    return found


@story
def test_an_answer_names_the_message_it_answers(folder: Path) -> None:
    headers = [one["entry"][0]["resource"] for one in bundles(folder, "message").values()]
    answered = {one["response"]["identifier"] for one in headers if "response" in one}
    asked = {one["id"]: one for one in headers if one["eventCoding"]["code"] in ("referral-request", "referral-cancel")}
    assert answered
    assert answered == set(asked)


def test_identifiers_of_bundles_are_unique() -> None:
    made = [one for folder in STORIES for kind in ("message", "document") for one in bundles(folder, kind).values()]
    values = [one["identifier"]["value"] for one in made]
    assert len(values) == len(set(values))
    messages = [one["entry"][0]["resource"]["id"] for one in made if one["type"] == "message"]
    assert len(messages) == len(set(messages))


@story
def test_provenance_says_where_each_prescription_came_from(folder: Path) -> None:
    found = [one for one in resources(folder).values() if one["resourceType"] == "Provenance"]
    prescriptions = {one["id"] for one in resources(folder).values() if one["resourceType"] == "ServiceRequest"}
    targets = {each["reference"] for one in found for each in one["target"]}
    assert {f"ServiceRequest/{each}" for each in prescriptions} <= targets
    assert all(one["entity"][0]["role"] == "source" for one in found)


@story
def test_the_employers_document_tells_nothing_clinical(folder: Path) -> None:
    documents = [one for one in bundles(folder, "document").values() if _kind(one) == "employer"]
    hidden = _hidden(folder)
    for document in documents:
        content = str(document)
        assert [text for text in hidden if text in content] == []
        consent = target_consent(document)
        assert consent in [
            one["identifier"][0] for one in resources(folder).values() if one["resourceType"] == "Consent"
        ]


def target_consent(document: dict[str, Any]) -> dict[str, str]:
    statement = document["entry"][0]["resource"]
    identifier: dict[str, str] = statement["extension"][0]["valueReference"]["identifier"]
    return identifier


def _hidden(folder: Path) -> list[str]:
    """Numbers, conditions, reasons and notes of the clinical record."""
    found = []
    for one in resources(folder).values():
        if one["resourceType"] == "Patient":
            found += [each["value"] for each in one.get("identifier", ())] + [
                one[k] for k in ("birthDate",) if k in one
            ]
        if one["resourceType"] == "Condition":
            found += [one["code"]["text"], *(each["text"] for each in one.get("note", ()))]
        if one["resourceType"] == "ServiceRequest":
            found += [each["text"] for each in (*one.get("reasonCode", ()), *one.get("note", ()))]
        if one["resourceType"] == "Observation" and "fitness-for-work" in str(one["code"]):
            found += [each["text"] for each in one.get("note", ())]
    assert found
    return found


def test_not_now_says_when_to_ask_again() -> None:
    for name in ("ms-not-now", "supermarket-worker"):
        wish = _wish(load(ROOT / "examples" / name / "fhir" / "prescription.json"))
        assert (wish["wish"]["coding"][0]["code"], bool(wish["reviewDate"])) == ("not-now", True)


def _wish(prescription: dict[str, Any]) -> dict[str, Any]:
    parts = next(each["extension"] for each in prescription["extension"] if each["url"].endswith("-PatientWish"))
    return {each["url"]: next(value for key, value in each.items() if key.startswith("value")) for each in parts}


def test_a_refusal_names_the_service_that_fits() -> None:
    folder = ROOT / "examples" / "declined"
    bundle = bundles(folder, "message")["message-referral-response"]
    task = entry(bundle, "Task")
    service = target(bundle, task["output"][0]["valueReference"])
    assert (task["status"], service["resourceType"]) == ("rejected", "HealthcareService")
    assert service["name"] in task["statusReason"]["text"]
    assert service["telecom"][0]["value"] in task["statusReason"]["text"]


def test_the_rehabilitation_prescription_is_the_basis() -> None:
    folder = ROOT / "examples" / "trauma"
    document = bundles(folder, "document")["rehabilitation-prescription-document"]
    reference = resources(folder)["rehabilitation-prescription"]
    assert reference["masterIdentifier"] == document["identifier"]
    assert reference["content"][0]["attachment"]["url"].endswith(f"Bundle/{document['id']}")
    based = [
        each["reference"] for each in nodes(resources(folder)["prescription"]["supportingInfo"]) if "reference" in each
    ]
    assert f"DocumentReference/{reference['id']}" in based
    titles = [each["title"] for each in document["entry"][0]["resource"]["section"]]
    assert "Vocational needs" in titles


@story
def test_the_readme_names_every_file(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    files = {path.stem for path in folder.glob("fhir/*.json")} | {path.name for path in folder.glob("hl7v2/*.hl7")}
    assert {name for name in files if f"`{name}`" not in text} == set()
    named = {
        name for part in re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE) for name in re.findall(r"`([^`]+)`", part)
    }
    assert named - files == set()


@story
def test_the_readme_expects_the_level_that_the_prescription_says_was_suggested(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    expected = re.search(r"^Expected suggestion of the support level: \*\*(\w+)\*\*", text, re.MULTILINE)
    assert expected is not None
    index = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert f"| `{folder.name}/` | {expected[1]} " in index
    levels = next(
        each["extension"]
        for each in resources(folder)["prescription"]["extension"]
        if each["url"].endswith("-SupportLevel")
    )
    codes = {
        each["url"]: each["valueCodeableConcept"]["coding"][0]["code"] for each in levels if "valueString" not in each
    }
    assert codes.get("suggestedLevel", codes["level"]) == expected[1]
    assert (codes["level"] != expected[1]) == ("overrideReason" in str(levels))


@story
def test_the_index_tells_the_messages(folder: Path) -> None:
    index = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    row = next(line for line in index.splitlines() if line.startswith(f"| `{folder.name}/` |") and line.count("|") == 6)
    events, messages = row.split("|")[3].strip(), row.split("|")[5]
    assert (
        events.replace(",", "").replace("fit note", "fit-note").replace("status update", "status-update")
        == EXPECTED[folder.name][0]
    )
    triggers = {path.stem.split("-")[1].upper() for path in folder.glob("hl7v2/*.hl7")}
    assert triggers == set(re.findall(r"I1[2-5]|T02|S12", messages))
