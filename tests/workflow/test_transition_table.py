"""The whole table, cell by cell, and walks through it."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir import workflow
from vrfhir.workflow import BUSINESS_STATUSES, OWNER, REFERRAL_STATUS_SYSTEM, REQUESTER, STATUSES, TRANSITIONS, check
from vrfhir.workflow.rendering import TABLE_0283, V2_STATUSES
from vrfhir.workflow.table import NEGATIVE, START


def task(status: str, milestone: str | None = None, **elements: Any) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "resourceType": "Task",
        "status": status,
        "intent": "order",
        "focus": {"reference": "ServiceRequest/1"},
        "statusReason": {"text": "Because the test says so"},
        **elements,
    }
    if milestone:
        resource["businessStatus"] = {"coding": [{"system": REFERRAL_STATUS_SYSTEM, "code": milestone}]}
    return resource


# The table as the design states it, written a second time and independently of the module.
DESIGN = """
draft            > requested                          : requester
requested        > received                           : owner
received         > accepted rejected                  : owner
accepted         > in-progress                        : owner
in-progress      > on-hold completed failed           : owner
on-hold          > in-progress completed failed       : owner
requested received accepted in-progress on-hold > cancelled : requester
draft requested received accepted rejected in-progress on-hold completed failed cancelled > entered-in-error : requester
"""
MOVES = {
    (before, after): row.split(":")[1].strip()
    for row in DESIGN.strip().splitlines()
    for before in row.split(">")[0].split()
    for after in row.split(">")[1].split(":")[0].split()
}


@pytest.mark.parametrize(("before", "after"), list(product(STATUSES, STATUSES)))
@pytest.mark.parametrize("role", workflow.ROLES)
def test_every_cell_of_the_table(before: str, after: str, role: workflow.Role) -> None:
    issues = check(task(before), task(after), role)
    if before == after:
        assert bool(issues) == (before == "entered-in-error")
    elif (before, after) not in MOVES:
        assert [issue.id for issue in issues] == ["VR-WORKFLOW-0002"]
        assert all(name in issues[0].text for name in TRANSITIONS[before])
    elif MOVES[before, after] != role:
        assert [issue.id for issue in issues] == ["VR-WORKFLOW-0003"]
        assert issues[0].code == "forbidden"
    else:
        assert issues == []


@pytest.mark.parametrize(("before", "after"), list(product(STATUSES, STATUSES)))
def test_a_caller_who_speaks_for_both_sides_is_bound_by_the_moves_only(before: str, after: str) -> None:
    allowed = not check(task(before), task(after), None)
    assert allowed == ((before, after) in MOVES or (before == after != "entered-in-error"))


@pytest.mark.parametrize("status", [*STATUSES, "ready", "", None, 7])
def test_only_three_states_begin_a_referral(status: Any) -> None:
    assert (not check(None, task(status), None)) == (status in START)


def test_the_table_is_closed_and_every_state_is_reachable() -> None:
    assert set(TRANSITIONS) == set(STATUSES) == set(V2_STATUSES)
    assert {after for moves in TRANSITIONS.values() for after in moves} <= set(STATUSES)
    reached, frontier = set(START), set(START)
    while frontier:
        frontier = {after for before in frontier for after in TRANSITIONS[before]} - reached
        reached |= frontier
    assert reached == set(STATUSES)
    assert set(STATUSES) - workflow.TERMINAL == {"draft", "requested", "received", "accepted", "in-progress", "on-hold"}


@pytest.mark.parametrize(("status", "milestone"), list(product(STATUSES, BUSINESS_STATUSES)))
def test_each_milestone_stands_only_in_its_states(status: str, milestone: str) -> None:
    issues = check(task(status) if status != "entered-in-error" else task("received"), task(status, milestone), None)
    fits = status in BUSINESS_STATUSES[milestone].statuses
    assert fits == (not issues)
    if not fits:
        assert [issue.id for issue in issues] == ["VR-WORKFLOW-0004"]


@pytest.mark.parametrize(("first", "second"), list(product(BUSINESS_STATUSES, BUSINESS_STATUSES)))
def test_milestones_only_go_forward(first: str, second: str) -> None:
    for status in sorted(BUSINESS_STATUSES[first].statuses & BUSINESS_STATUSES[second].statuses):
        issues = check(task(status, first), task(status, second), OWNER)
        forward = first == second or BUSINESS_STATUSES[first].order < BUSINESS_STATUSES[second].order
        assert forward == (not issues)
        if not forward:
            assert [issue.id for issue in issues] == ["VR-WORKFLOW-0005"]


def test_the_profile_and_the_table_allow_the_same_pairs(root: Path) -> None:
    profile = json.loads((root / "vrfhir/profiles/package/StructureDefinition-VR-ReferralTask.json").read_text())
    constraint = next(row for row in profile["snapshot"]["element"][0]["constraint"] if row["key"] == "vr-task-2")
    pairs = set(re.findall(r"'([a-z-]+ [a-z0-9-]+)'", constraint["expression"]))
    assert pairs == {f"{status} {code}" for code, row in BUSINESS_STATUSES.items() for status in row.statuses}


def test_milestones_are_the_codes_of_the_code_system(root: Path) -> None:
    system = json.loads((root / "vrfhir/profiles/package/CodeSystem-vr-referral-status.json").read_text())
    assert {row["code"]: row["display"] for row in system["concept"]} == {
        code: row.display for code, row in BUSINESS_STATUSES.items()
    }


def test_a_milestone_cannot_be_taken_away_but_by_withdrawing_the_record() -> None:
    assert [issue.id for issue in check(task("in-progress", "assessed"), task("in-progress"), OWNER)] == [
        "VR-WORKFLOW-0005"
    ]
    assert check(task("in-progress", "assessed"), task("entered-in-error", "assessed"), REQUESTER) == []
    assert check(task("in-progress", "assessed"), task("entered-in-error"), REQUESTER) == []


def test_an_unknown_milestone_of_ours_is_an_error_and_a_foreign_one_is_not() -> None:
    assert [issue.id for issue in check(task("received"), task("received", "nonsense"), OWNER)] == ["VR-WORKFLOW-0004"]
    foreign = task("received", businessStatus={"coding": [{"system": "urn:x", "code": "nonsense"}]})
    assert check(task("received"), foreign, OWNER) == []


@pytest.mark.parametrize("status", sorted(NEGATIVE))
def test_bad_news_needs_a_reason_in_words(status: str) -> None:
    before = next(before for before, moves in TRANSITIONS.items() if status in moves)
    silent = task(status)
    del silent["statusReason"]
    assert [issue.id for issue in check(task(before), silent, None)] == ["VR-WORKFLOW-0006"]
    assert check(task(before), task(status), None) == []


@pytest.mark.parametrize("name", ["focus", "intent"])
def test_what_a_referral_is_about_does_not_change(name: str) -> None:
    issues = check(task("received"), task("accepted", **{name: {"reference": "ServiceRequest/2"}}), OWNER)
    assert [issue.id for issue in issues] == ["VR-WORKFLOW-0007"]


def test_which_tasks_the_table_is_for() -> None:
    assert workflow.is_referral_task(task("received"))
    assert workflow.is_referral_task(
        {"resourceType": "Task", "meta": {"profile": [workflow.TASK_PROFILE + "|0.1.0"]}, "status": "ready"}
    )
    assert not workflow.is_referral_task({"resourceType": "Task", "focus": {"reference": "Patient/ServiceRequest"}})
    assert not workflow.is_referral_task({"resourceType": "Patient"})
    assert not workflow.is_referral_task(None)


def test_every_state_and_milestone_has_a_v2_rendering_that_tells_them_apart() -> None:
    seen = set()
    for status in STATUSES:
        fitting = [code for code, row in BUSINESS_STATUSES.items() if status in row.statuses]
        for milestone in [None, *fitting]:
            rendered = workflow.v2_status(status, milestone)
            assert rendered.code in TABLE_0283
            assert rendered.system == "HL70283"
            assert rendered.local_code == (milestone or status)
            seen.add((rendered.local_code, rendered.local_system))
    assert len(seen) == len(STATUSES) + len(BUSINESS_STATUSES)


@given(st.data())
def test_a_random_walk_of_legal_steps_always_ends_and_never_goes_back(data: st.DataObject) -> None:
    """Whatever the two sides propose, the state only ever holds what some legal step put there."""
    status = data.draw(st.sampled_from(sorted(START)))
    current = task(status)
    order = -1
    for _ in range(40):
        role = data.draw(st.sampled_from(workflow.ROLES))
        after = data.draw(st.sampled_from(STATUSES))
        milestone = data.draw(st.sampled_from([None, *BUSINESS_STATUSES]))
        proposed = task(after, milestone)
        if check(current, proposed, role):
            continue
        if current["status"] != after:
            assert MOVES[current["status"], after] == role
        if milestone:
            assert BUSINESS_STATUSES[milestone].order >= order
            order = BUSINESS_STATUSES[milestone].order
        assert workflow.moves_on(current, proposed) == (
            current["status"] != after or workflow.business_status(current) != milestone
        )
        current = proposed


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["status", "focus", "coding", "system"]), inner, max_size=3)
        ),
    ),
    st.sampled_from(["status", "businessStatus", "statusReason", "meta", "focus"]),
)
def test_malformed_tasks_give_findings_not_exceptions(junk: Any, name: str) -> None:
    assert isinstance(check(task("received"), {**task("accepted"), name: junk}, OWNER), list)
    assert isinstance(workflow.is_referral_task({**task("accepted"), name: junk}), bool)
