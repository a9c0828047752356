"""HL7 v2 over HTTP: ``POST /hl7v2`` takes the same messages and batches as the MLLP listener.

The media type is that of HL7 over HTTP, ``application/hl7-v2+er7``; the older ``application/hl7-v2`` and the
``x-application/hl7-v2+er7`` of FHIR Binary are read too. The HTTP status speaks of the transport: an answer with AE or
AR is 200 like one with AA; 202 without a body says that none is due. A ``charset`` of the content type holds where MSH-18 is
empty; where both are given, and what is agreed for the sender, the message has to read the same.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from email.message import EmailMessage

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message
from vrfhir.hl7v2.charset import codec_for, decode
from vrfhir.server.body import read_body
from vrfhir.server.correspondents import Correspondents
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.gateway import Gateway
from vrfhir.server.http import Refusal
from vrfhir.server.inbox.admission import outline, sender_of
from vrfhir.server.inbox.batches import holds_too_many, messages_of
from vrfhir.server.inbox.faults import fault
from vrfhir.server.security import Caller, Gatekeeper
from vrfhir.transport import Peer

__all__ = ["ER7", "PATH", "mount_messages"]

_log = logging.getLogger("vrfhir.server")

PATH = "/hl7v2"
ER7 = "application/hl7-v2+er7"
_TYPES = (ER7, "application/hl7-v2", "x-application/hl7-v2+er7")
_FHIR = "application/fhir+json"
_LIKE_ASCII = frozenset({"ascii", "utf-8", "windows-1252", *(f"iso8859-{part}" for part in range(1, 16))})
"""Codecs in which bytes below 128 are ASCII: a message of those reads the same in all of them."""


def mount_messages(app: FastAPI, endpoint: Endpoint, gateway: Gateway) -> None:
    """Add the door to the outer application."""
    gatekeeper = Gatekeeper(endpoint.settings.tokens)

    @app.post(PATH, include_in_schema=False)
    async def message(request: Request) -> Response:
        try:
            host, port = request.client or ("unknown", 0)
            data, organisation, charset = await _message(request, endpoint, gatekeeper, gateway)
            answer = await gateway.handle(data, Peer(host, port, organisation=organisation, charset=charset))
        except Refusal as refusal:
            return _refused(refusal)
        except Exception as error:
            return _refused(_unforeseen(error, endpoint.new_id()))
        if answer is None:
            return Response(status_code=202)
        return Response(answer, media_type=ER7, headers={"Cache-Control": "no-store"})

    @app.api_route(PATH, methods=["GET", "HEAD", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    async def other() -> Response:
        text = f"HL7 v2 messages are sent here with POST, as {ER7}."
        return _refused(Refusal.of(405, "not-supported", "VR-HTTP-0405", text, headers=(("Allow", "POST"),)))


async def _message(
    request: Request, endpoint: Endpoint, gatekeeper: Gatekeeper, gateway: Gateway
) -> tuple[bytes, str, str]:
    """The body of a request that may be taken, the organisation that sends it, and the character set of its content type."""
    caller = gatekeeper.admit(request.headers.get("authorization"))
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
        raise Refusal.of(415, "not-supported", "VR-HTTP-0415", f"HL7 v2 messages are sent here as {ER7}.")
    charset = _charset(request.headers.get("content-type", ""))
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refusal.of(415, "not-supported", "VR-HTTP-0415", "A body is sent as it is, without a content encoding.")
    if gateway.is_full:
        raise Refusal(503, [fault("VR-GATEWAY-0004")], (("Retry-After", "30"),))
    data = await read_body(request.headers, request.receive, endpoint.settings.max_message_bytes)
    if holds_too_many(data):
        raise Refusal(413, [fault("VR-GATEWAY-0008")])
    _require_own_side(data, caller, endpoint.correspondents)
    if charset:
        await asyncio.to_thread(_require_agreement, data, charset, endpoint.correspondents)
    return data, caller.organisation, charset


def _charset(content_type: str) -> str:
    """The ``charset`` of a content type; empty when it has none. Raises :class:`Refusal` 415 for one that is not known."""
    header = EmailMessage()
    header["Content-Type"] = content_type
    charset = str(header.get_param("charset", "") or "").strip()
    if charset and codec_for(charset) is None:
        text = "The charset of the content type is not one that HL7 v2 is read in here."
        raise Refusal.of(415, "not-supported", "VR-HTTP-0415", text, hint="Name one of HL7 table 0211, such as utf-8.")
    return charset


def _require_agreement(data: bytes, charset: str, correspondents: Correspondents) -> None:
    """Raise :class:`Refusal` 400 when a message reads otherwise in ``charset`` than in what MSH-18 or its partner file says."""
    if data.isascii() and codec_for(charset) in _LIKE_ASCII:
        return
    batch = [part.data for part in messages_of(data) or [] if part.name == "MSH"]
    for each in batch or [data]:
        message = _outlined(each)
        if message is None:
            continue
        partner = correspondents.who(sender_of(message))
        agreed = message.header.value(18) or (partner.charset if partner is not None else None) or charset
        if decode(each, agreed, None).text != decode(each, charset, None).text:
            raise Refusal(400, [fault("VR-GATEWAY-0010")])


def _refused(refusal: Refusal) -> Response:
    response = refusal.response()
    return Response(response.body, response.status, dict(response.headers), media_type=_FHIR)


def _unforeseen(error: Exception, request: str) -> Refusal:
    """The store cannot write, or what nobody thought of: the message is not acknowledged, and nothing of it is said."""
    _log.error("unforeseen", extra={"request": request, "door": "http", "error": type(error).__name__})
    if isinstance(error, sqlite3.Error):
        text = "The message could not be stored; send it again."
        return Refusal.of(503, "transient", "VR-HTTP-0503", text, headers=(("Retry-After", "30"),))
    text = f"The endpoint failed; the message was not acknowledged. The request was {request}."
    return Refusal.of(500, "exception", "VR-HTTP-0500", text)


def _require_own_side(data: bytes, caller: Caller, correspondents: Correspondents) -> None:
    """The service answers referrals (RRI), for its own organisation; everything else is sent by the requester's side."""
    if caller.role is None:
        return
    batch = [part.data for part in messages_of(data) or [] if part.name == "MSH"]
    messages = [_outlined(each) for each in batch or [data]]
    answering = [message is not None and message.type.code.upper() == "RRI" for message in messages]
    if caller.role == "requester" and any(answering):
        raise Refusal.of(403, "forbidden", "VR-HTTP-0403", "A referral is answered by the service's side.")
    if caller.role != "owner":
        return
    if not all(answering):
        raise Refusal.of(403, "forbidden", "VR-HTTP-0403", "A referral is sent by the requester's side.")
    for message in messages:
        if message is not None and caller.organisation and not _speaks_for(message, caller, correspondents):
            text = "The token is that of another organisation than the sender of the message (MSH-4)."
            raise Refusal.of(403, "forbidden", "VR-HTTP-0403", text)


def _speaks_for(message: Message, caller: Caller, correspondents: Correspondents) -> bool:
    correspondent = correspondents.who(sender_of(message))
    return caller.organisation in (message.header.value(4), correspondent.id if correspondent is not None else "")


def _outlined(data: bytes) -> Message | None:
    try:
        return outline(data)
    except UnreadableError:
        return None
