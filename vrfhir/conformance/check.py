"""Whether a TestScript can be run at all, found before the first request: dangling ids, unknown words, broken expressions.

What is wrong here is the script's fault; the script counts as *could not be tested*, never as a failure of the system.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vrfhir.conformance.assertions import RESPONSE_CODES, kinds
from vrfhir.conformance.expressions import fault
from vrfhir.conformance.fixtures import Content
from vrfhir.conformance.operations import INTERACTIONS
from vrfhir.conformance.operators import OPERATORS
from vrfhir.conformance.paths import path_fault
from vrfhir.conformance.script import Action, Assertion, Operation, Script
from vrfhir.conformance.variables import EngineVariables, placeholders
from vrfhir.issues import Issue

__all__ = ["check_script"]

_OPERATION_NAME = re.compile(r"\$?[a-z][A-Za-z0-9-]*")
_METHODS = frozenset({"", "delete", "get", "options", "patch", "post", "put", "head"})


def check_script(script: Script, fixtures: Mapping[str, Content]) -> list[Issue]:
    """Every reason why a script cannot be run (``VR-TS-0101`` …). ``fixtures`` are those that could be loaded."""
    check = _Check(script, fixtures)
    return [*check.heading(), *check.declarations(), *check.steps()]


@dataclass
class _Check:
    script: Script
    fixtures: Mapping[str, Content]
    sources: set[str] = field(default_factory=set)

    def heading(self) -> Iterator[Issue]:
        resource = self.script.resource
        if resource.get("resourceType") != "TestScript":
            yield self.issue("VR-TS-0101", "This is no TestScript.", "TestScript")
            return
        for name in ("url", "name", "status"):
            if not isinstance(resource.get(name), str):
                yield self.issue("VR-TS-0102", f"TestScript.{name} is missing.", f"TestScript.{name}", "required")
        if self.script.origins > 1 or self.script.destinations > 1:
            text = "Scripts with several origins or destinations are not supported: there is one tested system."
            yield self.issue("VR-TS-0103", text, "TestScript.destination", "not-supported")
        if not any(phase.kind == "test" for phase in self.script.phases):
            yield self.issue("VR-TS-0104", "The script has no test.", "TestScript.test", "required")

    def declarations(self) -> Iterator[Issue]:
        self.sources = {fixture.id for fixture in self.script.fixtures}
        declared = [fixture.id for fixture in self.script.fixtures] + [profile.id for profile in self.script.profiles]
        for identifier in sorted({i for i in declared if not i or declared.count(i) > 1}):
            text = f"The id “{identifier}” stands twice." if identifier else "A fixture or profile has no id."
            yield self.issue("VR-TS-0105", text, "TestScript.fixture", "duplicate")
        produced = self._produced()
        names = [variable.name for variable in self.script.variables]
        for variable in self.script.variables:
            place = f"TestScript.variable.where(name='{variable.name}')"
            if not variable.name or names.count(variable.name) > 1 or variable.name.startswith("vrfhir-"):
                text = f"The variable name “{variable.name}” is missing, used twice, or one of the engine's."
                yield self.issue("VR-TS-0106", text, place, "value")
            if sum(bool(part) for part in (variable.expression, variable.header_field, variable.path)) > 1:
                text = "A variable has one of expression, headerField and path (tst-3)."
                yield self.issue("VR-TS-0107", text, place, "invariant")
            if variable.source_id and variable.source_id not in self.sources | produced:
                yield self.unknown("source", variable.source_id, f"{place}.sourceId")
            yield from self._expression(variable.expression, f"{place}.expression")
            yield from self._path(variable.path, f"{place}.path")
            yield from self._placeholders(variable.default or "", f"{place}.defaultValue")
        for identifier, content in self.fixtures.items():
            place = f"TestScript.fixture.where(id='{identifier}').resource"
            yield from self._placeholders(content.resource or content.text, place)

    def steps(self) -> Iterator[Issue]:
        for phase in self.script.phases:
            if not phase.actions:
                yield self.issue("VR-TS-0108", f"{phase.name} has no action.", f"TestScript.{phase.kind}", "required")
            for action in phase.actions:
                yield from self._action(action)
                if action.operation is not None:
                    self.sources |= {i for i in (action.operation.request_id, action.operation.response_id) if i}

    def _action(self, action: Action) -> Iterator[Issue]:
        if (action.operation is None) == (action.assertion is None):
            yield self.issue(
                "VR-TS-0109", "An action is either an operation or an assert (tst-1).", action.place, "invariant"
            )
        elif action.operation is not None:
            yield from self._operation(action.operation, f"{action.place}.operation")
        elif action.assertion is not None:
            yield from self._assertion(action.assertion, f"{action.place}.assert")

    def _operation(self, operation: Operation, place: str) -> Iterator[Issue]:
        if operation.type not in INTERACTIONS and not _OPERATION_NAME.fullmatch(operation.type):
            yield self.issue(
                "VR-TS-0110", f"“{operation.type}” is no interaction and no operation.", f"{place}.type", "value"
            )
        if operation.method not in _METHODS:
            yield self.issue(
                "VR-TS-0111", f"“{operation.method}” is no HTTP method.", f"{place}.method", "code-invalid"
            )
        if operation.origin is not None and operation.origin > 1:
            yield self.issue("VR-TS-0103", "Only the engine sends requests.", f"{place}.origin", "not-supported")
        used = {
            "sourceId": operation.source_id,
            "targetId": operation.target_id,
            "modifierExtension": operation.overlay_id,
        }
        for name, value in used.items():
            if value and value not in self.sources:
                yield self.unknown("fixture or message", value, f"{place}.{name}")
        texts = [operation.url, operation.params, *(text for header in operation.request_headers for text in header)]
        yield from self._placeholders(texts, place)

    def _assertion(self, assertion: Assertion, place: str) -> Iterator[Issue]:
        if not kinds(assertion):
            yield self.issue("VR-TS-0112", "The assertion asks nothing this engine knows.", place, "not-supported")
        if assertion.operator and assertion.operator not in OPERATORS:
            text = f"“{assertion.operator}” is no operator of an assertion."
            yield self.issue("VR-TS-0113", text, f"{place}.operator", "code-invalid")
        if assertion.direction not in ("request", "response"):
            yield self.issue(
                "VR-TS-0114", f"“{assertion.direction}” is no direction.", f"{place}.direction", "code-invalid"
            )
        for name in assertion.response.split(",") if assertion.response else ():
            if name.strip() not in RESPONSE_CODES:
                yield self.issue("VR-TS-0115", f"“{name}” is no response code.", f"{place}.response", "code-invalid")
        compares = assertion.compare_to_source_expression or assertion.compare_to_source_path
        if bool(assertion.compare_to_source_id) != bool(compares):
            text = "compareToSourceId stands together with compareToSourceExpression or compareToSourcePath (tst-10)."
            yield self.issue("VR-TS-0116", text, place, "invariant")
        used = {
            "sourceId": assertion.source_id,
            "compareToSourceId": assertion.compare_to_source_id,
            "minimumId": assertion.minimum_id,
        }
        for name, value in used.items():
            if value and value not in self.sources:
                yield self.unknown("fixture or message", value, f"{place}.{name}")
        if assertion.validate_profile_id and assertion.validate_profile_id not in {p.id for p in self.script.profiles}:
            yield self.unknown("profile", assertion.validate_profile_id, f"{place}.validateProfileId")
        yield from self._expression(assertion.expression, f"{place}.expression")
        yield from self._expression(assertion.compare_to_source_expression, f"{place}.compareToSourceExpression")
        yield from self._path(assertion.path, f"{place}.path")
        yield from self._path(assertion.compare_to_source_path, f"{place}.compareToSourcePath")
        yield from self._placeholders([assertion.value or "", assertion.request_url, assertion.response_code], place)

    def _expression(self, expression: str, place: str) -> Iterator[Issue]:
        yield from self._placeholders(expression, place)
        if expression and "${" not in expression and (reason := fault(expression)):
            yield self.issue("VR-TS-0117", f"“{expression}” is not FHIRPath: {reason}", place)

    def _path(self, path: str, place: str) -> Iterator[Issue]:
        yield from self._placeholders(path, place)
        if path and "${" not in path and (reason := path_fault(path)):
            yield self.issue("VR-TS-0118", f"“{path}” is neither XPath nor JSONPath: {reason}", place)

    def _placeholders(self, value: object, place: str) -> Iterator[Issue]:
        known = {variable.name for variable in self.script.variables}
        for name in sorted(set(placeholders(value))):
            if name not in known and not EngineVariables.knows(name):
                yield self.issue("VR-TS-0119", f"The variable “{name}” is not defined.", place, "not-found")

    def _produced(self) -> set[str]:
        operations = [action.operation for phase in self.script.phases for action in phase.actions if action.operation]
        return {i for operation in operations for i in (operation.request_id, operation.response_id) if i}

    def unknown(self, what: str, identifier: str, place: str) -> Issue:
        text = f"There is no {what} “{identifier}” at this point of the script."
        return self.issue("VR-TS-0120", text, place, "not-found")

    def issue(self, rule: str, text: str, place: str, code: str = "structure") -> Issue:
        return Issue("error", code, rule, text, expression=place, source=self.script.key)
