"""HL7 v2 over HTTP: ``POST /hl7v2`` takes the same messages and batches as the MLLP listener.

The media type is that of HL7 over HTTP, ``application/hl7-v2+er7``; the older ``application/hl7-v2`` and the
``x-application/hl7-v2+er7`` of FHIR Binary are read too. The HTTP status speaks of the transport: an answer with AE or
AR is 200 like one with AA; 202 without a body says that none is due.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message
from vrfhir.server.correspondents import Correspondents
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.gateway import Gateway
from vrfhir.server.http import Refusal
from vrfhir.server.inbox.admission import outline, sender_of
from vrfhir.server.inbox.batches import messages_of
from vrfhir.server.inbox.faults import fault
from vrfhir.server.security import Caller, Gatekeeper
from vrfhir.transport import Peer

__all__ = ["ER7", "PATH", "mount_messages"]

PATH = "/hl7v2"
ER7 = "application/hl7-v2+er7"
_TYPES = (ER7, "application/hl7-v2", "x-application/hl7-v2+er7")
_FHIR = "application/fhir+json"


def mount_messages(app: FastAPI, endpoint: Endpoint, gateway: Gateway) -> None:
    """Add the door to the outer application."""
    gatekeeper = Gatekeeper(endpoint.settings.tokens)

    @app.post(PATH, include_in_schema=False)
    async def message(request: Request) -> Response:
        try:
            data, organisation = await _message(request, endpoint, gatekeeper, gateway)
        except Refusal as refusal:
            response = refusal.response()
            return Response(response.body, response.status, dict(response.headers), media_type=_FHIR)
        host, port = request.client or ("unknown", 0)
        answer = await gateway.handle(data, Peer(host, port, organisation=organisation))
        if answer is None:
            return Response(status_code=202)
        return Response(answer, media_type=ER7, headers={"Cache-Control": "no-store"})


async def _message(request: Request, endpoint: Endpoint, gatekeeper: Gatekeeper, gateway: Gateway) -> tuple[bytes, str]:
    """The body of a request that may be taken, and the organisation that sends it."""
    caller = gatekeeper.admit(request.headers.get("authorization"))
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() not in _TYPES:
        raise Refusal.of(415, "not-supported", "VR-HTTP-0415", f"HL7 v2 messages are sent here as {ER7}.")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Refusal.of(415, "not-supported", "VR-HTTP-0415", "A body is sent as it is, without a content encoding.")
    if gateway.is_full:
        raise Refusal(503, [fault("VR-GATEWAY-0004")], (("Retry-After", "30"),))
    limit = endpoint.settings.max_message_bytes
    data = bytearray()
    try:
        async for part in request.stream():
            data += part
            if len(data) > limit:
                raise Refusal.of(413, "too-long", "VR-HTTP-0413", f"A request takes at most {limit} bytes.")
    except ClientDisconnect:
        raise Refusal.of(400, "incomplete", "VR-HTTP-0400", "The request ended before its body.") from None
    _require_own_side(bytes(data), caller, endpoint.correspondents)
    return bytes(data), caller.organisation


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
