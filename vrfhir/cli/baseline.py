"""A baseline: known issues that are accepted, so that only new ones fail.

An issue is known again by file, rule, place and content: when one of them changes, it is a new issue. What the baseline has
and a run no longer finds is stale, and told, so that the file shrinks as things are mended.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from vrfhir.errors import UnreadableError, VrfhirError
from vrfhir.issues import Issue
from vrfhir.validation import Report
from vrfhir.validation.reports.checked import Checked

__all__ = ["Baseline", "write_baseline"]

_MARK = "vrfhir-baseline"
_VERSION = 1
_MAX_BYTES = 64 * 1024 * 1024


class _Key(NamedTuple):
    file: str
    rule: str
    path: str
    content: str


class Baseline:
    """The accepted issues of a file, each as often as it was accepted."""

    def __init__(self, path: Path, known: Counter[_Key]) -> None:
        self.path = path
        self._left = known
        self._files: set[str] = set()

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """From a file; raises :class:`UnreadableError` for what is no baseline."""
        try:
            if path.stat().st_size > _MAX_BYTES:
                raise UnreadableError(_problem("VR-CLI-0007", f"{path} is larger than {_MAX_BYTES} bytes."))
            document = json.loads(path.read_text(encoding="utf-8"))
        except OSError as problem:
            hint = "Make it with --write-baseline."
            text = f"The baseline {path} cannot be read: {problem.strerror}."
            raise UnreadableError(_problem("VR-CLI-0007", text, hint)) from problem
        except (ValueError, RecursionError) as problem:
            raise UnreadableError(_problem("VR-CLI-0007", f"{path} is no JSON.")) from problem
        if not isinstance(document, dict) or document.get(_MARK) != _VERSION:
            raise UnreadableError(_problem("VR-CLI-0007", f"{path} is no baseline of version {_VERSION}."))
        known: Counter[_Key] = Counter()
        rows = document.get("issues")
        for number, row in enumerate(rows if isinstance(rows, list) else ()):
            known[_key_of(row, path, number)] += row.get("count", 1)
        return cls(path, known)

    def without_accepted(self, checked: Checked) -> Checked:
        """The same resource without the issues that are accepted."""
        name = _file_name(checked, self.path)
        self._files.add(name)
        kept: list[int] = []
        for number, (issue, mark) in enumerate(zip(checked.report.issues, checked.fingerprints, strict=True)):
            key = _Key(name, issue.id, issue.expression, mark)
            if self._left[key] > 0:
                self._left[key] -= 1
            else:
                kept.append(number)
        accepted = len(checked.report.issues) - len(kept)
        if not accepted:
            return checked
        report = Report((checked.report.issues[number] for number in kept), checked.report.source)
        marks = tuple(checked.fingerprints[number] for number in kept)
        return checked._replace(report=report, fingerprints=marks, accepted=accepted)

    def stale(self) -> list[str]:
        """What was accepted and is no longer there: in files that were checked, or that are gone."""
        found = []
        for key, count in sorted(self._left.items()):
            if count > 0 and (key.file in self._files or not (self.path.parent / key.file).exists()):
                times = f" ({count} times)" if count > 1 else ""
                found.append(f"{key.file}: {key.path} [{key.rule}]{times}")
        return found


def write_baseline(path: Path, checked: Iterable[Checked]) -> int:
    """Accept every error and warning there is now; the number of them."""
    known: Counter[_Key] = Counter()
    for each in checked:
        name = _file_name(each, path)
        for issue, mark in zip(each.report.issues, each.fingerprints, strict=True):
            if issue.severity != "information":
                known[_Key(name, issue.id, issue.expression, mark)] += 1
    rows = [
        json.dumps(key._asdict() | ({"count": count} if count > 1 else {}), ensure_ascii=False)
        for key, count in sorted(known.items())
    ]
    text = f'{{"{_MARK}": {_VERSION}, "issues": [\n' + ",\n".join(rows) + "\n]}\n"
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise VrfhirError(_problem("VR-CLI-0008", f"{path} cannot be written: {problem.strerror}.")) from problem
    return known.total()


def _file_name(checked: Checked, baseline: Path) -> str:
    """The file as seen from the baseline's folder, with slashes: the same on every machine."""
    name = checked.file or checked.name
    if name.startswith("<"):
        return name
    try:
        return PurePath(os.path.relpath(name, baseline.parent)).as_posix()
    except ValueError:  # on another drive
        return PurePath(name).as_posix()


def _key_of(row: Any, path: Path, number: int) -> _Key:
    fields = [row.get(name) for name in _Key._fields] if isinstance(row, dict) else []
    count = row.get("count", 1) if isinstance(row, dict) else 0
    if len(fields) != len(_Key._fields) or not all(isinstance(each, str) for each in fields):
        raise UnreadableError(
            _problem("VR-CLI-0007", f"Entry {number + 1} of {path} lacks file, rule, path or content.")
        )
    if type(count) is not int or count < 1:
        raise UnreadableError(_problem("VR-CLI-0007", f"The count of entry {number + 1} of {path} is no number."))
    return _Key(*map(str, fields))


def _problem(rule: str, text: str, hint: str = "") -> Issue:
    return Issue("fatal", "invalid", rule, text, hint=hint)
