"""The story runs to its end, over real sockets, and every check in it holds."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import httpx
import pytest


@pytest.fixture(scope="module")
def told() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vrfhir", "demo", "--json"], capture_output=True, text=True, timeout=180, check=False
    )


@pytest.fixture(scope="module")
def events(told: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_it_ends_by_itself_with_exit_code_0(told: subprocess.CompletedProcess[str]) -> None:
    assert (told.returncode, told.stderr) == (0, "")


def test_every_check_holds(events: list[dict[str, object]]) -> None:
    checks = {event["check"]: event["ok"] for event in events if "check" in event}
    assert len(checks) >= 8
    assert [check for check, ok in checks.items() if not ok] == []


def test_what_the_story_promises_is_shown(events: list[dict[str, object]]) -> None:
    messages = [str(event["message"]).split("\r") for event in events if "message" in event]
    kinds = [message[0].split("|")[8] for message in messages]
    assert kinds == ["REF^I12^REF_I12", "ACK^I12^ACK", "RRI^I12^RRI_I12", "ACK^I12^ACK"]
    outcomes = {
        row["Outcome"]: int(row["Values"]) for event in events for row in event.get("rows", ()) if "Outcome" in row
    }  # type: ignore[attr-defined]
    assert set(outcomes) == {"mapped", "carried", "ignored", "deleted"}
    sent = next(event for event in events if "values in the message" in str(event.get("title", "")))
    assert f"{sum(outcomes.values())} values in the message, 0 missing" in str(sent["title"])


def test_the_wrong_message_names_the_field(events: list[dict[str, object]]) -> None:
    last = [str(event["message"]) for event in events if "message" in event][-1]
    error = next(segment for segment in last.split("\r") if segment.startswith("ERR|"))
    assert error.startswith("ERR|PID^1^3^")
    assert "9000004218" not in last


def test_kept_running_it_answers_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "vrfhir", "demo", "--keep", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        said = next(json.loads(line)["text"] for line in demo.stdout if "Still running" in line)
        base = next(word for word in said.replace(",", " ").split() if word.startswith("http"))
        found = httpx.get(f"{base}/Task", params={"_summary": "count"}, timeout=30).json()
        demo.send_signal(signal.SIGINT)
        assert demo.wait(timeout=60) == 0
    assert found["total"] == 1
