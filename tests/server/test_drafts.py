"""What workers write down for the thread that writes is what that thread would have written itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from talking import Client

from vrfhir.hl7v2 import parse
from vrfhir.server.inbox.workers import SameProcess
from vrfhir.server.inbox.worklist import Worklist
from vrfhir.transport import Peer

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEER = Peer("127.0.0.1", 1)
EXAMPLES = Path(__file__).parents[2] / "examples"
STORIES = sorted(EXAMPLES.glob("*/hl7v2/ref-i12.hl7"))
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r'"lastUpdated":"[^"]*"')
TABLES = ("token_index", "string_index", "reference_index", "date_index")


def stored(client: Client) -> tuple[list[str], dict[str, list[str]]]:
    """Everything in the store, without the ids that were given and the times of storing."""
    import sqlite3

    connection = sqlite3.connect(client.app.endpoint.settings.database)
    bodies = [TIME.sub("", ID.sub("ID", body.decode())) for (body,) in connection.execute("SELECT body FROM resource")]
    rows = {
        table: sorted(
            ID.sub("ID", repr(row))
            for row in connection.execute(
                f"SELECT p.name, i.*, r.type FROM {table} i JOIN search_parameter p ON p.id = i.parameter"
                " JOIN resource r ON r.pk = i.pk"
            )
        )
        for table in TABLES
    }
    connection.close()
    numbered = re.compile(r", \d+, '(?=[A-Z]\w+'\)$)")  # the place in the store
    return sorted(bodies), {table: sorted(numbered.sub(", '", row) for row in each) for table, each in rows.items()}


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.parts[-3])
def test_drafts_are_what_would_be_written(
    make_client: Callable[..., Client], tmp_path: Path, path: Path, validator: Any
) -> None:
    outcomes = []
    for name in ("drafted", "written"):
        client = make_client(database=tmp_path / f"{name}.sqlite")
        client.app.endpoint.clock = lambda: NOW
        gateway = client.app.services.gateway
        if name == "written":
            gateway._list = Worklist(client.app.endpoint, SameProcess(validator), gateway._answers)
        for number in (1, 2):  # the second finds the people and places of the first
            data = path.read_bytes().replace(b"\n", b"\r")
            lines = data.split(b"\r")
            lines[0] = re.sub(rb"\|P\|", b"%d|P|" % number, lines[0], count=1)
            fields = lines[1].split(b"|")
            fields[6] = b"N-%d" % number + fields[6][fields[6].find(b"^") :]
            fields[11:12] = [b""]
            lines[1] = b"|".join(fields)
            answer = parse(client.run(gateway.handle(b"\r".join(lines), PEER)))
            assert answer.value("MSA-1") == "AA", answer.text
        outcomes.append(stored(client))
    assert outcomes[0][0] == outcomes[1][0]
    assert outcomes[0][1] == outcomes[1][1]
    assert sum(map(len, outcomes[0][1].values())) > 50
