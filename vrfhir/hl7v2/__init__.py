"""HL7 v2 as text on the wire: lossless reading, values, writing, acknowledgements. Knows no FHIR.

::

    message = parse(data)
    message.value("PID-5.1")            # 'Okafor'
    message.encode() == data            # always
    for leaf in message.leaves(): ...   # PID[1]-3[2].4.1
"""

from __future__ import annotations

from vrfhir.hl7v2.delimiters import Delimiters
from vrfhir.hl7v2.message import Message, MessageType
from vrfhir.hl7v2.paths import Path, parse_path
from vrfhir.hl7v2.reading import parse
from vrfhir.hl7v2.segment import NULL, Component, Leaf, Repetition, Segment

__all__ = [
    "NULL",
    "Component",
    "Delimiters",
    "Leaf",
    "Message",
    "MessageType",
    "Path",
    "Repetition",
    "Segment",
    "parse",
    "parse_path",
]
