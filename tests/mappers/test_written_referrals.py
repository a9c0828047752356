"""FHIR to HL7 v2 and back: the example Bundles come back equal, and foreign readers accept what is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
from mapped_messages import DRIVER, ROOT
from same_content import missing

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import match_structure, parse
from vrfhir.mappers import to_fhir, to_hl7v2

BUNDLES = sorted((ROOT / "examples").glob("*/fhir/message-*.json"))
VERSIONS = ("2.4", "2.5.1")
STRICT_EXCEPTIONS = {
    "OBX-5 of type FT or TX longer than 199": "hl7apy checks it as ST, although its own FT and TX hold 65536 characters",
}
"""What hl7apy's strict validation says wrongly, and why it is wrong; the test shortens such texts and checks all the rest."""


def without_the_exceptions(text: str) -> str:
    """OBX-5 of type FT and TX cut to what hl7apy takes for their length."""
    lines = [line.split("|") for line in text.split("\r")]
    for fields in lines:
        if fields[0] == "OBX" and fields[2] in ("FT", "TX") and len(fields[5]) > 199:
            fields[5] = fields[5].replace("\\", "/")[:199]
    return "\r".join("|".join(fields) for fields in lines)


def bundle_of(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def name_of(path: Path) -> str:
    return f"{path.parent.parent.name}-{path.stem}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", BUNDLES, ids=name_of)
