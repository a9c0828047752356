"""Suites and their fixtures: found, read, narrowed down; broken ones named."""

import json
from pathlib import Path

import pytest

from vrfhir.conformance import find_suite, load_suite, shipped_suites
from vrfhir.errors import DefinitionError

from .tiny import operation, script_of, write_suite

READ = operation("read", resource="Patient", params="/1")


def _fixture_script(reference: str) -> dict[str, object]:
    fixture = [{"id": "f", "autocreate": False, "autodelete": False, "resource": {"reference": reference}}]
    return script_of([READ], fixture=fixture, contained=[{"resourceType": "Patient", "id": "inside"}])


@pytest.mark.parametrize(
    "reference",
    [
        "#inside",
        "fixtures/patient.json",
        "./fixtures/patient.json",
        "patient.json",
        "Patient/example",
        "fixtures/p.xml",
    ],
)
def test_a_fixture_is_found(tmp_path: Path, reference: str) -> None:
    files = {
        "patient.json": '{"resourceType": "Patient"}',
        "Patient-example.json": '{"resourceType": "Patient"}',
        "p.xml": '<Patient xmlns="http://hl7.org/fhir"><active value="true"/></Patient>',
    }
    suite = load_suite(write_suite(tmp_path, {"s": _fixture_script(reference)}, files))
    assert suite.scripts[0].issues == []
    assert suite.scripts[0].fixtures["f"].resource is not None


@pytest.mark.parametrize(
    ("reference", "rule"),
    [
        ("#outside", "VR-TS-0201"),
        ("fixtures/none.json", "VR-TS-0202"),
        ("../secret.json", "VR-TS-0202"),
        ("/etc/hostname", "VR-TS-0202"),
        ("http://other.example/Patient/1", "VR-TS-0202"),
        ("", "VR-TS-0202"),
        ("fixtures/half.json", "VR-TS-0204"),
        ("fixtures/list.json", "VR-TS-0204"),
    ],
)
def test_a_fixture_that_cannot_be_used_is_named(tmp_path: Path, reference: str, rule: str) -> None:
    (tmp_path / "secret.json").write_text('{"resourceType": "Patient"}', encoding="utf-8")
    files = {"half.json": "{", "list.json": "[]"}
    suite = load_suite(write_suite(tmp_path / "suite", {"s": _fixture_script(reference)}, files))
    assert [issue.id for issue in suite.scripts[0].issues] == [rule]


def test_a_raw_fixture_keeps_its_text(tmp_path: Path) -> None:
    suite = load_suite(write_suite(tmp_path, {"s": _fixture_script("fixtures/half.txt")}, {"half.txt": '{"a": '}))
    content = suite.scripts[0].fixtures["f"]
    assert (content.resource, content.text) == (None, '{"a": ')


def test_a_script_that_cannot_be_read_is_kept_with_the_reason(tmp_path: Path) -> None:
    other = {"resourceType": "Patient"}
    suite = load_suite(write_suite(tmp_path, {"a": script_of([READ]), "b": '{"resourceType": ', "c": other}))
    assert {entry.script.key: [issue.id for issue in entry.issues] for entry in suite.scripts} == {
        "a": [],
        "b": ["VR-TS-0003"],
    }


def test_scripts_may_be_xml(tmp_path: Path) -> None:
    xml = (
        '<TestScript xmlns="http://hl7.org/fhir"><url value="http://x"/><name value="X"/><status value="draft"/><test>'
        '<action><operation><type><code value="read"/></type><resource value="Patient"/><encodeRequestUrl value="true"/>'
        '<params value="/1"/></operation></action></test></TestScript>'
    )
    (tmp_path / "x.xml").write_text(xml, encoding="utf-8")
    suite = load_suite(tmp_path)
    assert suite.scripts[0].issues == []
    operation_read = suite.scripts[0].script.phases[0].actions[0].operation
    assert operation_read is not None
    assert (operation_read.type, operation_read.params) == ("read", "/1")


def test_a_folder_without_scripts_and_an_unknown_name_are_errors(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="No TestScript"):
        load_suite(tmp_path)
    with pytest.raises(DefinitionError, match="There is no suite or folder “no-such-suite”") as raised:
        find_suite("no-such-suite")
    assert "referral" in raised.value.issues[0].hint


def test_one_file_can_be_a_suite(tmp_path: Path) -> None:
    write_suite(tmp_path, {"a": script_of([READ]), "b": script_of([READ])})
    assert find_suite(str(tmp_path / "b.json")) == tmp_path / "b.json"
    assert [entry.script.key for entry in load_suite(tmp_path / "b.json").scripts] == ["b"]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("{", "VR-TS-0301"),
        ("[]", "VR-TS-0301"),
        ('{"requirements": [{"id": "A"}]}', "VR-TS-0302"),
        ('{"requirements": [{"id": "A", "statement": "s", "source": "c", "strength": "MUST"}]}', "VR-TS-0303"),
    ],
)
def test_a_broken_requirement_list_is_an_error(tmp_path: Path, content: str, rule: str) -> None:
    write_suite(tmp_path, {"a": script_of([READ])})
    (tmp_path / "requirements.json").write_text(content, encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_suite(tmp_path)
    assert [issue.id for issue in raised.value.issues] == [rule]


def test_only_narrows_by_part_glob_or_requirement(tmp_path: Path) -> None:
    write_suite(tmp_path, {name: script_of([READ]) for name in ("create", "search-status", "search-patient")})
    rows = [{"id": "REST-9", "statement": "s", "source": "c", "tests": ["create/test 1"]}]
    (tmp_path / "requirements.json").write_text(json.dumps({"requirements": rows}), encoding="utf-8")
    suite = load_suite(tmp_path)

    def keys(pattern: str) -> list[str]:
        return [entry.script.key for entry in suite.only(pattern).scripts]

    assert keys("search") == ["search-patient", "search-status"]
    assert keys("*-status") == ["search-status"]
    assert keys("rest-9") == ["create"]
    assert keys("nothing") == []


def test_the_shipped_suite_is_found_by_name() -> None:
    assert find_suite("referral") == shipped_suites()["referral"]
