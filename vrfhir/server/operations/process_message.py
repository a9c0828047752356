"""``$process-message``: https://hl7.org/fhir/R4/messageheader-operation-process-message.html, synchronous.

The message is validated, then stored with its inbox row and its answer in one transaction. The same message sent again
gets the first answer again, byte for byte; another message under the same identifier is refused.
"""

from __future__ import annotations

from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal, Request, Response
from vrfhir.server.interactions.written import require_same_type
from vrfhir.server.messaging.message import Message
from vrfhir.server.messaging.referral import Origin, process
from vrfhir.server.messaging.response import respond
from vrfhir.server.referring import Change
from vrfhir.server.resource import read_body, require_valid
from vrfhir.server.store import DuplicateMessageError, InboxRow, Transaction

__all__ = ["process_message"]


async def process_message(endpoint: Endpoint, request: Request) -> Response:
    """``POST [base]/$process-message``."""
    if any(name == "async" and value == "true" for name, value in request.parameters()):
        raise Refusal.of(400, "not-supported", "VR-REFERRAL-0012", "Messages are answered at once; leave out 'async'.")
    if request.caller.role == "owner":
        text = "A referral is sent by the requester's side."
        raise Refusal.of(403, "forbidden", "VR-HTTP-0403", text)
    parsed = read_body(endpoint, request)
    require_same_type(parsed.resource, "Bundle")
    await require_valid(endpoint, parsed, len(request.body))
    message = Message.read(parsed.resource)
    first = _first_answer(endpoint, message)
    if first is not None:
        return first

    change = Change(endpoint)

    def work(tx: Transaction) -> tuple[bytes, bool]:
        role, organisation = request.caller
        processed = process(message, tx, change, Origin(request.id, role or "", organisation))
        answer = respond(message, processed, tx, endpoint, request.base)
        tx.receive(
            InboxRow(
                door="fhir",
                sender=message.sender,
                control_id=message.control_id,
                digest=message.digest(),
                received=endpoint.now(),
                status="accepted",
                content=request.body,
                answer=answer,
                focus=processed.focus,
            )
        )
        return answer, processed.outgoing

    try:
        answer, outgoing = await change.write(work)
        if outgoing:
            endpoint.outgoing()
        return Response(200, answer)
    except DuplicateMessageError:
        return _first_answer(endpoint, message) or _duplicate().response()
    except Refusal:
        # the same message may have been stored since we looked: then its answer stands
        first = _first_answer(endpoint, message)
        if first is not None:
            return first
        raise


def _first_answer(endpoint: Endpoint, message: Message) -> Response | None:
    row = endpoint.store.message("fhir", message.sender, message.control_id)
    if row is None:
        return None
    if row.digest != message.digest():
        raise _duplicate()
    return Response(200, row.answer)


def _duplicate() -> Refusal:
    text = "Another message was received under this identifier."
    hint = "Give each message an identifier of its own; send the same message again to get its answer again."
    return Refusal.of(409, "duplicate", "VR-REFERRAL-0011", text, expression="Bundle.identifier", hint=hint)
