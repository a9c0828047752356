"""Closing the loop: may this Task take this step, and what goes back to the sender when it has.

The transition table is asked on every write of a referral's Task, whoever writes. When the state or the milestone moved
and the referral came over HL7 v2, an ``RRI^I12`` for its sender is put into the outbox in the same transaction.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from vrfhir import workflow
from vrfhir.issues import Issue, has_errors
from vrfhir.server.endpoint import Endpoint
from vrfhir.server.http import Refusal
from vrfhir.server.resource import load
from vrfhir.server.search.conversion import reference_target
from vrfhir.server.store import OutboxRow, Reader
from vrfhir.workflow import Role

__all__ = ["answers", "require_step", "step_issues"]

Json = dict[str, Any]


def step_issues(current: Json | None, proposed: Json, role: Role | None) -> list[Issue]:
    """What the table has to say about the step; nothing about Tasks that are no referral's."""
    if not workflow.is_referral_task(current) and not workflow.is_referral_task(proposed):
        return []
    return workflow.check(current if workflow.is_referral_task(current) else None, proposed, role)


def require_step(current: Json | None, proposed: Json, role: Role | None) -> None:
    """Raise :class:`Refusal` 422 (403 for the wrong side) unless the table allows the step."""
    issues = step_issues(current, proposed, role)
    if has_errors(issues):
        raise Refusal(403 if issues[0].code == "forbidden" else 422, issues)


def answers(endpoint: Endpoint, store: Reader, current: Json | None, proposed: Json, now: int) -> list[OutboxRow]:
    """The outgoing messages a step calls for; none when nothing moved or the referral did not come over HL7 v2."""
    if not workflow.is_referral_task(proposed) or not workflow.moves_on(current, proposed):
        return []
    focus = reference_target(str(proposed.get("focus", {}).get("reference", "")))
    origin = store.message_about("mllp", focus)
    service_request = store.read(*focus.split("/")) if focus.count("/") == 1 else None
    if origin is None or service_request is None:
        return []
    from vrfhir.mappers import referral_response

    control_id = endpoint.new_id().replace("-", "")[:20].upper()
    content = referral_response(
        original=origin.content,
        partner=endpoint.correspondents.named(origin.partner, origin.sender).partner,
        task=proposed,
        service_request=load(service_request),
        control_id=control_id,
        now=datetime.fromtimestamp(now / 1_000_000, UTC),
    )
    return [OutboxRow(origin.sender, control_id, "RRI^I12", focus, content, created=now, due=now)]
