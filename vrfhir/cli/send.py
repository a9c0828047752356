"""``vrfhir send``: HL7 v2 messages and batches to a listener, with the answers they get."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vrfhir.cli.progress import shown
from vrfhir.errors import TransportError, UnreadableError, VrfhirError
from vrfhir.hl7v2 import Answer, parse, read_answer
from vrfhir.hl7v2.ack_modes import plan
from vrfhir.hl7v2.batch import split_batch
from vrfhir.issues import Issue
from vrfhir.transport import Sender, deliver, sender_to
from vrfhir.transport.tls import calling

__all__ = ["HELP", "add_arguments", "run"]

HELP = "send HL7 v2 messages over MLLP or HTTP and show the answers"

OK, FINDINGS, COULD_NOT_RUN = 0, 1, 2
REFUSED = "VR-V2-0303"
UNANSWERED = "VR-V2-0906"
TOKEN = "VRFHIR_SEND_TOKEN"  # noqa: S105 -- the name of a variable

_EPILOG = f"""\
A file may hold one message, several, or a batch (FHS, BHS); each message is sent on its own and answered before the next one, unless
--batch. Line ends become CR, as on the wire, unless --as-is. A message that is not answered is repeated unchanged: receivers know it
by its control id. One that asks for no answer (MSH-15 NE) is not repeated: without one in time it is unanswered. A bearer token for HTTP is read from {TOKEN}. Exit codes: 0 all accepted, 1 one was refused, 2 one could not be sent.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    parser.epilog = _EPILOG
    parser.add_argument("files", nargs="+", metavar="FILE", help="messages in ER7 form; - reads standard input")
    parser.add_argument(
        "--to", required=True, metavar="URL", help="mllp://host:port, mllps://host:port (TLS), http://… or https://…"
    )
    parser.add_argument("--batch", action="store_true", help="send each file as one piece; the answer is a batch too")
    parser.add_argument("--as-is", action="store_true", help="change no line ends")
    parser.add_argument("--timeout", type=float, default=30.0, metavar="S", help="seconds for an answer (default 30)")
    parser.add_argument("--retries", type=int, default=3, metavar="N", help="repetitions without an answer (default 3)")
    parser.add_argument("--wait", type=float, default=1.0, metavar="S", help="seconds before the first, then doubled")
    parser.add_argument("--connections", type=int, default=1, metavar="N", help="at a time; above 1 order is not kept")
    parser.add_argument("--release", type=int, choices=(1, 2), default=1, help="release of MLLP (default 1)")
    parser.add_argument("--ca", type=Path, metavar="PEM", help="authorities of the receiver (default: the system's)")
    parser.add_argument("--certificate", type=Path, metavar="PEM", help="our certificate, for mutual TLS")
    parser.add_argument("--key", type=Path, metavar="PEM", help="its private key, when not in the same file")
    parser.add_argument("--answers", action="store_true", help="print each answer as it came (may hold patient data)")
    parser.add_argument("--quiet", action="store_true", help="print what was refused or not sent only")
    parser.add_argument("--json", action="store_true", help="print one JSON object a message")


@dataclass(slots=True)
class _Message:
    """One thing to send, and what became of it."""

    name: str
    data: bytes
    answer: bytes | None = None
    seconds: float = 0.0
    replies: list[Answer] = field(default_factory=list)
    issues: Sequence[Issue] = ()

    @property
    def outcome(self) -> str:
        """accepted, refused, unanswered (none was due), or not sent."""
        if self.answer is None:
            return "not sent"
        if not self.answer:
            return "unanswered"
        return "accepted" if self.replies and all(reply.is_positive for reply in self.replies) else "refused"


def run(arguments: argparse.Namespace) -> int:
    """Send the files in order."""
    if arguments.retries < 0 or arguments.connections < 1 or arguments.timeout <= 0 or arguments.wait < 0:
        text = "--retries and --wait cannot be negative, --timeout and --connections must be above 0."
        raise VrfhirError(Issue("fatal", "value", "VR-CLI-0501", text))
    messages = [message for file in arguments.files for message in _messages(file, arguments)]
    tls = calling(arguments.certificate, arguments.key, arguments.ca)
    token = os.environ.get(TOKEN, "")
    senders = [
        sender_to(arguments.to, timeout=arguments.timeout, tls=tls, release=arguments.release, token=token)
        for _ in range(min(arguments.connections, len(messages)))
    ]
    finished = _sent(messages, senders, arguments)
    for message in shown(finished, len(messages), what="sending") if arguments.quiet else finished:
        if arguments.json:
            sys.stdout.write(json.dumps(_as_dict(message), ensure_ascii=False) + "\n")
        elif not arguments.quiet or message.outcome in ("refused", "not sent"):
            _show(message, answers=arguments.answers)
        sys.stdout.flush()
    outcomes = [message.outcome for message in messages]
    counts = {name: outcomes.count(name) for name in ("accepted", "refused", "unanswered", "not sent")}
    sys.stderr.write(f"{len(messages)} messages: {', '.join(f'{n} {name}' for name, n in counts.items() if n)}\n")
    if counts["not sent"]:
        return COULD_NOT_RUN
    return FINDINGS if counts["refused"] else OK


