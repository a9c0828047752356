"""What the HL7 v2 door itself has to say about a message."""

from __future__ import annotations

from vrfhir.issues import Issue

__all__ = ["fault"]

_TEXTS = {
    "VR-GATEWAY-0001": (
        "required",
        "MSH-10 is empty: a message without a control id cannot be filed or acknowledged by name.",
        "MSH[1]-10[1].1.1",
        "Send a control id that is unique per sending application.",
    ),
    "VR-GATEWAY-0002": (
        "duplicate",
        "Another message was received from this sender under the same control id (MSH-10).",
        "MSH[1]-10[1].1.1",
        "Give each message a control id of its own; repeat a message unchanged to get its answer again.",
    ),
    "VR-GATEWAY-0003": (
        "exception",
        "The message could not be processed; it is kept, and somebody has to look at it.",
        "",
        "Send it again later; ask the receiver when that does not help.",
    ),
    "VR-GATEWAY-0005": (
        "forbidden",
        "Messages of this sender (MSH-3, MSH-4) are not taken here: no partner file names it.",
        "MSH[1]-4[1].1.1",
        "Ask the receiver to add you; check MSH-3 and MSH-4.",
    ),
    "VR-GATEWAY-0006": (
        "forbidden",
        "The connection may not speak for this sender (MSH-3, MSH-4): it does not show its certificate.",
        "MSH[1]-4[1].1.1",
        "Connect with the client certificate that was agreed with the receiver.",
    ),
    "VR-GATEWAY-0007": (
        "not-supported",
        "Messages of this type are not taken from this sender.",
        "MSH[1]-9[1].1.1",
        "Send the types that were agreed with the receiver.",
    ),
    "VR-GATEWAY-0008": (
        "too-long",
        "The batch holds more messages than are taken at once; none of it was worked on.",
        "",
        "Send it in several batches of at most 20,000 messages.",
    ),
    "VR-GATEWAY-0009": (
        "too-long",
        "The message has more fields, components and repetitions than are worked on; it is kept.",
        "",
        "Send it in several messages of at most 300,000 fields; what is embedded as base64 does not count.",
    ),
    "VR-GATEWAY-0010": (
        "conflict",
        "The charset of the Content-Type contradicts MSH-18 or what is agreed for the sender: the message reads differently in the two.",
        "MSH[1]-18[1].1.1",
        "Name the character set that the message is in, in both places or in one.",
    ),
    "VR-GATEWAY-0011": (
        "too-costly",
        "Working on the message takes more memory than is given to it; it is kept.",
        "",
        "Send it in several messages.",
    ),
    "VR-GATEWAY-0004": (
        "throttled",
        "Too many messages wait to be worked on; this one was not taken.",
        "",
        "Send it again later.",
    ),
}


def fault(rule: str) -> Issue:
    """The finding of a rule."""
    code, text, place, hint = _TEXTS[rule]
    return Issue("error", code, rule, text, place, hint=hint)
