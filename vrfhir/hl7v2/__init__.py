"""HL7 v2 as text on the wire: lossless reading, values, writing, acknowledgements. Knows no FHIR.

::

    message = parse(data)
    message.value("PID-5.1")            # 'Okafor'
    message.encode() == data            # always
    for leaf in message.leaves(): ...   # PID[1]-3[2].4.1
"""

from __future__ import annotations

from vrfhir.hl7v2.ack_modes import acknowledgement_code, outcome_of, plan
from vrfhir.hl7v2.acknowledgement import acknowledge
from vrfhir.hl7v2.answer import Answer, read_answer
from vrfhir.hl7v2.batch import Batch, parse_batch
from vrfhir.hl7v2.builder import MessageBuilder
from vrfhir.hl7v2.catalogue import CATALOGUE, Catalogue, CatalogueEntry
from vrfhir.hl7v2.delimiters import Delimiters
from vrfhir.hl7v2.field_check import check_fields
from vrfhir.hl7v2.header import check_header, effective_type
from vrfhir.hl7v2.message import Message, MessageType
from vrfhir.hl7v2.paths import Path, parse_path
from vrfhir.hl7v2.reading import parse
from vrfhir.hl7v2.segment import NULL, Component, Leaf, Repetition, Segment
from vrfhir.hl7v2.structure import match_structure
from vrfhir.hl7v2.timestamps import Timestamp, read_time, read_timestamp, write_timestamp

__all__ = [
    "CATALOGUE",
    "NULL",
    "Answer",
    "Batch",
    "Catalogue",
    "CatalogueEntry",
    "Component",
    "Delimiters",
    "Leaf",
    "Message",
    "MessageBuilder",
    "MessageType",
    "Path",
    "Repetition",
    "Segment",
    "Timestamp",
    "acknowledge",
    "acknowledgement_code",
    "check_fields",
    "check_header",
    "effective_type",
    "match_structure",
    "outcome_of",
    "parse",
    "parse_batch",
    "parse_path",
    "plan",
    "read_answer",
    "read_time",
    "read_timestamp",
    "write_timestamp",
]
