"""The part of the work that needs no store: a message mapped and validated. Runs anywhere, also in another process."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import Message, parse
from vrfhir.hl7v2.ack_modes import acknowledgement_code, outcome_of
from vrfhir.issues import Issue, has_errors
from vrfhir.server.endpoint import Checker
from vrfhir.server.inbox.taken import TAKEN
from vrfhir.server.messaging.drafting import Draft, Drafting
from vrfhir.server.messaging.status_query import STATUS_QUERY
from vrfhir.server.messaging.task import NO_REASON
from vrfhir.server.messaging.v2_places import v2_places

if TYPE_CHECKING:
    from vrfhir.mappers import Mapping as MappedMessage
    from vrfhir.mappers import Partner

__all__ = ["Prepared", "placed", "prepare"]

Json = dict[str, Any]

_NOTE = re.compile(r"Condition\.note\[(\d+)\]")


class Prepared(NamedTuple):
    """The Bundle a message became, with what was noticed; or no Bundle, the reasons, and the code they are answered with."""

    bundle: Json | None
    issues: Sequence[Issue] = ()
    code: str = ""
    drafts: Sequence[Draft | None] = ()
    """Of a referral: its resources, ready to be stored where they are new."""
    outcomes: Sequence[int] = (0, 0, 0, 0)
    unmapped: Sequence[tuple[str, str, str]] = ()

    def of(self, mapping: MappedMessage) -> Prepared:
        """With what became of the values of the message, for the statistics of its partner."""
        codes = tuple((each.table, each.code, each.name) for each in mapping.unmapped)
        return self._replace(outcomes=tuple(mapping.ledger.counts().values()), unmapped=codes)


def prepare(
    content: bytes,
    received: datetime,
    validator: Checker,
    partner: Partner | None = None,
    drafting: Drafting | None = None,
    charset: str = "",
) -> Prepared:
    """Map and validate one message, read as its partner's files are (None: by the shipped defaults), and draft its resources.

    ``charset`` is what its transport said, for a message that does not say it itself.
    """
    from vrfhir.mappers import to_fhir

    try:
        message = _read(content, partner, charset)
        mapping = to_fhir(message, partner=partner, received=received, accept=TAKEN)
    except UnreadableError as error:
        return Prepared(None, tuple(error.issues), acknowledgement_code(outcome_of(error.issues)))
    if has_errors(mapping.issues):
        return Prepared(None, tuple(mapping.issues), "AE").of(mapping)
    if (message.type.code, message.type.trigger.upper()) == ("REF", STATUS_QUERY):  # of which nothing is stored
        return Prepared(mapping.bundle, tuple(mapping.issues)).of(mapping)
    _give_reason(mapping.bundle)
    if message.type.code == "RRI":
        _let_notes_answer(mapping)
    report = validator.validate(mapping.bundle)
    found = report.issues if report.valid or message.type.code != "RRI" else _besides_the_echo(report.issues, mapping)
    if has_errors(found):
        return Prepared(None, tuple(v2_places(found, mapping)), "AE").of(mapping)
    drafts = drafting.drafts(mapping.bundle) if drafting is not None and message.type.code == "REF" else ()
    return Prepared(mapping.bundle, tuple(mapping.issues), drafts=drafts).of(mapping)


def _let_notes_answer(mapping: MappedMessage) -> None:
    """The NTE of an RRI are the answer's own (RRI_I12 has none under DG1), wherever the reading found room for them."""
    resources = {str(entry.get("fullUrl", "")): entry["resource"] for entry in mapping.bundle.get("entry", ())}
    task = next((each for each in resources.values() if each["resourceType"] == "Task"), None)
    found: dict[tuple[str, int], None] = {}
    for entry in mapping.ledger:
        match = _NOTE.match(entry.location) if entry.path.startswith("NTE[") else None
        if match:
            found[entry.resource, int(match[1])] = None
    for url, number in sorted(found, key=lambda each: each[1], reverse=True):
        notes = resources[url].get("note", []) if url in resources else []
        if task is not None and number < len(notes):
            task.setdefault("note", []).insert(0, notes.pop(number))
            if not notes:
                del resources[url]["note"]


def _besides_the_echo(issues: Sequence[Issue], mapping: MappedMessage) -> list[Issue]:
    """An RRI names the referral and the patient, who are known; it need not repeat what their profiles ask for."""
    entries = mapping.bundle.get("entry", ())
    named = {str(entry.get("fullUrl", "")): entry["resource"]["resourceType"] for entry in entries}
    echoed = [url for url, type_ in named.items() if type_ in ("ServiceRequest", "Patient", "Task")]
    places = {f"Bundle.entry[{n}].": kind for n, kind in enumerate(named.values())}

    def is_about_it(issue: Issue) -> bool:
        if issue.id == "Reference_REF_CantMatchChoice":
            return any(f"'{url}'" in issue.text for url in echoed)
        kind = next((kind for place, kind in places.items() if issue.expression.startswith(place)), "")
        missing = issue.id == "Validation_VAL_Profile_Minimum" or "VR-Patient#" in issue.id
        unowned = issue.id.endswith("#vr-task-3")  # the referral's own Task names its owner
        return kind == "ServiceRequest" or (kind == "Patient" and missing) or (kind == "Task" and unowned)

    return [issue for issue in issues if not is_about_it(issue)]


def placed(
    issues: Sequence[Issue], content: bytes, received: datetime, partner: Partner | None = None, charset: str = ""
) -> Sequence[Issue]:
    """Findings about the Bundle of a message, with the v2 places of what they are about."""
    from vrfhir.mappers import to_fhir

    return v2_places(issues, to_fhir(_read(content, partner, charset), partner=partner, received=received))


def _read(content: bytes, partner: Partner | None, charset: str) -> Message:
    return parse(content, charset=charset or (partner.charset if partner is not None else None) or None)


def _give_reason(bundle: Json) -> None:
    """A cancellation by v2 need not say why; the Task says that it did not, since the profile wants a reason in words."""
    for entry in bundle.get("entry", ()):
        resource = entry["resource"]
        if resource["resourceType"] == "Task" and resource.get("status") == "cancelled":
            resource.setdefault("statusReason", {"text": NO_REASON})
