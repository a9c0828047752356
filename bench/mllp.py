"""Messages a second over MLLP: received, stored durably, acknowledged; beside named baselines on the same disk.

Every message is a referral of its own (control id, case number, patient), 6 kB, sent over several connections that each
wait for their answer, as interface engines do. ``vrfhir serve`` runs as it is started by hand: SQLite with
``synchronous=FULL``, its workers mapping and validating in the background meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Outcome", "measure", "message", "python_hl7", "raw_commits"]

SIZE = 6_000
_NOTE = b"NTE|%d||Background for the bench: tasks at work, what was tried, what is asked of the service, and when it would help.\r"


class Outcome(NamedTuple):
    """What one run gave: messages a second, how many, the slowest of a hundred answers, and what was answered."""

    rate: float
    count: int
    p99: float
    codes: dict[str, int]
    core_rate: float = float("nan")
    """Messages a second of the server process' own processor time; its workers are not in it."""


def message(template: bytes, number: int) -> bytes:
    """A referral of its own, of the size measured."""
    case = b"R%09d^Y99901" % number
    own = {b"MSH": ((9, b"B%09d" % number),), b"RF1": ((6, case), (11, b"X" + case)), b"PID": ((3, _patient(number)),)}
    segments = template.rstrip(b"\r").split(b"\r")
    for place, segment in enumerate(segments):
        if segment[:3] in own:
            fields = segment.split(b"|")
            for field, value in own[segment[:3]]:
                if field < len(fields):
                    fields[field] = value
            segments[place] = b"|".join(fields)
    data = b"\r".join(segments) + b"\r"
    lines = 0
    while len(data) < SIZE:
        lines += 1
        data += _NOTE % lines
    return data


def _patient(number: int) -> bytes:
    """PID-3 with an NHS number from the test range; those without a valid check digit are left out."""
    place = 900_000_000 + number + number // 5
    while (check := 11 - sum(int(digit) * (10 - i) for i, digit in enumerate(str(place))) % 11) == 10:
        place += 50_000_000
    return b"%d%d^^^NHS^NH" % (place, check % 11)


async def _load(host: str, port: int, frames: list[bytes], connections: int) -> Outcome:
    rest = iter(frames)
    waits: list[float] = []
    codes: dict[str, int] = {}

    async def one() -> None:
        reader, writer = await asyncio.open_connection(host, port)
        for frame in rest:
            begun = time.perf_counter()
            writer.write(frame)
            answer = await reader.readuntil(b"\x1c\r")
            waits.append(time.perf_counter() - begun)
            place = answer.find(b"MSA|")
            code = answer[place + 4 : place + 6].decode()
            codes[code] = codes.get(code, 0) + 1
        writer.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    elapsed = time.perf_counter() - begun
    waits.sort()
    return Outcome(len(waits) / elapsed, len(waits), waits[int(len(waits) * 0.99)], codes)


def _against(command: list[str], environment: dict[str, str], template: bytes, count: int, connections: int) -> Outcome:
    """Send ``count`` messages to the server that a command starts; it prints its port."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | environment
    ) as server:
        try:
            assert server.stdout is not None
            port = int(json.loads(server.stdout.readline())["mllp"].rpartition(":")[2])
            frames = [b"\x0b" + message(template, number) + b"\x1c\r" for number in range(count + connections)]
            asyncio.run(_load("127.0.0.1", port, frames[count:], connections))  # whatever is loaded late
            before = _processor_seconds(server.pid)
            outcome = asyncio.run(_load("127.0.0.1", port, frames[:count], connections))
            used = _processor_seconds(server.pid) - before
            return outcome._replace(core_rate=count / used if used > 0 else float("nan"))
        finally:
            server.terminate()


def _processor_seconds(pid: int) -> float:
    """What a process has used so far; not a number where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def python_hl7(template: bytes, *, count: int, connections: int) -> Outcome:
    """The same to python-hl7's MLLP server, which parses and acknowledges, and keeps nothing."""
    return _against([sys.executable, __file__], {}, template, count, connections)


async def _python_hl7_server() -> None:
    from hl7.mllp import start_hl7_server

    async def connected(reader: Any, writer: Any) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            while True:
                received = await reader.readmessage()
                writer.writemessage(received.create_ack())
                await writer.drain()

    async with await start_hl7_server(connected, "127.0.0.1", 0, encoding="utf-8") as server:
        sys.stdout.write(json.dumps({"mllp": f"127.0.0.1:{server.sockets[0].getsockname()[1]}"}) + "\n")
        sys.stdout.flush()
        await server.serve_forever()


def measure(template: bytes, *, count: int, connections: int, mode: str, workers: int | None = None) -> Outcome:
    """Send ``count`` messages to a ``vrfhir serve`` that acknowledges them when ``mode`` says."""
    with tempfile.TemporaryDirectory(prefix="vrfhir-bench-") as folder:
        command = [sys.executable, "-m", "vrfhir", "serve", "--json", "--port", "0", "--mllp-port", "0"]
        environment = {"VRFHIR_ACKNOWLEDGEMENT": json.dumps({"*": mode})}
        if workers is not None:
            environment["VRFHIR_WORKERS"] = str(workers)
        command += ["--database", f"{folder}/bench.sqlite"]
        return _against(command, environment, template, count, connections)


def _bytes_only(work: Callable[[sqlite3.Connection], None], seconds: float) -> float:
    with tempfile.TemporaryDirectory(prefix="vrfhir-bench-") as folder:
        connection = sqlite3.connect(f"{folder}/raw.sqlite", isolation_level=None)
        for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "CREATE TABLE kept (content BLOB)"):
            connection.execute(statement).fetchall()
        begun, count = time.perf_counter(), 0
        while time.perf_counter() - begun < seconds:
            work(connection)
            count += 1
        rate = count / (time.perf_counter() - begun)
        connection.close()
        return rate


def raw_commits(seconds: float) -> float:
    """Bare SQLite commits a second, one message of the same size in each: what the disk gives without group commit."""
    content = b"x" * SIZE
    return _bytes_only(lambda connection: connection.execute("INSERT INTO kept VALUES (?)", (content,)), seconds)


if __name__ == "__main__":
    asyncio.run(_python_hl7_server())
