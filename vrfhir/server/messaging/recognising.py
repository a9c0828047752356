"""What a message says again that is stored already: results of a known report, and what is there word for word."""

from __future__ import annotations

from vrfhir.server.endpoint import Endpoint
from vrfhir.server.messaging.filing import Filing, Origin, content_of
from vrfhir.server.messaging.matching import match_by_content, match_result
from vrfhir.server.messaging.message import Entry
from vrfhir.server.messaging.rewriting import rewritten
from vrfhir.server.store import Transaction

__all__ = ["Recognising"]


class Recognising(Filing):
    """A message on its way into the store that may bring what an earlier one brought."""

    def __init__(self, entries: list[Entry], tx: Transaction, endpoint: Endpoint, origin: Origin) -> None:
        super().__init__(entries, tx, endpoint, origin)
        self._untouched: set[int] = set()

    def _match_results(self, identities: dict[int, str], renamed: dict[str, str]) -> None:
        """Results of a report that is known replace those with the same code."""
        for report in self._entries:
            if report.type == "DiagnosticReport" and report.number in self._known:
                for entry, known in match_result(report, self._known[report.number], self._entries, self._tx):
                    self._known[entry.number] = known
                    self._become(entry, known.reference, identities, renamed)

    def _match_contents(self, identities: dict[int, str], renamed: dict[str, str]) -> None:
        """What is stored already, word for word, is not stored again."""
        for entry in self._entries:
            if entry.number not in self._known and entry.number not in self._same:
                known = match_by_content(entry.type, content_of(rewritten(entry.resource, renamed)), self._tx)
                if known is not None:
                    self._untouched.add(entry.number)
                    self._become(entry, known.reference, identities, renamed)
