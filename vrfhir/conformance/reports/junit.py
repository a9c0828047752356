"""JUnit XML, as CI systems read it: a suite per script, a case per test; failures are failures, the untestable errors."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from vrfhir.conformance.exchange import printable
from vrfhir.conformance.outcomes import Outcome, PhaseResult, ScriptResult, SuiteResult
from vrfhir.conformance.reports.faults import Fault, faults

__all__ = ["junit_xml"]


def junit_xml(result: SuiteResult, bodies: Mapping[str, Mapping[int, str]] | None = None) -> bytes:
    """The whole run as one ``testsuites`` document."""
    root = etree.Element("testsuites", name=f"vrfhir conform {result.suite}", time=f"{result.seconds:.3f}")
    if result.issues:
        case = _suite(root, result.suite, result.suite, result.seconds, result.started)
        for issue in result.issues:
            error = etree.SubElement(case, "error", message=printable(issue.text), type=issue.id)
            error.text = issue.hint
    for script in result.scripts:
        _script(root, result, script, (bodies or {}).get(script.script, {}))
    suites = root.findall("testsuite")
    for total, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        for suite in suites:
            suite.set(total, str(len(suite.findall(f".//{tag}"))))
        root.set(total, str(len(root.findall(f".//{tag}"))))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _suite(root: etree._Element, name: str, case: str, seconds: float, started: str) -> etree._Element:
    suite = etree.SubElement(root, "testsuite", name=name, time=f"{seconds:.3f}", timestamp=started)
    return etree.SubElement(suite, "testcase", classname=name, name=case, time=f"{seconds:.3f}")


def _script(root: etree._Element, result: SuiteResult, script: ScriptResult, bodies: Mapping[int, str]) -> None:
    name = f"{result.suite}.{script.script}"
    suite = etree.SubElement(root, "testsuite", name=name, time=f"{script.seconds:.3f}", timestamp=result.started)
    found = faults(script, bodies)
    if script.issues:
        case = etree.SubElement(suite, "testcase", classname=name, name="script", time="0")
        for fault in found:
            _fault(case, fault)
        return
    for phase in script.phases:
        if phase.phase == "test" or phase.faults:
            _case(suite, name, script, phase, [fault for fault in found if fault.test == phase.name])


def _case(suite: etree._Element, name: str, script: ScriptResult, phase: PhaseResult, found: list[Fault]) -> None:
    exchanges = {action.exchange.number: action.exchange for action in phase.actions if action.exchange}
    seconds = sum(exchange.seconds for exchange in exchanges.values())
    case = etree.SubElement(suite, "testcase", classname=name, name=phase.name, time=f"{seconds:.3f}")
    for fault in found:
        _fault(case, fault)
    if phase.outcome is Outcome.SKIP:
        reasons = {action.message for action in phase.actions if action.message}
        etree.SubElement(case, "skipped", message=", ".join(sorted(reasons)))
    warnings = [f"{a.label}: {a.message}" for a in phase.actions if a.outcome is Outcome.WARNING]
    if warnings:
        etree.SubElement(case, "system-out").text = printable("\n".join(warnings))


def _fault(case: etree._Element, fault: Fault) -> None:
    tag = "failure" if fault.outcome is Outcome.FAIL else "error"
    element = etree.SubElement(case, tag, message=fault.message, type=",".join(r.id for r in fault.requirements) or tag)
    lines = [f"step: {fault.step}", f"expected: {fault.expected}" if fault.expected else ""]
    lines += [f"clause: {r.source} – {r.statement} {r.url}".rstrip() for r in fault.requirements]
    lines += [f"came: {fault.came}" if fault.came else "", fault.excerpt, fault.curl]
    element.text = printable("\n".join(line for line in lines if line))
