"""The referral messages of the example stories, sent to the endpoint in the order in which they were written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from talking import Client, resource

from vrfhir.hl7v2 import parse
from vrfhir.server.gateway import Gateway
from vrfhir.transport import Peer

EXAMPLES = Path(__file__).parents[2] / "examples"
STORIES = sorted(path.parent for path in EXAMPLES.glob("*/bundles.toml"))
ASKED = {"referral-request": "received", "referral-update": "received", "referral-cancel": "cancelled"}
"""What a requester may ask for, and how the Task stands then."""
STATES = {"ref-i12": "received", "ref-i13": "received", "ref-i14": "cancelled"}
"""The same in HL7 v2."""


@pytest.mark.parametrize("folder", STORIES, ids=lambda one: one.name)
def test_the_endpoint_takes_the_referral(client: Client, folder: Path) -> None:
    paths = (folder / "fhir").glob("message-*.json")
    messages: list[dict[str, Any]] = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    taken = []
    for message in sorted(messages, key=lambda one: str(one["timestamp"])):
        header = resource(message, "MessageHeader")
        event = header["eventCoding"]["code"]
        if event not in ASKED:
            continue
        answer = client.post("$process-message", message)
        assert answer.status_code == 200, answer.text
        assert resource(answer.json(), "MessageHeader")["response"] == {"identifier": header["id"], "code": "ok"}
        assert resource(answer.json(), "Task")["status"] == ASKED[event]
        taken.append(event)
    assert taken[0] == "referral-request"
    assert client.get("ServiceRequest?_summary=count").json()["total"] == 1
    assert client.get("Patient?_summary=count").json()["total"] == 1


NOT_YET: dict[str, str] = {}
"""What the mapper cannot do yet; strict, so an entry goes when it can."""


def case(folder: Path) -> Any:
    marks = [pytest.mark.xfail(reason=NOT_YET[folder.name], strict=True)] if folder.name in NOT_YET else []
    return pytest.param(folder, id=folder.name, marks=marks)


@pytest.mark.parametrize("folder", [case(folder) for folder in STORIES])
def test_the_gateway_takes_the_referral(client: Client, folder: Path) -> None:
    gateway = Gateway(client.app.endpoint)
    for path in sorted(path for path in folder.glob("hl7v2/ref-*.hl7") if path.stem in STATES):
        data = path.read_bytes()
        answer = client.run(gateway.handle(data, Peer("127.0.0.1", 1)))
        assert answer is not None
        said = parse(answer)
        assert (said.value("MSA-1"), said.value("MSA-2")) == ("AA", parse(data).control_id)
        found = client.get("Task").json()["entry"]
        assert [each["resource"]["status"] for each in found] == [STATES[path.stem]]
    assert client.get("ServiceRequest?_summary=count").json()["total"] == 1
