"""A broken script is found before its first request, and is never the tested system's fault."""

from collections.abc import Callable
from typing import Any

import pytest

from vrfhir.conformance import Outcome, read_script
from vrfhir.conformance.check import check_script

from .tiny import Recorded, assertion, operation, resource_fixture, run, script_of

READ = operation("read", resource="Patient", params="/1", responseId="read")
HOLDS = assertion(response="okay")


def _with(**parts: Any) -> dict[str, Any]:
    return script_of([READ, HOLDS], **parts)


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in _with().items() if key != name}


BROKEN: list[tuple[str, dict[str, Any]]] = [
    ("VR-TS-0101", {"resourceType": "Patient"}),
    ("VR-TS-0102", _without("url")),
    ("VR-TS-0102", _without("status")),
    ("VR-TS-0103", _with(destination=[{"index": 1}, {"index": 2}])),
    ("VR-TS-0103", script_of([operation("read", resource="Patient", params="/1", origin=2)])),
    ("VR-TS-0104", script_of()),
    ("VR-TS-0105", _with(fixture=[{"id": "a"}, {"id": "a"}])),
    ("VR-TS-0105", _with(fixture=[{"autocreate": True}])),
    ("VR-TS-0106", _with(variable=[{"name": "vrfhir-run-id", "defaultValue": "x"}])),
    ("VR-TS-0106", _with(variable=[{"name": "a"}, {"name": "a"}])),
    ("VR-TS-0107", _with(variable=[{"name": "a", "expression": "id", "headerField": "ETag", "sourceId": "read"}])),
    ("VR-TS-0108", script_of([])),
    ("VR-TS-0109", script_of([{}])),
    ("VR-TS-0109", script_of([{**READ, **HOLDS}])),
    ("VR-TS-0110", script_of([operation("READ!")])),
    ("VR-TS-0111", script_of([operation("read", resource="Patient", params="/1", method="fetch")])),
    ("VR-TS-0112", script_of([READ, assertion(description="nothing")])),
    ("VR-TS-0113", script_of([READ, assertion(responseCode="200", operator="almost")])),
    ("VR-TS-0114", script_of([READ, assertion(headerField="X", direction="sideways")])),
    ("VR-TS-0115", script_of([READ, assertion(response="fine")])),
    ("VR-TS-0116", script_of([READ, assertion(expression="id", compareToSourceId="read")])),
    ("VR-TS-0116", script_of([READ, assertion(expression="id", compareToSourceExpression="id")])),
    ("VR-TS-0117", script_of([READ, assertion(expression="Patient.name[")])),
    ("VR-TS-0117", _with(variable=[{"name": "a", "expression": "..", "sourceId": "read"}])),
    ("VR-TS-0118", script_of([READ, assertion(path="$.name[?(@.use)]")])),
    ("VR-TS-0118", script_of([READ, assertion(path="/f:Patient[")])),
    ("VR-TS-0119", script_of([operation("read", resource="Patient", params="/${nobody}")])),
    ("VR-TS-0119", script_of([READ, assertion(expression="Patient.id = '${nobody}'")])),
    ("VR-TS-0119", script_of([READ, assertion(headerField="ETag", value="${vrfhir-uuid-x}")])),
    ("VR-TS-0120", script_of([operation("create", sourceId="nobody")])),
    ("VR-TS-0120", script_of([operation("read", targetId="nobody")])),
    ("VR-TS-0120", script_of([READ, assertion(minimumId="nobody")])),
    ("VR-TS-0120", script_of([READ, assertion(validateProfileId="nobody")])),
    ("VR-TS-0120", script_of([HOLDS, assertion(resource="Patient", sourceId="read"), READ])),
    ("VR-TS-0120", _with(variable=[{"name": "a", "expression": "id", "sourceId": "nobody"}])),
]


@pytest.mark.parametrize(("rule", "script"), BROKEN, ids=lambda value: value if isinstance(value, str) else "")
def test_each_fault_has_its_rule_and_is_no_failure(rule: str, script: dict[str, Any]) -> None:
    issues = check_script(read_script(script, "tiny"), {})
    assert rule in {issue.id for issue in issues}
    assert all(issue.is_error and issue.expression for issue in issues)
    system = Recorded()
    result = run(script, system)
    assert result.outcome is Outcome.ERROR
    assert system.requests == []


def test_every_rule_is_seen_failing() -> None:
    import inspect
    import re

    from vrfhir.conformance import check

    rules = set(re.findall(r"VR-TS-\d{4}", inspect.getsource(check)))
    assert rules == {rule for rule, _ in BROKEN}


def test_a_placeholder_in_a_fixture_needs_a_variable_too() -> None:
    script = _with(fixture=[{"id": "f"}])
    fixtures = {"f": resource_fixture({"resourceType": "Patient", "id": "${nobody}"})}
    assert [issue.id for issue in check_script(read_script(script, "tiny"), fixtures)] == ["VR-TS-0119"]


def test_a_sound_script_has_no_issue() -> None:
    assert (
        check_script(read_script(_with(variable=[{"name": "a", "headerField": "ETag", "sourceId": "read"}]), "x"), {})
        == []
    )


JUNK: list[Callable[[], Any]] = [
    lambda: {"resourceType": "TestScript", "test": "none"},
    lambda: {"resourceType": "TestScript", "test": [None, 1, {"action": [[], "x", {"operation": 3}]}]},
    lambda: {"resourceType": "TestScript", "fixture": {"id": 1}, "variable": [7], "setup": [], "teardown": 0},
    lambda: {"resourceType": ["TestScript"], "url": {}, "name": None},
]


@pytest.mark.parametrize("junk", JUNK)
def test_junk_gives_issues_not_a_crash(junk: Callable[[], Any]) -> None:
    assert check_script(read_script(junk(), "junk"), {})
