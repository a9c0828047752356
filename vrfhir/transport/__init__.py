"""Messages over the wire: MLLP release 1, listening and sending (HL7 minimal lower layer protocol)."""

from __future__ import annotations

from vrfhir.transport.frames import Fault, Frame, FrameDecoder, frame
from vrfhir.transport.listener import MllpListener, Peer
from vrfhir.transport.sender import MllpSender, send

__all__ = ["Fault", "Frame", "FrameDecoder", "MllpListener", "MllpSender", "Peer", "frame", "send"]
