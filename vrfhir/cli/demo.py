"""``vrfhir demo``: one referral end to end over real sockets, each step shown.

A GP system sends the driver's ``REF^I12`` over MLLP; the endpoint maps, validates, stores and acknowledges it; the VR service
accepts it through FHIR; the GP system receives the ``RRI^I12``; a wrong message shows what an error looks like. Everything
runs on this machine in a temporary folder and ends by itself; ``--keep`` leaves it running.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vrfhir.cli.shipped import shipped
from vrfhir.cli.stage import Stage
from vrfhir.errors import VrfhirError
from vrfhir.hl7v2 import acknowledge, parse
from vrfhir.issues import Issue

if TYPE_CHECKING:
    import httpx

    from vrfhir.transport import Peer

__all__ = ["HELP", "add_arguments", "run"]

HELP = "run one referral end to end and show each step"

REFERRAL = "driver/hl7v2/ref-i12.hl7"
WRONG = "driver/hl7v2/ref-i12-wrong-nhs-number.hl7"
ANSWER_SECONDS = 10
TYPES = (
    *("MessageHeader", "ServiceRequest", "Task", "Patient", "RelatedPerson", "Organization", "Practitioner"),
    *("PractitionerRole", "Location", "HealthcareService", "Condition", "Observation", "DiagnosticReport", "Procedure"),
    *("AllergyIntolerance", "Encounter", "Coverage", "ClaimResponse", "CareTeam", "Consent", "QuestionnaireResponse"),
    *("DocumentReference", "Binary", "Device", "Provenance"),
)
"""What a VR referral over HL7 v2 can become."""
WARNINGS_SHOWN = 4
MARKS = re.compile(r"/\*.*?\*/")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    parser.add_argument("--keep", action="store_true", help="leave the endpoint and both systems running")
    parser.add_argument("--json", action="store_true", help="print each step as one JSON object on a line")


def run(arguments: argparse.Namespace) -> int:
    """0 when every step did what it should, 1 when one did not."""
    stage = Stage(as_json=arguments.json)
    with tempfile.TemporaryDirectory(prefix="vrfhir-demo-") as folder:
        return asyncio.run(_Story(stage, Path(folder)).play(keep=arguments.keep))


class _GpSystem:
    """The GP practice's side: sends over MLLP, and listens for what comes back."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[bytes] = asyncio.Queue()
        self._answers = 0

    async def handle(self, data: bytes, _: Peer) -> bytes:
        """Take an answer and acknowledge it."""
        self._answers += 1
        await self.received.put(data)
        return acknowledge(parse(data), "AA", (), control_id=f"GPACK{self._answers:05}", now=datetime.now(UTC))


