"""The proof of the suite: every fault put into our endpoint is seen, and by the script that is there for it."""

import pytest

from vrfhir.conformance import Outcome, Target, find_suite, load_suite, run_suite

from .conftest import Served
from .faulty import Fault
from .seeded import seeded_faults

SUITE = load_suite(find_suite("referral"))
FAULTS = seeded_faults()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_seen(fault: Fault, served: Served) -> None:
    only = next(suite for suite in [SUITE.only(fault.seen_by)])
    scripts = [entry for entry in only.scripts if entry.script.key == fault.seen_by]
    assert scripts, f"there is no script “{fault.seen_by}”"
    served.wrapper.fault = fault
    try:
        with Target(served.base) as target:
            result = run_suite(type(SUITE)(SUITE.name, "", SUITE.folder, scripts, SUITE.requirements), target)
    finally:
        served.wrapper.fault = None
    assert result.outcome is Outcome.FAIL
    assert result.exit_code == 1


def test_the_wrapper_alone_is_no_fault(served: Served) -> None:
    served.wrapper.fault = Fault(
        "passes everything through", "", before=lambda asked: asked, after=lambda _, answer: answer
    )
    try:
        with Target(served.base) as target:
            assert run_suite(SUITE, target).outcome is Outcome.PASS
    finally:
        served.wrapper.fault = None


def test_every_script_sees_some_fault() -> None:
    assert {entry.script.key for entry in SUITE.scripts} == {fault.seen_by for fault in FAULTS}
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