def _messages(file: str, arguments: argparse.Namespace) -> list[_Message]:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        text = f"The file cannot be read: {error.strerror}."
        raise VrfhirError(Issue("fatal", "not-found", "VR-CLI-0401", text, source=file)) from None
    if not arguments.as_is:
        data = data.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    parts = [part.data for part in split_batch(data) if part.name == "MSH"]
    if not parts:
        text = "The file holds no HL7 v2 message (no MSH segment)."
        raise VrfhirError(Issue("fatal", "structure", "VR-CLI-0502", text, source=file))
    pieces = [data] if arguments.batch else parts
    kept = pieces if arguments.as_is else [piece.strip(b"\r\x0b\x1c\x1a \t") + b"\r" for piece in pieces]
    names = [file] if len(kept) == 1 else [f"{file}[{number}]" for number in range(1, len(kept) + 1)]
    return [_Message(name, piece) for name, piece in zip(names, kept, strict=True)]


def _sent(messages: list[_Message], senders: list[Sender], arguments: argparse.Namespace) -> Iterator[_Message]:
    """The messages as they are answered; after one that could not be sent no other is begun."""
    with asyncio.Runner() as runner:
        finished: asyncio.Queue[_Message] = asyncio.Queue()
        rest = iter(messages)
        stopped = False

        async def work(sender: Sender) -> None:
            nonlocal stopped
            for message in rest:
                if not stopped:
                    await _send(message, sender, arguments)
                    stopped = stopped or message.answer is None
                await finished.put(message)

        async def begin() -> list[asyncio.Task[None]]:
            return [asyncio.create_task(work(sender)) for sender in senders]

        async def end() -> None:
            await asyncio.gather(*workers)
            await asyncio.gather(*(sender.close() for sender in senders))

        workers = runner.run(begin())
        for _ in messages:
            yield runner.run(finished.get())
        runner.run(end())


class _Unasked:
    """A sender to whom silence is the answer, for messages that ask for none."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def send(self, message: bytes) -> bytes:
        try:
            return await self._sender.send(message)
        except TransportError as error:
            if any(issue.id == UNANSWERED for issue in error.issues):
                return b""
            raise

    async def close(self) -> None:
        await self._sender.close()


async def _send(message: _Message, sender: Sender, arguments: argparse.Namespace) -> None:
    begun = time.monotonic()
    way = sender if _asks(message.data) else _Unasked(sender)
    try:
        message.answer = await deliver(way, message.data, retries=arguments.retries, wait=arguments.wait)
    except TransportError as error:
        message.issues = error.issues
    message.seconds = time.monotonic() - begun
    if message.answer:
        message.replies = list(_replies(message.data, message.answer))


def _asks(data: bytes) -> bool:
    """Whether an answer may come back on the same connection: not when MSH-15 says NE (enhanced mode); a doubtful one asks."""
    try:
        message = parse(data)
    except UnreadableError:
        return True
    if any(segment.name in ("FHS", "BHS") for segment in message.segments):
        return True
    plans = [plan(message, outcome) for outcome in ("accepted", "error", "refused")]
    return any(each.mode == "original" or each.accept for each in plans)


def _replies(sent: bytes, answer: bytes) -> Iterator[Answer]:
    """The answers in an answer; each must be to a message that was sent."""
    parts = [part.data for part in split_batch(answer) if part.name == "MSH"] or [answer]
    asked = [_control_id(part.data) for part in split_batch(sent) if part.name == "MSH"]
    for number, part in enumerate(parts):
        yield read_answer(part, asked[number] if len(asked) == len(parts) else None)


def _control_id(data: bytes) -> str | None:
    try:
        return parse(data).control_id or None
    except UnreadableError:
        return None


def _findings(reply: Answer) -> list[Issue]:
    """What the answer reports, and what is wrong with the answer; that it refuses only where it gives no reason."""
    own = [issue for issue in reply.issues if issue.id != REFUSED or not reply.reported]
    return [*own, *reply.reported]


def _show(message: _Message, *, answers: bool) -> None:
    if not message.replies:
        sys.stdout.write(f"{message.name}: {message.outcome}\n")
    for reply in message.replies:
        code = reply.code or "no code"
        sys.stdout.write(f"{message.name}: {code} {reply.control_id} ({message.seconds:.2f} s)\n")
        for issue in _findings(reply):
            place = f"{issue.expression}: " if issue.expression else ""
            sys.stdout.write(f"  {issue.severity} {issue.id or issue.code}: {place}{issue.text}\n")
    for issue in message.issues:
        sys.stdout.write(f"  {issue.severity} {issue.id}: {issue.text}\n")
        if issue.hint:
            sys.stdout.write(f"  hint: {issue.hint}\n")
    if answers and message.answer:
        text = message.answer.decode("utf-8", "backslashreplace").replace("\r", "\n").rstrip("\n")
        sys.stdout.write(f"{text}\n")


def _as_dict(message: _Message) -> dict[str, Any]:
    return {
        "message": message.name,
        "outcome": message.outcome,
        "seconds": round(message.seconds, 3),
        "answers": [
            {
                "code": reply.code,
                "controlId": reply.control_id,
                "issues": [issue.to_dict() for issue in _findings(reply)],
            }
            for reply in message.replies
        ],
        "issues": [issue.to_dict() for issue in message.issues],
    }
