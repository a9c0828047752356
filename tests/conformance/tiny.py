"""A tested system in a few lines, and TestScripts in a few words, for the tests of the engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from vrfhir.conformance import LoadedScript, ScriptResult, Target, read_script, run_script
from vrfhir.conformance.bodies import JSON
from vrfhir.conformance.check import check_script
from vrfhir.conformance.fixtures import Content

BASE = "http://tested.example/fhir"
Handler = Callable[[httpx.Request], httpx.Response]

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "meta": {"versionId": "3", "lastUpdated": "2026-11-01T10:00:00.000Z"},
    "name": [{"family": "Testcase", "given": ["John", "Jim"]}],
    "gender": "male",
    "birthDate": "1979-03-14",
}
CAPABILITIES: dict[str, Any] = {"resourceType": "CapabilityStatement", "status": "active", "fhirVersion": "4.0.1"}


def answer(resource: Any, status: int = 200, **headers: str) -> httpx.Response:
    """A response with a resource in FHIR JSON; header names are written with underscores."""
    named = {"Content-Type": JSON} | {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, content=json.dumps(resource))


class Recorded:
    """Answers by a table of method and path; keeps what was asked; unknown requests get 404."""

    def __init__(self, table: Mapping[str, httpx.Response | Handler] | None = None) -> None:
        self.table = {"GET /fhir/metadata": answer(CAPABILITIES), **(table or {})}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.table.get(f"{request.method} {request.url.path}")
        if found is None:
            return answer(
                {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-found"}]}, 404
            )
        return found if isinstance(found, httpx.Response) else found(request)


def target_of(handler: Handler, **options: Any) -> Target:
    """A target whose HTTP is answered by a function."""
    return Target(BASE, client=httpx.Client(transport=httpx.MockTransport(handler)), **options)


def operation(kind: str, **parts: Any) -> dict[str, Any]:
    """An operation action."""
    return {"operation": {"type": {"code": kind}, "encodeRequestUrl": True, **parts}}


def assertion(**parts: Any) -> dict[str, Any]:
    """An assert action."""
    return {"assert": {"warningOnly": False, **parts}}


def script_of(*tests: Sequence[Mapping[str, Any]], **parts: Any) -> dict[str, Any]:
    """A TestScript with these lists of actions as tests."""
    named = [{"name": f"test {number}", "action": list(actions)} for number, actions in enumerate(tests, 1)]
    heading = {"resourceType": "TestScript", "url": "http://tested.example/ts", "name": "Tiny", "status": "draft"}
    return {**heading, **parts, "test": named}


def loaded(resource: Mapping[str, Any], fixtures: Mapping[str, Content] | None = None) -> LoadedScript:
    """A script ready to run, checked as a suite would check it."""
    script = read_script(resource, "tiny")
    return LoadedScript(script, fixtures or {}, check_script(script, fixtures or {}))


def resource_fixture(resource: dict[str, Any]) -> Content:
    """A static fixture."""
    return Content(resource, JSON)


def run(
    resource: Mapping[str, Any],
    handler: Handler,
    fixtures: Mapping[str, Content] | None = None,
    *,
    variables: Mapping[str, str] | None = None,
) -> ScriptResult:
    """Runs a TestScript against a function."""
    return run_script(loaded(resource, fixtures), target_of(handler), run_id="run0000001", variables=variables)


def write_suite(folder: Path, scripts: Mapping[str, Any], fixtures: Mapping[str, str] | None = None) -> Path:
    """A suite folder: scripts as JSON (texts as they are) and fixture files."""
    (folder / "fixtures").mkdir(parents=True, exist_ok=True)
    for name, content in scripts.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    for name, text in (fixtures or {}).items():
        (folder / "fixtures" / name).write_text(text, encoding="utf-8")
    return folder
