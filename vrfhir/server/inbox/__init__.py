"""HL7 v2 messages on their way in: kept first, then worked on in order, each answered as its sender was promised."""

from __future__ import annotations

from vrfhir.server.inbox.admission import Admission, admit
from vrfhir.server.inbox.answers import Answers
from vrfhir.server.inbox.preparing import Prepared, prepare
from vrfhir.server.inbox.workers import Pool, SameProcess, WorkerLostError, WorkerMemoryError, Workers
from vrfhir.server.inbox.worklist import Worklist

__all__ = [
    "Admission",
    "Answers",
    "Pool",
    "Prepared",
    "SameProcess",
    "WorkerLostError",
    "WorkerMemoryError",
    "Workers",
    "Worklist",
    "admit",
    "prepare",
]
