"""``vrfhir send`` against our own listener, python-hl7's server, and receivers that are not there."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from vrfhir.cli import main
from vrfhir.hl7v2 import acknowledge, parse
from vrfhir.hl7v2.batch import split_batch
from vrfhir.issues import Issue
from vrfhir.transport import MllpListener, Peer

MESSAGE = (
    "MSH|^~\\&|GPSYS|A81001|VRHUB|RXX01|20260105||REF^I12^REF_I12|M{number}|P|2.5.1\nPID|1||{number}\nNTE|1||{note}\n"
)


class Receiver:
    """A listener in a thread; refuses what says ``refuse``."""

    def __init__(self, release: int = 1) -> None:
        self.received: list[bytes] = []
        self.port = 0
        self._release = release
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()))
        self._thread.start()
        assert self._up.wait(20)

    async def _listen(self) -> None:
        self._stop, self._loop = asyncio.Event(), asyncio.get_running_loop()
        async with MllpListener(self._answer, port=0, release=self._release) as listener:
            self.port = listener.port
            self._up.set()
            await self._stop.wait()

    async def _answer(self, data: bytes, _: Peer) -> bytes | None:
        self.received.append(data)
        if b"silence" in data:
            return None
        parts = [part.data for part in split_batch(data) if part.name == "MSH"]
        answers = [self._one(part) for part in parts]
        return answers[0] if len(answers) == 1 else b"BHS|^~\\&\r" + b"".join(answers) + b"BTS|2\r"

    def _one(self, data: bytes) -> bytes:
        wrong = [Issue("error", "value", "X-1", "Not so.", "PID[1]-3")] if b"refuse" in data else []
        code = "AE" if wrong else "AA"
        return acknowledge(data, code, wrong, control_id="A1", now=datetime(2026, 1, 5, tzinfo=UTC))  # type: ignore[arg-type]

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver for one test."""
    each = Receiver()
    yield each
    each.close()


def written(folder: Path, *notes: str, name: str = "messages.hl7", head: str = "", foot: str = "") -> str:
    path = folder / name
    path.write_text(head + "".join(MESSAGE.format(number=n, note=note) for n, note in enumerate(notes, 1)) + foot)
    return str(path)


def test_a_message_that_asks_for_no_answer(
    receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "quiet.hl7"
    path.write_text(MESSAGE.format(number=1, note="silence").replace("|2.5.1", "|2.5.1|||NE|NE"))
    asks = written(tmp_path, "silence")
    options = ["--to", f"mllp://127.0.0.1:{receiver.port}", "--timeout", "0.3", "--retries", "1", "--wait", "0"]
    assert main(["send", str(path), *options]) == 0
    out, err = capsys.readouterr()
    assert "quiet.hl7: unanswered" in out
    assert err == "1 messages: 1 unanswered\n"
    assert len(receiver.received) == 1  # it is not repeated
    assert main(["send", asks, *options]) == 2
    assert "VR-V2-0906" in capsys.readouterr().out
    assert len(receiver.received) == 3


def test_a_message_that_asks_for_no_answer_and_cannot_be_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "quiet.hl7"
    path.write_text(MESSAGE.format(number=1, note="silence").replace("|2.5.1", "|2.5.1|||NE|NE"))
    assert main(["send", str(path), "--to", "mllp://127.0.0.1:1", "--retries", "0"]) == 2
    assert "VR-V2-0905" in capsys.readouterr().out


def test_an_accepted_message(receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["send", written(tmp_path, "fine"), "--to", f"mllp://127.0.0.1:{receiver.port}"]) == 0
    out, err = capsys.readouterr()
    assert "messages.hl7: AA M1 (" in out
    assert err == "1 messages: 1 accepted\n"
    assert receiver.received == [MESSAGE.format(number=1, note="fine").replace("\n", "\r").encode()]


def test_a_refused_message_among_others(receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "fine", "refuse", "fine")
    assert main(["send", file, "--to", f"mllp://127.0.0.1:{receiver.port}", "--json"]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["outcome"], row["answers"][0]["code"]) for row in rows] == [
        ("accepted", "AA"),
        ("refused", "AE"),
        ("accepted", "AA"),
    ]
    assert rows[1]["answers"][0]["issues"][0] | {"hint": ""} == {
        **rows[1]["answers"][0]["issues"][0],
        "hint": "",
        "id": "X-1",
        "text": "Not so.",
    }
    assert [parse(data).control_id for data in receiver.received] == ["M1", "M2", "M3"]


