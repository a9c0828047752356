"""A run told in different forms: terminal, JSON, JUnit XML, FHIR R4 ``TestReport``."""

from vrfhir.conformance.reports.console import PlainObserver, RichObserver, observer_for, print_summary
from vrfhir.conformance.reports.faults import Fault, faults, keep_bodies
from vrfhir.conformance.reports.junit import junit_xml
from vrfhir.conformance.reports.structured import to_dict
from vrfhir.conformance.reports.testreport import test_report, test_reports

__all__ = [
    "Fault",
    "PlainObserver",
    "RichObserver",
    "faults",
    "junit_xml",
    "keep_bodies",
    "observer_for",
    "print_summary",
    "test_report",
    "test_reports",
    "to_dict",
]
