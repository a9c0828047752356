"""A story to be killed in: a listener under load, senders in each mode, a partner who takes the application answers.

Whatever the listener acknowledged before it was killed must be in the inbox afterwards, once, and become one referral;
what it did not acknowledge may be there or not. Senders repeat what was not answered, as engines do, so that messages also
come a second time across a kill.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vrfhir.errors import TransportError
from vrfhir.hl7v2 import acknowledge, parse
from vrfhir.transport import MllpListener, MllpSender, Peer

__all__ = ["Crashes"]

REF = (Path(__file__).parents[1] / "server" / "data" / "ref-i12-driver.hl7").read_bytes()
MODES = {"PROCESSED": "processed", "STORED": "stored", "ENHANCED": "enhanced"}
PROGRAM = "from vrfhir.cli import main; import sys; sys.exit(main())"


def message(system: str, name: str) -> bytes:
    """A referral of its own from one of the systems."""
    header, _, rest = REF.partition(b"\r")
    fields = header.split(b"|")
    fields += [b""] * (16 - len(fields))
    fields[2], fields[9] = system.encode(), name.encode()
    if system == "ENHANCED":
        fields[14:16] = [b"AL", b"AL"]
    return b"|".join(fields) + b"\r" + rest.replace(b"REF-2026-0001", f"R{name}".encode())


class Crashes:
    """``runs`` kills of one listener over one database, then the reckoning."""

    def __init__(self, database: Path, *, seed: int, senders: int = 2, most: int = 12) -> None:
        self._database = database
        self._chance = random.Random(seed)
        self._senders = senders
        self._most = most
        self.acknowledged: dict[tuple[str, str], bytes] = {}
        self.tried: set[tuple[str, str]] = set()
        self.answers: Counter[str] = Counter()
        self.kills = 0

    async def play(self, runs: int) -> None:
        """Kill the listener ``runs`` times, then let it work off what it has."""
        async with MllpListener(self._take_answer, port=0) as partner:
            for run in range(runs):
                await self._run(run, partner.port)
            served, port = await self._serve(partner.port)
            try:
                await self._repeat(port)
                await self._until_done()
            finally:
                served.terminate()
                await asyncio.to_thread(served.wait, 30)

    async def _take_answer(self, data: bytes, _: Peer) -> bytes:
        answer = parse(data)
        self.answers[str(answer.value("MSA-2"))] += 1
        return acknowledge(answer, "CA", control_id=f"P{time.monotonic_ns()}"[:20], now=datetime.now(UTC))

    async def _serve(self, partner: int) -> tuple[subprocess.Popen[bytes], int]:
        environment = os.environ | {
            "VRFHIR_ACKNOWLEDGEMENT": json.dumps(MODES_BY_SENDER),
            "VRFHIR_PARTNERS": json.dumps({"ENHANCED|A81001": f"127.0.0.1:{partner}"}),
            "VRFHIR_RETRY_SECONDS": "0.2",
            "VRFHIR_WORKERS": "1",
        }
        command = [sys.executable, "-c", PROGRAM, "serve", "--json", "--port", "0", "--mllp-port", "0"]
        with self._database.with_suffix(".log").open("ab") as log:
            served = subprocess.Popen(  # noqa: ASYNC220 -- starting it takes no time
                [*command, "--database", str(self._database)],
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
            )
        assert served.stdout is not None
        line = await asyncio.to_thread(served.stdout.readline)
        assert line, self._database.with_suffix(".log").read_text()
        return served, int(json.loads(line)["mllp"].rpartition(":")[2])

    async def _run(self, run: int, partner: int) -> None:
        served, port = await self._serve(partner)
        under_load = asyncio.Event()
        before = len(self.acknowledged)

        async def sends(system: str, sender: int) -> None:
            left = [key for key in self.tried - self.acknowledged.keys() if key[0] == system][sender :: self._senders]
            new = [(system, f"{system[0]}{run}-{sender}-{number}") for number in range(self._most)]
            async with MllpSender("127.0.0.1", port, timeout=20) as connection:
                for key in (*left, *new):
                    self.tried.add(key)
                    try:
                        self._keep(key, await connection.send(message(*key)))
                    except TransportError:
                        return
                    if len(self.acknowledged) > before:
                        under_load.set()

        async def kills() -> None:
            async with asyncio.timeout(60):
                await under_load.wait()
            await asyncio.sleep(self._chance.random() * 0.25)
            served.kill()
            self.kills += 1

        await asyncio.gather(kills(), *(sends(system, number) for system in MODES for number in range(self._senders)))
        await asyncio.to_thread(served.wait, 30)

    def _keep(self, key: tuple[str, str], answer: bytes) -> None:
        said = parse(answer)
        assert said.value("MSA-1") == ("CA" if key[0] == "ENHANCED" else "AA"), answer
        assert said.value("MSA-2") == key[1]
        self.acknowledged[key] = answer

    async def _repeat(self, port: int) -> None:
        """Send what was acknowledged again: the answer is the first one, byte for byte, and nothing new comes of it."""
        again = self._chance.sample(sorted(self.acknowledged), min(40, len(self.acknowledged)))
        async with MllpSender("127.0.0.1", port, timeout=30) as connection:
            for key in again:
                assert await connection.send(message(*key)) == self.acknowledged[key], key

    async def _until_done(self) -> None:
        async with asyncio.timeout(600):
            while (  # noqa: ASYNC110 -- another process does it
                self._ask("SELECT count(*) FROM inbox WHERE status = 'received'")[0][0]
                or self._ask("SELECT count(*) FROM outbox WHERE status = 'pending'")[0][0]
            ):
                await asyncio.sleep(0.2)

    def _ask(self, question: str) -> list[Any]:
        connection = sqlite3.connect(f"{self._database.absolute().as_uri()}?mode=ro", uri=True)
        try:
            return connection.execute(question).fetchall()
        finally:
            connection.close()

    def reckon(self) -> None:
        """No acknowledged message is missing, none is stored twice, each became one referral with one Task."""
        rows = self._ask("SELECT sender, control_id, status, answer, content FROM inbox")
        kept = {(sender.partition("|")[0], control_id): row for sender, control_id, *row in rows}
        assert len(kept) == len(rows), "a message is in the inbox twice"
        assert set(kept) <= self.tried
        for key, answer in self.acknowledged.items():
            status, kept_answer, content = kept[key]
            assert (status, kept_answer, content) == ("accepted", answer, message(*key)), key
        referrals = Counter(
            code
            for (code,) in self._ask(
                "SELECT code FROM token_index JOIN search_parameter ON search_parameter.id = parameter"
                " WHERE name = 'ServiceRequest.identifier' AND code LIKE 'R%'"
            )
        )
        assert referrals == Counter({f"R{name}": 1 for _, name in kept}), "a referral is missing, or there twice"
        ((tasks,),) = self._ask("SELECT count(*) FROM resource WHERE type = 'Task'")
        assert tasks == len(kept)
        wanted = {name for system, name in kept if system == "ENHANCED"}
        assert set(self.answers) == wanted, "an application answer is missing"


MODES_BY_SENDER = {f"{system}|A81001": mode for system, mode in MODES.items()}
