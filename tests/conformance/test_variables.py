import uuid
from datetime import UTC, datetime

import pytest

from vrfhir.conformance.variables import EngineVariables, placeholders, substitute

from .tiny import PATIENT, Recorded, answer, assertion, operation, resource_fixture, run, script_of

ENGINE = EngineVariables("run0000001", "create", "http://x/fhir", datetime(2026, 11, 23, 10, 30, tzinfo=UTC))


def test_the_engine_knows_the_run_the_time_and_the_base() -> None:
    assert ENGINE.value("vrfhir-run-id") == "run0000001"
    assert ENGINE.value("vrfhir-started") == "2026-11-23T10:30:00.000+00:00"
    assert ENGINE.value("vrfhir-today") == "2026-11-23"
    assert ENGINE.value("vrfhir-base") == "http://x/fhir"
    assert ENGINE.value("vrfhir-script") == "create"
    assert ENGINE.value("vrfhir-no-such") is None


def test_uuids_differ_by_run_script_and_number_and_repeat_otherwise() -> None:
    other_run = EngineVariables("run0000002", "create", "", ENGINE.started)
    other_script = EngineVariables("run0000001", "read", "", ENGINE.started)
    values = [e.value(f"vrfhir-uuid-{n}") for e in (ENGINE, other_run, other_script) for n in (1, 2)]
    assert len(set(values)) == 6
    assert ENGINE.value("vrfhir-uuid-1") == values[0] == str(uuid.UUID(values[0]))


@pytest.mark.parametrize("number", range(1, 40))
def test_nhs_numbers_are_of_the_test_range_with_a_valid_check_digit(number: int) -> None:
    value = ENGINE.value(f"vrfhir-nhs-number-{number}")
    assert value is not None
    assert value.startswith("999")
    assert len(value) == 10
    assert sum(int(digit) * weight for digit, weight in zip(value, range(10, 0, -1), strict=True)) % 11 == 0


def test_placeholders_are_found_and_filled_in_texts_and_in_json() -> None:
    value = {"a": ["${x} and ${y}", {"b": "$x ${ not closed"}], "n": 1}
    assert sorted(placeholders(value)) == ["x", "y"]
    assert substitute(value, lambda name: name.upper()) == {"a": ["X and Y", {"b": "$x ${ not closed"}], "n": 1}


def test_a_filled_value_is_not_filled_again() -> None:
    assert substitute("${x}", lambda _: "${x}") == "${x}"


def _one(variable: dict[str, object], **handlers: object) -> str:
    """The outcome of a script that reads a patient and asserts that a variable is ``3``."""
    system = Recorded({"GET /fhir/Patient/p1": answer(PATIENT, ETag='W/"3"', Location=f"{'x' * 3}/Patient/p1")})
    script = script_of(
        [
            operation("read", resource="Patient", params="/p1", responseId="read"),
            assertion(expression="Patient.meta.versionId", value="${v}"),
        ],
        variable=[{"name": "v", **variable}],
        fixture=[{"id": "static", "autocreate": False, "autodelete": False}],
    )
    result = run(script, system, {"static": resource_fixture({"resourceType": "Patient", "id": "3"})})
    assert result.phases, result.issues
    last = result.phases[0].actions[-1]
    return f"{last.outcome}: {last.message}"


@pytest.mark.parametrize(
    "variable",
    [
        {"defaultValue": "3"},
        {"expression": "Patient.meta.versionId", "sourceId": "read"},
        {"expression": "Patient.meta.versionId"},
        {"path": "$.meta.versionId", "sourceId": "read"},
        {"path": "meta.versionId", "sourceId": "read"},
        {"expression": "Patient.id", "sourceId": "static"},
        {"expression": "Patient.photo.title", "sourceId": "read", "defaultValue": "3"},
    ],
)
def test_a_variable_comes_from_where_it_says(variable: dict[str, object]) -> None:
    assert _one(variable) == "pass: "


def test_a_header_variable() -> None:
    assert "found 3" in _one({"headerField": "etag", "sourceId": "read"})
    assert 'expected W/"3"' in _one({"headerField": "etag", "sourceId": "read"})


@pytest.mark.parametrize(
    ("variable", "reason"),
    [
        ({"expression": "Patient.photo.title", "sourceId": "read"}, "fail: the variable “v” has no value"),
        ({"expression": "Patient.name", "sourceId": "read"}, "fail: the variable “v” needs one primitive value"),
        ({"expression": "Patient.name.given", "sourceId": "read"}, "fail: the variable “v” needs one primitive value"),
        ({"headerField": "X-None", "sourceId": "read"}, "fail: the variable “v” has no value"),
        ({"defaultValue": "${v}"}, "error: the variable “v” is defined by itself"),
    ],
)
def test_a_variable_without_a_value_is_a_failure_and_a_circle_an_error(
    variable: dict[str, object], reason: str
) -> None:
    assert _one(variable).startswith(reason)


def test_a_default_may_use_the_engines_variables_and_the_caller_may_override_it() -> None:
    system = Recorded({"GET /fhir/Patient": answer({"resourceType": "Bundle", "type": "searchset"})})
    script = script_of(
        [operation("search", resource="Patient", params="?identifier=${id}")],
        variable=[{"name": "id", "defaultValue": "x-${vrfhir-run-id}"}],
    )
    run(script, system)
    run(script, system, variables={"id": "mine"})
    asked = [str(request.url.query, "ascii") for request in system.requests]
    assert asked == ["identifier=x-run0000001", "identifier=mine"]
