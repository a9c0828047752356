"""Messages over the wire: MLLP releases 1 and 2, listening and sending, with TLS; and HL7 v2 over HTTP, sending."""

from __future__ import annotations

from vrfhir.transport.delivery import Sender, deliver, sender_to
from vrfhir.transport.frames import Fault, Frame, FrameDecoder, frame
from vrfhir.transport.listener import MllpListener, Peer
from vrfhir.transport.sender import MllpSender, send

__all__ = [
    "Fault",
    "Frame",
    "FrameDecoder",
    "MllpListener",
    "MllpSender",
    "Peer",
    "Sender",
    "deliver",
    "frame",
    "send",
    "sender_to",
]