class _Story:
    """The referral of one driver, told step by step."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage = stage
        self._folder = folder
        self._failed = 0

    async def play(self, *, keep: bool) -> int:
        from vrfhir.cli.serve import running, until_told
        from vrfhir.server import create_app
        from vrfhir.server.settings import Settings
        from vrfhir.transport import MllpListener

        referral, wrong = _message(REFERRAL), _message(WRONG)
        gp = _GpSystem()
        listener = MllpListener(gp.handle, "127.0.0.1", 0)
        await listener.start()
        sender = "|".join(parse(referral).header.value(field) or "" for field in (3, 4))
        settings = Settings(
            database=self._folder / "demo.sqlite",
            host="127.0.0.1",
            port=0,
            base_url="",
            mllp_host="127.0.0.1",
            mllp_port=0,
            partners={sender: f"127.0.0.1:{listener.port}"},
            tokens=(),
            workers=0,
        )
        try:
            async with running(create_app(settings)) as addresses:
                await self._tell(addresses, referral, wrong, gp)
                if keep:
                    self._stage.say(
                        f"Still running: FHIR {addresses['fhir']}, MLLP {addresses['mllp']}, "
                        f"GP system 127.0.0.1:{listener.port}. Stop with Ctrl-C."
                    )
                    await until_told().wait()
        finally:
            await listener.stop()
        self._stage.end(self._failed)
        return 1 if self._failed else 0

    async def _tell(self, addresses: dict[str, str], referral: bytes, wrong: bytes, gp: _GpSystem) -> None:
        import httpx

        async with httpx.AsyncClient(base_url=addresses["fhir"], timeout=10) as client:
            await self._sent(addresses, referral)
            await self._became(client)
            self._checked(referral)
            task = await self._accepted(client)
            await self._answered(gp, task)
            await self._refused(addresses, client, wrong)

    async def _sent(self, addresses: dict[str, str], referral: bytes) -> None:
        message = parse(referral)
        self._stage.step(
            f"The GP system sends a referral: {len(message.segments)} segments of HL7 v{message.version} over MLLP "
            f"to {addresses['mllp']}"
        )
        self._stage.message(referral)
        started = time.perf_counter()
        answer = await _send(addresses, referral)
        self._stage.step(f"Stored, then acknowledged after {(time.perf_counter() - started) * 1000:.0f} ms")
        self._stage.message(answer)
        self._expect(parse(answer).value("MSA-1") == "AA", "the referral is acknowledged with AA")

    async def _became(self, client: httpx.AsyncClient) -> None:
        self._stage.step(f"What it became in FHIR: {client.base_url}")
        rows, profiled = [], 0
        for resource_type, resources in (await _stored(client)).items():
            profiles = sorted({_name(url) for one in resources for url in one.get("meta", {}).get("profile", ())})
            profiled += sum(bool(one.get("meta", {}).get("profile")) for one in resources)
            rows.append((resource_type, str(len(resources)), ", ".join(profiles) or "R4"))
        self._stage.table(("Resource", "Count", "Profiles it declares"), rows)
        self._expect(profiled > 0, "the resources declare VR profiles")

    def _checked(self, referral: bytes) -> None:
        from vrfhir import Validator
        from vrfhir.mappers import to_fhir

        mapping = to_fhir(referral)
        started = time.perf_counter()
        report = Validator().validate(mapping.bundle)
        found = Counter(issue.severity for issue in report.issues)
        counts = (
            ", ".join(f"{found[name]} {name}s" for name in ("error", "warning")) + f", {found['information']} notes"
        )
        self._stage.step(
            f"Validated as {_name(mapping.bundle['meta']['profile'][0])} with {len(mapping.bundle['entry'])} resources "
            f"in {(time.perf_counter() - started) * 1000:.0f} ms: {counts}"
        )
        for issue in [issue for issue in report.issues if issue.severity == "warning"][:WARNINGS_SHOWN]:
            self._stage.say(f"warning {MARKS.sub('', issue.expression)}: {issue.text}")
        if found["warning"] > WARNINGS_SHOWN:
            self._stage.say(
                f"… {found['warning'] - WARNINGS_SHOWN} more: vrfhir map FILE > b.json; vrfhir validate b.json"
            )
        self._expect(report.valid, "the message is valid")
        self._ledger(mapping.ledger)

    def _ledger(self, ledger: Any) -> None:
        counts = ledger.counts()
        total = sum(counts.values())
        self._stage.step(f"The ledger: {total} values in the message, {len(ledger.unaccounted)} missing")
        rows = []
        for outcome in ("mapped", "carried", "ignored", "deleted"):
            paths = [entry.path for entry in ledger if entry.outcome == outcome]
            shown = "" if outcome == "mapped" else ", ".join(paths[:4]) + (" …" if len(paths) > 4 else "")
            rows.append((outcome, str(counts.get(outcome, 0)), f"{counts.get(outcome, 0) / total:.0%}", shown))
        self._stage.table(("Outcome", "Values", "Share", "Which"), rows)
        self._expect(not ledger.unaccounted, "every value is accounted for")

    async def _accepted(self, client: httpx.AsyncClient) -> dict[str, Any]:
        found = (await client.get("/Task", params={"status": "received"})).json()
        task: dict[str, Any] = found["entry"][0]["resource"]
        self._stage.step(
            f"The VR service finds the Task (GET Task?status=received) and accepts it: PUT Task/{task['id']}"
        )
        task["status"] = "accepted"
        task["businessStatus"] = {
            "coding": [{"system": "https://vrfhir.org/fhir/CodeSystem/vr-referral-status", "code": "accepted"}]
        }
        task["lastModified"] = datetime.now(UTC).isoformat(timespec="seconds")
        version = task["meta"]["versionId"]
        response = await client.put(f"/Task/{task['id']}", json=task, headers={"If-Match": f'W/"{version}"'})
        self._stage.say(f"{response.status_code} {response.reason_phrase}, ETag {response.headers.get('ETag', '')}")
        self._expect(response.status_code == 200, "the Task is accepted")
        task["status"] = "requested"
        refused = await client.put(f"/Task/{task['id']}", json=task, headers={"If-Match": response.headers["ETag"]})
        self._stage.say(f"Back to “requested”? {refused.status_code}: {refused.json()['issue'][0]['details']['text']}")
        self._expect(refused.status_code == 422, "an illegal move is refused")
        return task

    async def _answered(self, gp: _GpSystem, task: dict[str, Any]) -> None:
        self._stage.step("The GP system receives the answer in its own format")
        try:
            answer = await asyncio.wait_for(gp.received.get(), ANSWER_SECONDS)
        except TimeoutError:
            self._expect(False, f"an answer to Task {task['id']} arrives within {ANSWER_SECONDS} s")
            return
        self._stage.message(answer)
        message = parse(answer)
        kind = (message.type.code, message.type.trigger, message.value("RF1-1.1"))
        self._expect(kind == ("RRI", "I12", "A"), "the answer is an RRI^I12 that says accepted")

    async def _refused(self, addresses: dict[str, str], client: httpx.AsyncClient, wrong: bytes) -> None:
        before = sum(len(resources) for resources in (await _stored(client)).values())
        self._stage.step("A second referral, with a mistyped NHS number")
        answer = await _send(addresses, wrong)
        self._stage.message(answer)
        after = sum(len(resources) for resources in (await _stored(client)).values())
        self._stage.say(
            f"Refused with its place; nothing became FHIR ({before} resources before, {after} after), the bytes are kept in the inbox."
        )
        self._expect(parse(answer).value("MSA-1") == "AE" and before == after, "the wrong message is refused whole")

    def _expect(self, holds: bool, what: str) -> None:
        """Count and show an expectation: the demo is also a check of itself."""
        self._failed += not holds
        self._stage.check(holds, what)


async def _send(addresses: dict[str, str], message: bytes) -> bytes:
    from vrfhir.transport import send

    host, _, port = addresses["mllp"].rpartition(":")
    return await send(host, int(port), message, timeout=10)


async def _stored(client: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """The resources of the endpoint by type, of the types a referral is made of."""
    found = {}
    for resource_type in TYPES:
        bundle = (await client.get(f"/{resource_type}", params={"_count": 100})).json()
        if bundle.get("entry"):
            found[resource_type] = [entry["resource"] for entry in bundle["entry"]]
    return found


def _message(name: str) -> bytes:
    """A shipped HL7 v2 message, segments ended by CR as MLLP wants them."""
    path = shipped("examples") / name
    try:
        return path.read_bytes().replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    except OSError as error:
        text = f"The example {name} cannot be read: {error.strerror}."
        raise VrfhirError(Issue("fatal", "not-found", "VR-CLI-0902", text, hint="Install vrfhir again.")) from None


def _name(canonical: str) -> str:
    return canonical.rpartition("/")[2]