def test_a_batch_file_is_sent_message_by_message_or_whole(
    receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "one", "two", head="FHS|^~\\&\nBHS|^~\\&\n", foot="BTS|2\nFTS|1\n")
    address = f"mllp://127.0.0.1:{receiver.port}"
    assert main(["send", file, "--to", address, "--answers"]) == 0
    assert len(receiver.received) == 2
    assert "MSA|AA|M2" in capsys.readouterr().out
    assert main(["send", file, "--to", address, "--batch"]) == 0
    assert receiver.received[2].startswith(b"FHS|^~\\&\rBHS|^~\\&\rMSH|")
    assert receiver.received[2].endswith(b"BTS|2\rFTS|1\r")
    out = capsys.readouterr().out
    assert "AA M1" in out
    assert "AA M2" in out


def test_as_is_changes_nothing(receiver: Receiver, tmp_path: Path) -> None:
    file = written(tmp_path, "fine")
    assert main(["send", file, "--as-is", "--to", f"mllp://127.0.0.1:{receiver.port}"]) == 0
    assert receiver.received == [Path(file).read_bytes()]


def test_quiet_names_only_what_was_refused(
    receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, *["fine"] * 9, "refuse")
    options = ["--quiet", "--connections", "3", "--to", f"mllp://127.0.0.1:{receiver.port}"]
    assert main(["send", file, *options]) == 1
    out, err = capsys.readouterr()
    assert [line for line in out.splitlines() if not line.startswith(" ")] == [out.splitlines()[0]]
    assert "[10]: AE M10" in out
    assert err == "10 messages: 9 accepted, 1 refused\n"


def test_release_2(tmp_path: Path) -> None:
    receiver = Receiver(release=2)
    try:
        file = written(tmp_path, "fine")
        assert main(["send", file, "--release", "2", "--to", f"mllp://127.0.0.1:{receiver.port}"]) == 0
    finally:
        receiver.close()


def test_nobody_there_stops_after_the_repetitions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, "one", "two")
    assert main(["send", file, "--to", "mllp://127.0.0.1:9", "--retries", "1", "--wait", "0"]) == 2
    out, err = capsys.readouterr()
    assert out.count("not sent") == 2
    assert out.count("VR-V2-0905") == 1
    assert "hint: Check host and port" in out
    assert err == "2 messages: 2 not sent\n"


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (["{file}", "--to", "nowhere"], "VR-TRANSPORT-0004"),
        (["{file}", "--to", "mllp://127.0.0.1:9", "--retries", "-1"], "VR-CLI-0501"),
        (["{file}", "--to", "mllps://127.0.0.1:9", "--ca", "{file}"], "VR-TRANSPORT-0001"),
        (["{file}.missing", "--to", "mllp://127.0.0.1:9"], "VR-CLI-0401"),
        (["{empty}", "--to", "mllp://127.0.0.1:9"], "VR-CLI-0502"),
    ],
)
def test_what_cannot_be_done(
    arguments: list[str], rule: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.hl7"
    empty.write_text("no message\n")
    places = {"file": written(tmp_path, "fine"), "empty": str(empty)}
    assert main(["send", *(each.format(**places) for each in arguments)]) == 2
    assert rule in capsys.readouterr().err


def test_to_the_server_of_python_hl7(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A foreign receiver: python-hl7's MLLP server with its own acknowledgement."""
    mllp = pytest.importorskip("hl7.mllp", reason="python-hl7 is not installed")
    up, ports, received = threading.Event(), [0], []

    async def connected(reader: Any, writer: Any) -> None:
        while not writer.is_closing():
            try:
                message = await reader.readmessage()
            except asyncio.IncompleteReadError:
                return
            received.append(str(message))
            writer.writemessage(message.create_ack())
            await writer.drain()

    async def listen() -> None:
        async with await mllp.start_hl7_server(connected, "127.0.0.1", 0, encoding="utf-8") as server:
            ports[0] = server.sockets[0].getsockname()[1]
            up.set()
            await stop.wait()

    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(listen(),))
    thread.start()
    assert up.wait(20)
    try:
        file = written(tmp_path, "first", "Zoë and Łukasz")
        assert main(["send", file, "--to", f"mllp://127.0.0.1:{ports[0]}"]) == 0
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()
    assert "2 accepted" in capsys.readouterr().err
    assert "Zoë and Łukasz" in received[1]