def test_every_element_of_an_example_comes_back_equal(path: Path, version: str) -> None:
    bundle = bundle_of(path)
    written = to_hl7v2(bundle, version=version)
    again = to_fhir(written.message)
    assert written.loss == []
    assert missing(bundle, again.bundle) == []
    assert again.ledger.unaccounted == []
    assert again.bundle["type"] == "message"
    assert {name: again.bundle[name] for name in ("identifier", "timestamp")} == {
        name: bundle[name] for name in ("identifier", "timestamp")
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", BUNDLES, ids=name_of)
def test_hl7apy_finds_no_fault_in_what_is_written(path: Path, version: str) -> None:
    text = to_hl7v2(bundle_of(path), version=version).message.decode("utf-8")
    message = parse_message(without_the_exceptions(text), validation_level=VALIDATION_LEVEL.STRICT)
    message.validate()
    assert message.version == version


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", BUNDLES, ids=name_of)
def test_the_structure_is_the_one_msh_9_names(path: Path, version: str) -> None:
    message = parse(to_hl7v2(bundle_of(path), version=version).message)
    assert message.version == version
    assert [issue for issue in match_structure(message).issues if issue.severity == "error"] == []


@pytest.mark.parametrize("path", BUNDLES, ids=name_of)
def test_fhir_resources_reads_every_resource_that_comes_back(path: Path) -> None:
    again = to_fhir(to_hl7v2(bundle_of(path)).message).bundle
    for entry in again["entry"]:
        resource = json.loads(json.dumps(entry["resource"], default=float))
        resource.pop("text", None)
        model = get_fhir_model_class(resource["resourceType"])(**resource)
        assert model.id == resource["id"]


@pytest.mark.parametrize("path", BUNDLES, ids=name_of)
def test_equal_bundles_give_equal_bytes(path: Path) -> None:
    assert to_hl7v2(bundle_of(path)).message == to_hl7v2(bundle_of(path)).message


def test_what_a_reader_of_hl7_v2_needs_has_fields_of_its_own() -> None:
    message = parse(to_hl7v2(bundle_of(ROOT / "examples/driver/fhir/message-referral-request.json")).message)
    values = {
        path: message.value(path)
        for path in (
            "PID-3.1",
            "PID-5.1",
            "PID-7",
            "RF1-3.1",
            "NK1-3.1",
            "NK1-10",
            "NK1-13",
            "PRD-1.1",
            "PRD-2.1",
            "PRD-7.1",
        )
    }
    assert values == {
        "PID-3.1": "9000004128",
        "PID-5.1": "Millward",
        "PID-7": "19790314",
        "RF1-3.1": "18781004",
        "NK1-3.1": "EMR",
        "NK1-10": "Lorry driver for a distribution company, with loading and unloading",
        "NK1-13": "Northway Haulage Ltd",
        "PRD-1.1": "RP",
        "PRD-2.1": "Okafor",
        "PRD-7.1": "9900417",
    }
    items = {
        segment.value(3): segment.value(5)
        for segment in message.all("OBX")
        if segment.value(3, 1, 3) == "vr-referral-item"
    }
    assert items["support-level"] == "B"
    assert items["referral-route"] == "primary-care"
    assert items["referral-trigger"]


def test_work_needs_answers_are_one_obx_each_with_their_question() -> None:
    bundle = bundle_of(ROOT / "examples/call-centre-worker/fhir/message-status-update.json")
    message = parse(to_hl7v2(bundle).message)
    asked = {segment.value(3): (segment.value(3, 1, 2), segment.value(5)) for segment in message.all("OBX")}
    assert asked["job-title"] == ("What is your job?", "Call centre adviser")
    assert asked["absence-since"] == ("Since when?", "20261026")


def test_without_elements_every_loss_is_named_and_refused() -> None:
    bundle = bundle_of(ROOT / "examples/driver/fhir/message-referral-request.json")
    with pytest.raises(UnreadableError) as refused:
        to_hl7v2(bundle, elements=False)
    assert [issue.id for issue in refused.value.issues] == ["VR-V2-0542"]
    written = to_hl7v2(bundle, elements=False, allow_loss=True)
    assert written.counts["lost"] == len(written.loss) > 0
    assert any(loss.path.startswith("component") for loss in written.loss)
    assert "99VRE" not in written.message.decode()


def test_control_characters_are_a_loss_and_not_a_changed_text() -> None:
    bundle = bundle_of(ROOT / "examples/cancelled/fhir/message-referral-cancel.json")
    patient = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    patient["contact"] = [{"name": {"text": " leading blank"}}]
    with pytest.raises(UnreadableError):
        to_hl7v2(bundle)
    lost = to_hl7v2(bundle, allow_loss=True).loss
    assert [(loss.resource.split("/")[0], loss.path) for loss in lost] == [("Patient", "contact[0].name.text")]


@pytest.mark.parametrize(
    ("bundle", "rule"),
    [
        ({"resourceType": "Patient"}, "VR-V2-0543"),
        ({"resourceType": "Bundle", "entry": []}, "VR-V2-0543"),
        ({"resourceType": "Bundle", "entry": [{"resource": None}]}, "VR-V2-0543"),
    ],
)
def test_what_is_no_bundle_is_refused(bundle: Any, rule: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        to_hl7v2(bundle)
    assert [issue.id for issue in refused.value.issues] == [rule]


@pytest.mark.parametrize(
    ("options", "rule"), [({"version": "2.9"}, "VR-V2-0544"), ({"message": "XYZ^Z01"}, "VR-V2-0545")]
)
def test_versions_and_messages_that_are_not_written_are_refused(options: dict[str, str], rule: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        to_hl7v2(bundle_of(BUNDLES[0]), **options)
    assert [issue.id for issue in refused.value.issues] == [rule]


def test_a_message_that_was_read_is_written_with_its_values_in_their_fields() -> None:
    original = parse(DRIVER.read_bytes())
    again = parse(to_hl7v2(to_fhir(DRIVER.read_bytes()).bundle, version="2.4", elements=False, allow_loss=True).message)
    for path in (
        "MSH-3",
        "MSH-4",
        "MSH-10",
        "RF1-3.1",
        "RF1-6",
        "PID-5.1",
        "PID-11.5",
        "PID-32",
        "NK1-10",
        "DG1-3.1",
        "ZU1-13",
    ):
        assert again.value(path) == original.value(path), path


def test_the_command_writes_a_bundle_from_json_and_from_xml(tmp_path: Path, capfdbinary: Any) -> None:
    from vrfhir.cli import main
    from vrfhir.definitions import Definitions
    from vrfhir.fhir import xml

    source = ROOT / "examples/trauma/fhir/message-referral-request.json"
    assert main(["map", "--to", "v2", "--hl7-version", "2.4", str(source)]) == 0
    from_json = capfdbinary.readouterr().out
    assert from_json == to_hl7v2(bundle_of(source), version="2.4").message
    (tmp_path / "bundle.xml").write_bytes(xml.serialize(bundle_of(source), Definitions.default().fields))
    assert main(["map", "--to", "v2", "--hl7-version", "2.4", str(tmp_path / "bundle.xml")]) == 0
    assert parse(capfdbinary.readouterr().out).value("PID-5") == parse(from_json).value("PID-5")


def test_the_command_refuses_a_loss_and_says_it(capsys: Any) -> None:
    from vrfhir.cli import main

    source = str(ROOT / "examples/trauma/fhir/message-referral-request.json")
    assert main(["map", "--to", "v2", "--fields-only", source]) == 2
    assert "VR-V2-0542" in capsys.readouterr().err
    assert main(["map", "--to", "v2", "--fields-only", "--allow-loss", "--ledger", source]) == 1
    assert "no field" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("owner", "note"),
    [("OBX|1|ST|A^Alpha^L||3||||||F", "NTE|1||About the alpha."), ("DG1|1||B^Beta^L", "NTE|1||About the beta.")],
)
def test_notes_stay_with_what_they_are_about_when_elements_follow(message: Any, owner: str, note: str) -> None:
    bundle = to_fhir(message(owner, note)).bundle
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "Organization":
            entry["resource"]["alias"] = ["Another name"]
    written = to_hl7v2(bundle, version="2.5.1")
    assert not written.loss
    assert f"\r{owner}\r{note}\r" in written.message.decode()


@pytest.mark.parametrize("version", ["2.3", "2.4", "2.5.1"])
def test_a_note_goes_to_a_segment_that_the_version_has(message: Any, version: str) -> None:
    source = message("NTE|1||Wants to stay in work").replace(b"|P|2.4|", f"|P|{version}|".encode())
    written = parse(to_hl7v2(to_fhir(source).bundle, version="").message)
    assert (written.value("MSH-12"), written.value("RF1-24")) == (version, None)
    assert written.value("NTE-3") == "Wants to stay in work"


@pytest.mark.parametrize("version", ["2.4", "2.5.1"])
def test_an_urgent_referral_has_the_nearest_code_and_its_own_beside_it(version: str) -> None:
    bundle = json.loads((ROOT / "examples/driver/fhir/message-referral-request.json").read_text(encoding="utf-8"))
    (request,) = (e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "ServiceRequest")
    request["priority"] = "urgent"
    written = to_hl7v2(bundle, version=version)
    assert parse(written.message).segment("RF1").field(2) == "A^^^urgent^Urgent^request-priority"  # type: ignore[union-attr]
    assert written.loss == []
    (read,) = (
        e["resource"]
        for e in to_fhir(written.message).bundle["entry"]
        if e["resource"]["resourceType"] == "ServiceRequest"
    )
    assert (read["priority"], "_priority" in read) == ("urgent", False)


@pytest.mark.parametrize("trigger", ["I12", "I13", "I14", "I15"])
@pytest.mark.parametrize("status", ["P^Pending^HL70283", "A", "E^Expired^HL70283", "X^Our own^99PAS"])
def test_rf1_1_is_written_once(message: Any, trigger: str, status: str) -> None:
    source = message(RF1=f"RF1|{status}||18781004^^SCT|||VR-1^Y99901").replace(b"REF^I12", f"REF^{trigger}".encode())
    written = to_hl7v2(to_fhir(source).bundle, version="2.4")
    assert parse(written.message).segment("RF1").field(1) == status  # type: ignore[union-attr]
    assert written.loss == []
