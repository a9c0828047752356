"""``kill -9`` while it works: whatever was acknowledged is there afterwards, and is there once."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import httpx
from served import Served
from talking import FHIR_JSON

from vrfhir.errors import TransportError
from vrfhir.hl7v2 import parse
from vrfhir.transport import send

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
ROUNDS = 3


async def load(served: Served, round_: int, created: dict[str, bytes], referred: set[str], tried: set[str]) -> None:
    """Create and refer from several connections until the endpoint is gone; note what it acknowledged."""

    before = len(created), len(referred)
    under_way = asyncio.Event()

    async def creates(worker: int) -> None:
        async with httpx.AsyncClient(base_url=served.fhir) as client:
            for number in range(10_000):
                body = b'{"resourceType":"Patient","identifier":[{"system":"urn:t","value":"%d-%d-%d"}]}'
                try:
                    answer = await client.post("Patient", content=body % (round_, worker, number), headers=FHIR_JSON)
                except httpx.TransportError:
                    return
                assert answer.status_code == 201
                created[answer.json()["id"]] = answer.content

    async def refers(worker: int) -> None:
        for number in range(10_000):
            name = f"{round_}-{worker}-{number}"
            message = REF.replace(b"MSG00001", f"M{name}".encode()).replace(b"REF-2026-0001", f"R{name}".encode())
            tried.add(name)
            try:
                answer = parse(await send(*served.mllp, message, timeout=20))
            except TransportError:
                return
            assert answer.value("MSA-1") == "AA"
            referred.add(name)
            if len(referred) >= before[1] + 2 and len(created) >= before[0] + 10:
                under_way.set()

    async def kills() -> None:
        await under_way.wait()
        await asyncio.sleep(random.random() / 2)
        served.kill()

    await asyncio.gather(kills(), *(creates(n) for n in range(4)), *(refers(n) for n in range(2)))


def test_kill_and_look(tmp_path: Path) -> None:
    database = tmp_path / "store.sqlite"
    created: dict[str, bytes] = {}
    referred: set[str] = set()
    tried: set[str] = set()
    for round_ in range(ROUNDS):
        before = len(created), len(referred)
        asyncio.run(load(Served(database), round_, created, referred, tried))
        assert len(created) > before[0], "the round was over before anything was acknowledged"
        assert len(referred) > before[1], "the round was over before a referral was acknowledged"
    served = Served(database)
    try:
        with httpx.Client(base_url=served.fhir) as client:
            for id_, body in created.items():
                assert client.get(f"Patient/{id_}").content == body
            for name in sorted(tried):
                found = client.get(f"ServiceRequest?identifier=R{name}&_revinclude=Task:focus").json()
                kinds = sorted(entry["resource"]["resourceType"] for entry in found.get("entry", []))
                whole = kinds == ["ServiceRequest", "Task"]
                assert whole or (not kinds and name not in referred), (name, kinds)
        again = sorted(referred)[0]
        message = REF.replace(b"MSG00001", f"M{again}".encode()).replace(b"REF-2026-0001", f"R{again}".encode())
        assert parse(asyncio.run(send(*served.mllp, message, timeout=20))).value("MSA-1") == "AA"
    finally:
        assert served.stop() == 0
