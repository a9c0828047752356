"""A black-box tester of FHIR R4 endpoints: runs ``TestScript`` suites over HTTP and keeps the evidence.

Knows nothing of how the tested system works; in particular it never imports our own server.

>>> from vrfhir.conformance import Target, find_suite, load_suite, run_suite
>>> suite = load_suite(find_suite("referral"))
>>> with Target("http://127.0.0.1:8000/fhir") as target:   # doctest: +SKIP
...     result = run_suite(suite, target)
>>> result.outcome, result.exit_code                       # doctest: +SKIP
(<Outcome.PASS: 'pass'>, 0)
"""

from vrfhir.conformance.exchange import Exchange, Request, Response
from vrfhir.conformance.outcomes import ActionResult, Outcome, PhaseResult, ScriptResult, SuiteResult
from vrfhir.conformance.requirements import Requirement
from vrfhir.conformance.runner import Observer, new_run_id, run_script, run_suite
from vrfhir.conformance.script import Script, read_script
from vrfhir.conformance.suites import DEFAULT_SUITE, LoadedScript, Suite, find_suite, load_suite, shipped_suites
from vrfhir.conformance.target import Target

__all__ = [
    "DEFAULT_SUITE",
    "ActionResult",
    "Exchange",
    "LoadedScript",
    "Observer",
    "Outcome",
    "PhaseResult",
    "Request",
    "Requirement",
    "Response",
    "Script",
    "ScriptResult",
    "Suite",
    "SuiteResult",
    "Target",
    "find_suite",
    "load_suite",
    "new_run_id",
    "read_script",
    "run_script",
    "run_suite",
    "shipped_suites",
]
