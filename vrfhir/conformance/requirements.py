"""What a suite tests: each requirement with the clause it comes from and the tests that show it.

``requirements.json`` of a suite: ``{"suite", "title", "description", "requirements": [{"id", "statement", "strength",
"source", "url", "tests": ["create", "create/answers 201 with a Location"]}]}``. A test is named by its script's file
name without ``.json``, or script and test name joined by ``/``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vrfhir.issues import Issue

__all__ = ["STRENGTHS", "Requirement", "for_script", "for_test", "read_requirements"]

STRENGTHS = ("SHALL", "SHOULD", "MAY")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One clause. ``source`` names it for people (``FHIR R4, RESTful API, create``), ``url`` leads there."""

    id: str
    statement: str
    strength: str
    source: str
    url: str
    tests: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON shape, without the list of tests."""
        return {name: getattr(self, name) for name in ("id", "statement", "strength", "source", "url")}


def read_requirements(content: Any, source: str) -> tuple[list[Requirement], list[Issue]]:
    """The requirements of a parsed ``requirements.json`` and what is wrong with it (``VR-TS-0301`` …)."""
    rows = content.get("requirements") if isinstance(content, Mapping) else None
    if not isinstance(rows, list):
        return [], [
            Issue("error", "structure", "VR-TS-0301", "No list “requirements” in the requirement list.", source=source)
        ]
    found: list[Requirement] = []
    issues: list[Issue] = []
    for number, row in enumerate(rows):
        place = f"requirements[{number}]"
        if not isinstance(row, Mapping) or not all(
            isinstance(row.get(key), str) for key in ("id", "statement", "source")
        ):
            text = "A requirement needs the texts “id”, “statement” and “source”."
            issues.append(Issue("error", "required", "VR-TS-0302", text, expression=place, source=source))
            continue
        strength = str(row.get("strength", "SHALL"))
        if strength not in STRENGTHS:
            text = f"“{strength}” is no strength of a requirement; expected {', '.join(STRENGTHS)}."
            issues.append(
                Issue("error", "code-invalid", "VR-TS-0303", text, expression=f"{place}.strength", source=source)
            )
        tests = tuple(str(test) for test in row.get("tests", ()))
        found.append(Requirement(row["id"], row["statement"], strength, row["source"], str(row.get("url", "")), tests))
    return found, issues


def for_script(requirements: Sequence[Requirement], script: str) -> list[Requirement]:
    """The requirements a script tests, as a whole or in one of its tests."""
    return [r for r in requirements if any(test == script or test.startswith(f"{script}/") for test in r.tests)]


def for_test(requirements: Sequence[Requirement], script: str, test: str) -> list[Requirement]:
    """The requirements one test shows: those that name it, else those that name its whole script."""
    named = [r for r in requirements if f"{script}/{test}" in r.tests]
    return named or [r for r in requirements if script in r.tests]
