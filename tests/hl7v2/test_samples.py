"""Every public sample goes through every check and is acknowledged, without a crash and without a wrong place."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from vrfhir.hl7v2 import acknowledge, check_fields, check_header, match_structure, outcome_of, parse, parse_path, plan

NOW = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


@pytest.mark.shared
def test_every_sample(shared: Path) -> None:
    fitting = compared = 0
    for path in sorted((shared / "data" / "hl7v2-samples").glob("*.hl7")):
        message = parse(path.read_bytes())
        match = match_structure(message)
        issues = [*message.issues, *check_header(message), *match.issues, *check_fields(message)]
        compared += bool(match.structure)
        fitting += bool(match.structure) and not match.issues
        assert len(match.groups) == len(message.segments)
        for issue in issues:
            if issue.expression and issue.id != "VR-V2-0122":
                place = parse_path(issue.expression)
                segment = message.segment(place.segment, place.occurrence)
                assert segment or issue.id == "VR-V2-0026", (path.name, issue)
                if segment and issue.line:
                    assert issue.line == segment.index + 1
                    assert 1 <= (issue.column or 1) <= len(segment.raw) + 1
        outcome = outcome_of(issues)
        if plan(message, outcome).application:
            code = {"accepted": "AA", "error": "AE", "refused": "AR"}[outcome]
            answer = parse(acknowledge(message, code, issues, warnings=True, control_id="A1", now=NOW))  # type: ignore[arg-type]
            assert answer.value("MSA-2") == message.header.value(10)
            assert answer.value("MSH-5.1") == message.value("MSH-3.1")
    assert (compared, fitting) == (371, 291)


@pytest.mark.shared
def test_every_leaf_of_every_sample_is_where_it_says(shared: Path) -> None:
    leaves = 0
    for path in sorted((shared / "data" / "hl7v2-samples").glob("*.hl7"))[::8]:
        message = parse(path.read_bytes())
        for leaf in message.leaves():
            leaves += 1
            line, column = message.position(leaf.path) or (0, 0)
            assert message.segments[line - 1].raw.startswith(leaf.raw, column - 1), (path.name, leaf.path)
            assert message.value(leaf.path) == leaf.value, (path.name, leaf.path)
    assert leaves > 5_000
