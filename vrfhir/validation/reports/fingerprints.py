"""What makes a finding the same finding in the next run: its rule, its place in the resource, and the content there.

Line numbers do not count, nor what else changes in the file. The content is kept only as a digest; a digest of few
possible values (a sex, a date) can be guessed, so a baseline of real patient data is as confidential as the data.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from vrfhir.issues import Issue

__all__ = ["fingerprints"]

_STEP = re.compile(r"/\*[^*]*\*/|\.ofType\((\w+)\)|\.?([^.\[\]/]+)|\[(\d+|x)\]")
_DIGITS = 24


def fingerprints(resource: Any, issues: Iterable[Issue]) -> tuple[str, ...]:
    """One for each issue. ``resource`` is None for what could not be read: then the words of the issue are its content."""
    return tuple(_fingerprint(resource, issue) for issue in issues)


def _fingerprint(resource: Any, issue: Issue) -> str:
    value = None if resource is None else _content(resource, issue.expression)
    # Of a whole object so much may change that has nothing to do with the finding: there its words are the content.
    content = issue.text if value is None or isinstance(value, dict | list) else _dumped(value)
    text = "\0".join((issue.id, issue.expression, content))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _content(resource: Any, expression: str) -> Any:
    """What stands at the place of an issue, or at the nearest place above it that exists."""
    value = resource
    steps = list(_STEP.finditer(expression))[1:]
    for number, step in enumerate(steps):
        word, index = step.group(2), step.group(3)
        inner: Any = None
        if word is not None and isinstance(value, dict):
            inner = value.get(word, value.get("_" + word))
            if inner is None:
                inner = _choice(value, word, steps[number + 1].group(1) if number + 1 < len(steps) else None)
        elif index is not None and index.isdigit() and isinstance(value, list):
            inner = value[int(index)] if int(index) < len(value) else None
        else:
            continue
        if inner is None:
            break
        value = inner
    return value


def _choice(holder: dict[str, Any], name: str, type_name: str | None) -> Any:
    for key, value in holder.items():
        tail = key.removeprefix("_").removeprefix(name)
        if (
            tail != key.removeprefix("_")
            and tail[:1].isupper()
            and type_name in (None, tail, tail[:1].lower() + tail[1:])
        ):
            return value
    return None
