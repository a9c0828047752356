"""The proof of the suite: every fault put into our endpoint is seen, and by the test that is there for it."""

from dataclasses import replace

import pytest

from vrfhir.conformance import Outcome, Target, find_suite, load_suite, run_suite

from .conftest import Served
from .faulty import Fault
from .seeded import seeded_faults

SUITE = load_suite(find_suite("referral"))
FAULTS = seeded_faults()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_seen(fault: Fault, served: Served) -> None:
    script, _, test = fault.seen_by.partition("/")
    scripts = [entry for entry in SUITE.scripts if entry.script.key == script]
    served.wrapper.fault = fault
    try:
        with Target(served.base) as target:
            result = run_suite(replace(SUITE, scripts=scripts), target)
    finally:
        served.wrapper.fault = None
    assert (result.outcome, result.exit_code) == (Outcome.FAIL, 1)
    failed = [phase.name for phase in result.scripts[0].phases if phase.outcome is Outcome.FAIL]
    assert test in failed


def test_the_wrapper_alone_is_no_fault(served_anew: Served) -> None:
    served_anew.wrapper.fault = Fault(
        "passes everything through", "", before=lambda asked: asked, after=lambda _, answer: answer
    )
    with Target(served_anew.base) as target:
        result = run_suite(SUITE, target)
    phases = [(entry.script, phase) for entry in result.scripts for phase in entry.phases]
    assert [f"{key}/{phase.name}" for key, phase in phases if phase.outcome is not Outcome.PASS] == []
    assert result.outcome is Outcome.PASS


def test_every_script_sees_some_fault() -> None:
    assert {entry.script.key for entry in SUITE.scripts} == {fault.seen_by.split("/")[0] for fault in FAULTS}
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
