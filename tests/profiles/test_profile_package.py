"""The compiled package is whole: index, metadata, and every canonical it names can be found."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vrfhir.definitions import Definitions
from vrfhir.profiles import CANONICAL, PACKAGE, PACKAGE_ID, artefacts, profile, profiles, version

FIRST_PROFILES = [
    "VR-Patient",
    "VR-Practitioner",
    "VR-PractitionerRole",
    "VR-Organization",
    "VR-Employer",
    "VR-Service",
    "VR-Prescription",
    "VR-ReferralTask",
    "VR-ReferralMessage",
    "VR-MessageHeader",
    "VR-Employment",
    "VR-WorkAbsence",
    "VR-FitnessForWork",
    "VR-Provenance",
]
ABSENT_IN_R4 = {
    "NamingSystem": {"url", "version", "experimental", "title"},
    "SearchParameter": {"title"},
    "ImplementationGuide": {"jurisdiction"},
}
WITHOUT_UK_CORE_PROFILE = {"Goal", "MeasureReport"}
LICENSED_ELSEWHERE = {"http://snomed.info/sct", "http://loinc.org", "http://unitsofmeasure.org"}


def load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


RESOURCES = {artefact.url or artefact.filename: load(artefact.path) for artefact in artefacts()}
STRUCTURES = [one for one in RESOURCES.values() if one["resourceType"] == "StructureDefinition"]


def strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a resource with the name of the element it stands in."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from strings(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part, key)
    elif isinstance(value, str):
        yield key, value


def test_the_index_lists_exactly_the_files() -> None:
    listed = {artefact.filename for artefact in artefacts()}
    there = {path.name for path in PACKAGE.glob("*.json")} - {"package.json", ".index.json"}
    assert listed == there
    assert all(artefact.filename == f"{artefact.resource_type}-{artefact.id}.json" for artefact in artefacts())


def test_the_manifest_names_the_package_and_its_parents() -> None:
    manifest = load(PACKAGE / "package.json")
    assert (manifest["name"], manifest["canonical"]) == (PACKAGE_ID, CANONICAL)
    assert manifest["fhirVersions"] == ["4.0.1"]
    assert {"hl7.fhir.r4.core", "fhir.r4.ukcore.staging"} == set(manifest["dependencies"])


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda one: one["id"])
def test_every_artefact_says_what_it_is(resource: dict[str, Any]) -> None:
    without = ABSENT_IN_R4.get(resource["resourceType"], set())
    assert not without & resource.keys()
    expected = {
        "url": f"{CANONICAL}/{resource['resourceType']}/{resource['id']}",
        "version": version(),
        "status": "draft",
        "experimental": False,
    }
    assert {key: resource[key] for key in expected if key not in without} == {
        key: value for key, value in expected.items() if key not in without
    }
    if "jurisdiction" not in without:
        assert resource["jurisdiction"][0]["coding"][0]["code"] == "GB"
    if "title" not in without:
        assert resource["title"].startswith("VR ")
    assert resource["description"].endswith(".")


WITHOUT_PURPOSE_IN_R4 = {"NamingSystem", "ImplementationGuide"}
ANSWERS = re.compile(r"[Ss]eeds? 00[0-4]|SI 19(76/615|85/1604)|UK GDPR|Equality Act 2010|Medical Evidence")
"""What an artefact is there for: a text the project began with, or a law."""


@pytest.mark.parametrize(
    "resource",
    [one for one in RESOURCES.values() if one["resourceType"] not in WITHOUT_PURPOSE_IN_R4],
    ids=lambda one: f"{one['resourceType']}-{one['id']}",
)
def test_every_artefact_says_which_seed_or_law_it_answers(resource: dict[str, Any]) -> None:
    purpose = resource["purpose"]
    assert purpose.endswith(".")
    assert ANSWERS.search(purpose), purpose
    assert purpose != resource["description"]


def test_no_two_artefacts_of_a_kind_share_their_purpose() -> None:
    told = [(one["resourceType"], one["purpose"]) for one in RESOURCES.values() if "purpose" in one]
    assert len(told) == len(set(told)) > 180


STATEMENTS = [one for one in RESOURCES.values() if one["resourceType"] == "CapabilityStatement"]
ELSEWHERE = {
    "VR-ReferralMessage": "messaging",
    "VR-MessageHeader": "messaging",
    "VR-EmployerStatement": "only inside a VR-EmployerDocument",
    "VR-Employee": "only inside a VR-EmployerDocument",
    "VR-EmployerAdvice": "only inside a VR-EmployerDocument",
}


def test_there_is_a_statement_for_a_sender_a_receiver_and_one_that_is_both() -> None:
    modes = {one["id"]: [rest["mode"] for rest in one["rest"]] for one in STATEMENTS}
    assert modes == {"vr-sender": ["client"], "vr-receiver": ["server"], "vr-hub": ["server"]}
    events = {one["url"] for one in RESOURCES.values() if one["resourceType"] == "MessageDefinition"}
    sent = {
        one["id"]: {(each["mode"], each["definition"]) for m in one["messaging"] for each in m["supportedMessage"]}
        for one in STATEMENTS
    }
    assert {definition for _, definition in sent["vr-sender"]} == events
    assert sent["vr-hub"] == {(mode, event) for mode in ("sender", "receiver") for event in events}
    swapped = {({"sender": "receiver", "receiver": "sender"}[mode], event) for mode, event in sent["vr-sender"]}
    assert sent["vr-receiver"] == swapped


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one["id"])
def test_statements_name_every_profile_search_parameter_and_operation(statement: dict[str, Any]) -> None:
    resources = {one["type"]: one for one in statement["rest"][0]["resource"]}
    named = {url for one in resources.values() for url in one["supportedProfile"]}
    assert {one.id for one in profiles() if one.url not in named} == set(ELSEWHERE)
    searches = {
        (kind, each["name"], each["definition"])
        for kind, one in resources.items()
        for each in one.get("searchParam", ())
        if "definition" in each
    }
    ours = [one for one in RESOURCES.values() if one["resourceType"] == "SearchParameter"]
    assert searches == {(base, one["code"], one["url"]) for one in ours for base in one["base"]}
    operations = {each["definition"] for one in resources.values() for each in one.get("operation", ())}
    defined = {one["url"] for one in RESOURCES.values() if one["resourceType"] == "OperationDefinition"}
    assert operations == (set() if statement["id"] == "vr-sender" else defined)


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda one: one["id"])
def test_statements_name_search_parameters_of_r4(statement: dict[str, Any]) -> None:
    definitions = Definitions.default()
    for one in statement["rest"][0]["resource"]:
        known = {each["code"]: each["type"] for each in definitions.search_parameters(one["type"])}
        for each in one.get("searchParam", ()):
            if "definition" not in each:
                assert known[each["name"]] == each["type"], (one["type"], each)


@pytest.mark.parametrize("structure", STRUCTURES, ids=lambda one: one["id"])
def test_structures_have_both_views_and_profiles_a_purpose(structure: dict[str, Any]) -> None:
    assert structure["snapshot"]["element"]
    assert structure["differential"]["element"]
    if structure["type"] != "Extension":
        assert structure["purpose"].endswith(".")
        assert "/UKCore-" in structure["baseDefinition"] or structure["type"] in WITHOUT_UK_CORE_PROFILE


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=lambda one: one["id"])
def test_every_canonical_resolves(resource: dict[str, Any]) -> None:
    definitions = Definitions.default()
    named = ("baseDefinition", "profile", "targetProfile", "valueSet", "source")
    missing = set()
    for key, value in strings(resource):
        if key not in named or not value.startswith("http"):
            continue
        canonical = value.partition("|")[0]
        if canonical in RESOURCES:
            continue
        found = definitions.resource(canonical, "ValueSet") if key == "valueSet" else definitions.structure(canonical)
        if found is None:
            missing.add(canonical)
    assert not own(missing), "artefacts of ours that do not exist"
    assert not {url for url in missing if "UKCore" in url or url.startswith("http://hl7.org/fhir/StructureDefinition/")}


def own(urls: set[str]) -> set[str]:
    return {url for url in urls if url.startswith(CANONICAL)}


def test_value_sets_name_code_systems_that_exist() -> None:
    definitions = Definitions.default()
    for value_set in RESOURCES.values():
        if value_set["resourceType"] != "ValueSet":
            continue
        for part in value_set["compose"]["include"]:
            system = RESOURCES.get(part["system"]) or definitions.resource(part["system"], "CodeSystem")
            assert system is not None or part["system"] in LICENSED_ELSEWHERE, part["system"]
            if part["system"].startswith(CANONICAL):
                known = {concept["code"] for concept in RESOURCES[part["system"]]["concept"]}
                assert {concept["code"] for concept in part.get("concept", [])} <= known


def test_maps_name_codes_that_exist() -> None:
    for concept_map in RESOURCES.values():
        if concept_map["resourceType"] != "ConceptMap":
            continue
        for group in concept_map["group"]:
            for system, codes in (
                (group["source"], {one["code"] for one in group["element"]}),
                (group["target"], {to["code"] for one in group["element"] for to in one["target"] if "code" in to}),
            ):
                if system.startswith(CANONICAL):
                    assert codes <= {concept["code"] for concept in RESOURCES[system]["concept"]}, concept_map["id"]


def test_maps_from_our_code_systems_leave_no_code_out() -> None:
    partial = {"vr-arrangement-to-snomed", "vr-event-to-bars"}
    for concept_map in RESOURCES.values():
        if concept_map["resourceType"] != "ConceptMap" or concept_map["id"] in partial:
            continue
        for group in concept_map["group"]:
            if group["source"].startswith(CANONICAL):
                known = {concept["code"] for concept in RESOURCES[group["source"]]["concept"]}
                assert {one["code"] for one in group["element"]} == known, concept_map["id"]


def test_messages_say_what_stands_in_the_focus() -> None:
    events = {one["code"] for one in RESOURCES[f"{CANONICAL}/CodeSystem/vr-message-event"]["concept"]}
    definitions = [one for one in RESOURCES.values() if one["resourceType"] == "MessageDefinition"]
    assert {one["eventCoding"]["code"] for one in definitions} == events
    for one in definitions:
        assert all(focus["profile"] in RESOURCES for focus in one["focus"])


def test_the_assessment_asks_enough_and_every_question_is_coded() -> None:
    form = RESOURCES[f"{CANONICAL}/Questionnaire/VR-WorkNeedsAssessment"]
    codes = {one["code"] for one in RESOURCES[f"{CANONICAL}/CodeSystem/vr-question"]["concept"]}
    questions = [item for group in form["item"] for item in group["item"]]
    assert len(questions) >= 60
    assert all(item["code"][0]["code"] == item["linkId"] for item in questions)
    assert {item["linkId"] for item in [*form["item"], *questions]} == codes


def test_fixed_codes_of_ours_are_defined() -> None:
    for structure in STRUCTURES:
        for element in structure["snapshot"]["element"]:
            for coding in element.get("patternCodeableConcept", {}).get("coding", []):
                if coding["system"].startswith(CANONICAL):
                    assert coding["code"] in {one["code"] for one in RESOURCES[coding["system"]]["concept"]}


def test_codes_have_a_display_and_a_definition() -> None:
    for system in RESOURCES.values():
        if system["resourceType"] == "CodeSystem":
            codes = [concept["code"] for concept in system["concept"]]
            assert len(codes) == len(set(codes))
            assert system["caseSensitive"] is True
            assert system["content"] == "complete"
            for concept in system["concept"]:
                assert concept["display"]
                assert concept["definition"].endswith(".")


def test_invariants_are_sentences_with_one_meaning_for_each_id() -> None:
    meaning: dict[str, tuple[str, str]] = {}
    for structure in STRUCTURES:
        for element in structure["differential"]["element"]:
            for rule in element.get("constraint", []):
                assert re.fullmatch(r"vr-[a-z0-9]+-[0-9]+", rule["key"])
                assert rule["human"].endswith(".")
                assert rule["severity"] in ("error", "warning")
                assert meaning.setdefault(rule["key"], (rule["human"], rule["expression"])) == (
                    rule["human"],
                    rule["expression"],
                )
    assert len(meaning) >= 30


def test_the_registry_finds_profiles_by_id_and_canonical() -> None:
    assert [one.id for one in profiles("Organization")] == ["VR-Employer", "VR-Organization"]
    for name in FIRST_PROFILES:
        found = profile(name)
        assert found is not None
        assert profile(f"{found.url}|{version()}") == found
        assert found.path.is_file()
    assert profile("VR-Patient|9.9.9") is None
    assert profile("Extension-VR-SupportLevel") is None


def test_nothing_is_minted_under_a_base_of_others() -> None:
    named = {one.get("url") or one["uniqueId"][0]["value"] for one in RESOURCES.values()}
    assert all(url.startswith(CANONICAL + "/") for url in named)
