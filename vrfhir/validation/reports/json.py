"""One JSON document: whether the run passed, and every report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from vrfhir.validation.reports.checked import Checked, Summary

__all__ = ["render"]


def render(checked: Sequence[Checked], summary: Summary) -> str:
    """``{"valid", "reports": [{"source", "valid", "counts", "issues"}], …}``."""
    document: dict[str, Any] = {
        "valid": not summary.failed,
        "checked": summary.checked,
        "notValid": summary.not_valid,
        "reports": [_report(each) for each in checked],
    }
    if summary.accepted:
        document["accepted"] = summary.accepted
    if summary.stale:
        document["stale"] = list(summary.stale)
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _report(checked: Checked) -> dict[str, Any]:
    row = checked.report.to_dict()
    if checked.accepted:
        row["accepted"] = checked.accepted
    return row
