"""Every error id of HL7 v2 has a message that provokes it, and says the same in every form it leaves in.

The messages are data (``docs/provoking.toml``); an id without one fails here, as does one whose message does not provoke it.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vrfhir.hl7v2 import acknowledge, outcome_of, parse, parse_path, read_answer
from vrfhir.hl7v2.reference import VERSIONS
from vrfhir.issues import Issue, to_operation_outcome
from vrfhir.mappers.issues import CATALOGUE
from vrfhir.transport import Peer

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))
from provoking import PROVOKING, findings, message_of  # noqa: E402

NOW = datetime(2026, 11, 16, 10, 18, tzinfo=UTC)
PEER = Peer("127.0.0.1", 1)


def provoked(entry: dict[str, Any], tmp_path: Path) -> list[Issue]:
    """The findings that the message of an entry brings."""
    return told_by_endpoint(entry, tmp_path) if entry["how"] == "endpoint" else findings(entry)


def told_by_endpoint(entry: dict[str, Any], tmp_path: Path) -> list[Issue]:
    sys.path.insert(0, str(ROOT / "tests" / "server"))
    from talking import Client

    from vrfhir.server import Settings, create_app

    client = Client(create_app(Settings(database=tmp_path / "x.sqlite", workers=0, **entry.get("settings", {}))))
    try:
        for before in entry.get("before", ()):
            answer = client.run(client.app.services.gateway.handle(message_of(before), PEER))
            assert parse(answer).value("MSA-1") == "AA", answer
        answer = client.run(client.app.services.gateway.handle(message_of(entry), PEER))
    finally:
        client.close()
    return list(read_answer(answer).reported)


def test_every_id_has_a_message() -> None:
    ids = {entry.id for entry in CATALOGUE}
    assert len(ids) >= 60
    assert sorted(ids - PROVOKING.keys()) == []


@pytest.mark.parametrize(
    "rule", [rule for rule in PROVOKING if rule != "base" and PROVOKING[rule]["how"] != "connection"]
)
def test_the_message_provokes_it(rule: str, tmp_path: Path) -> None:
    entry = PROVOKING[rule]
    found = [issue for issue in provoked(entry, tmp_path) if issue.id == rule]
    assert found, rule
    if "place" in entry and entry["how"] != "endpoint":
        wanted, given = parse_path(entry["place"]), parse_path(found[0].expression)
        assert (given.segment, given.field) == (wanted.segment, wanted.field), found[0].expression
        assert given.component == wanted.component or wanted.component is None or not wanted.component


@pytest.mark.parametrize("rule", [rule for rule in PROVOKING if PROVOKING[rule].get("how") == "connection"])
def test_what_needs_a_connection_has_a_test_of_its_own(rule: str) -> None:
    assert f'"{rule}"' in (ROOT / PROVOKING[rule]["test"]).read_text(encoding="utf-8")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_told_the_same(version: str) -> None:
    """ERR in the sender's version (ELD up to 2.4, ERL from 2.5), and the OperationOutcome: one place, one id, one code."""
    message = parse(message_of({"msh": {"12": version}}))
    for entry in CATALOGUE:
        names = dict.fromkeys(("what", "count", "host", "port", "reason", "type", "element", "code", "table"), "1")
        place = PROVOKING[entry.id].get("place", "")
        issue = CATALOGUE.issue(entry.id, expression=place, **names, **_rest(entry.text + entry.remedy, names))
        answer = acknowledge(message, "AE", [issue], control_id="A1", now=NOW, warnings=True, catalogue=CATALOGUE)
        said = parse(answer)
        reported = read_answer(answer).reported
        assert [each.id for each in reported] == [entry.id]
        long = version not in ("2.3", "2.3.1", "2.4")
        err = said.segment("ERR")
        assert err is not None
        assert bool(err.field(3)) is long
        assert bool(err.field(1)) is not long
        code = err.value(3) if long else err.repetition(1).components[3].value(1)
        assert code == entry.code_0357, entry.id
        if place:
            wanted = parse_path(place)
            wanted = wanted._replace(occurrence=wanted.occurrence or 1)
            assert parse_path(reported[0].expression)[:3] == wanted[:3], entry.id
            field = err.value(2, component=3) if long else err.repetition(1).value(3)
            assert (field or "0") == str(parse_path(place).field or 0)
        (row,) = to_operation_outcome([issue])["issue"]
        assert (row["severity"], row["code"]) == (entry.severity, entry.fhir_code)
        assert row["extension"][-1]["valueString"] == entry.id
        assert row.get("expression", []) == ([place] if place else [])


def test_the_endpoint_says_the_code_of_the_catalogue(tmp_path: Path) -> None:
    """Also for what the mapper finds: I11 is an event that is not supported (201), not a type (200)."""
    story = (ROOT / "examples" / "driver" / "hl7v2" / "ref-i12.hl7").read_bytes()
    data = story.replace(b"REF^I12^REF_I12", b"REF^I11").replace(b"|P|2.4|", b"|P|2.5.1|")
    sys.path.insert(0, str(ROOT / "tests" / "server"))
    from talking import Client

    from vrfhir.server import Settings, create_app

    client = Client(create_app(Settings(database=tmp_path / "x.sqlite", workers=0)))
    try:
        said = parse(client.run(client.app.services.gateway.handle(data, PEER)))
    finally:
        client.close()
    codes = {error.value(5): error.value(3) for error in said.all("ERR")}
    assert codes["VR-V2-0503"] == CATALOGUE["VR-V2-0503"].code_0357 == "201"


def _rest(template: str, known: dict[str, str]) -> dict[str, str]:
    from string import Formatter

    return {name: "1" for _, name, _, _ in Formatter().parse(template) if name and name not in known}


def test_every_id_has_its_place_on_the_page() -> None:
    page = (ROOT / "docs" / "v2-errors.md").read_text(encoding="utf-8")
    missing = [rule for rule in PROVOKING if rule != "base" and f"## {rule}\n" not in page]
    assert missing == []


def test_refusals_have_the_code_the_table_says() -> None:
    for entry in CATALOGUE:
        issue = Issue(entry.severity, entry.fhir_code, entry.id, entry.text)
        refused = entry.severity == "fatal" or entry.code_0357 in ("200", "201", "202", "203", "206", "207")
        expected = "accepted" if not issue.is_error else "refused" if refused else "error"
        assert outcome_of([issue], CATALOGUE) == expected, entry.id
