"""Ways to evaluate on the patient of these tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from fhirpath_patient import Evaluate, patient

from vrfhir.definitions import Definitions
from vrfhir.fhirpath import Environment, Node, atom, compile  # noqa: A004


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return Definitions.default()


@pytest.fixture
def environment(definitions: Definitions) -> Environment:
    moment = datetime.fromisoformat("2026-11-22T10:00:00+00:00")
    return Environment(fields=definitions.fields, resource=patient(), now=moment)


@pytest.fixture
def evaluate(environment: Environment) -> Evaluate:
    """Expression → plain values: what ``atom`` gives, JSON for other elements."""

    def run(expression: str, focus: Any = None) -> list[Any]:
        items = compile(expression).evaluate(
            focus if focus is not None else environment.resource, environment=environment
        )
        values = [atom(item) for item in items]
        return [value.value if type(value) is Node else value for value in values]

    return run
