"""SARIF 2.1.0 for code scanning (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from vrfhir import __version__
from vrfhir.issues import Issue
from vrfhir.validation.reports.checked import Checked, Summary
from vrfhir.validation.reports.explanations import general
from vrfhir.validation.rules import RULES

__all__ = ["render"]

Json = dict[str, Any]

_LEVELS = {"fatal": "error", "error": "error", "warning": "warning", "information": "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://vrfhir.org/"


def render(checked: Sequence[Checked], summary: Summary) -> str:
    """The whole run as one SARIF log."""
    rules: dict[str, Json] = {}
    results = [
        _result(rules, each, issue, each.fingerprints[number] if each.fingerprints else "")
        for each in checked
        for number, issue in enumerate(each.report.issues)
    ]
    driver = {
        "name": "vrfhir",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": _HOME,
        "rules": list(rules.values()),
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _result(rules: dict[str, Json], checked: Checked, issue: Issue, fingerprint: str) -> Json:
    level = _LEVELS[issue.severity]
    rules.setdefault(issue.id, _rule(issue, level))
    location: Json = {"physicalLocation": {"artifactLocation": {"uri": _uri(checked.file or checked.name)}}}
    line = checked.line(issue)
    if line is not None:
        region = {"startLine": line} | ({"startColumn": issue.column} if issue.column is not None else {})
        location["physicalLocation"]["region"] = region
    if issue.expression:
        location["logicalLocations"] = [{"fullyQualifiedName": issue.expression, "kind": "element"}]
    text = f"{issue.text} {issue.hint}".rstrip()
    result: Json = {
        "ruleId": issue.id,
        "ruleIndex": list(rules).index(issue.id),
        "level": level,
        "message": {"text": text},
        "locations": [location],
    }
    if fingerprint:
        result["partialFingerprints"] = {"vrfhirIssue/v1": fingerprint}
    return result


def _rule(issue: Issue, level: str) -> Json:
    """What is known of a rule before any value is put in: the same words whatever file it was found in."""
    row = RULES.get(issue.id)
    text = general(row.text) if row is not None else f"Rule {issue.id.rpartition('#')[2]}"
    rule: Json = {
        "id": issue.id,
        "shortDescription": {"text": text},
        "help": {"text": f"vrfhir explain '{issue.id}' says more."},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": ["fhir", issue.code]},
    }
    return rule


def _uri(name: str) -> str:
    """A file as SARIF wants it: relative to where it was checked, with slashes, or absolute as a file URI."""
    path = Path(name)
    try:
        written = path.as_posix().encode("utf-8", "surrogateescape")  # names of files may be any bytes
    except UnicodeEncodeError:
        written = path.as_posix().encode("utf-8", "replace")
    root = "file:///" if path.is_absolute() else ""
    return root + quote(written.lstrip(b"/") if root else written, safe="/-._~" + (":" if root else ""))
