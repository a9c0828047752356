"""Text: searching, cutting, replacing, splitting (http://hl7.org/fhirpath/N1/#string-manipulation)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vrfhir.fhirpath import patterns
from vrfhir.fhirpath.arithmetic import bounded_text
from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.errors import FhirPathError
from vrfhir.fhirpath.functions.signature import Function, Run, Test, only, value_of
from vrfhir.fhirpath.nodes import Node, atom
from vrfhir.fhirpath.temporal import Temporal

__all__ = ["FUNCTIONS", "text_of"]


def text_of(items: list[Any], name: str) -> str | None:
    """The text that a text function works on; None for empty input. Dates in FHIR elements count as text."""
    if not items:
        return None
    item = only(items, name)
    value = item.value if type(item) is Node else item
    if type(value) is str:
        return value
    if value is None or type(value) is Temporal:
        return value.text if value else None
    raise FhirPathError(f"{name}() works on text.")


def _test(name: str, work: Callable[[str, str], bool]) -> Function:
    def build(argument: Run) -> Test:
        def test(items: list[Any], frame: Frame) -> bool | None:
            text = text_of(items, name)
            if text is None:
                return None
            other = value_of(argument, items, frame, str, name)
            return None if other is None else work(text, other)

        return test

    return Function(build, "v", 1, tests=True)


def _work(name: str, work: Callable[..., list[Any]], arguments: int) -> Function:
    """Text in; text arguments, any of which may be empty and then makes the result empty."""

    def build(*given: Run) -> Run:
        def run(items: list[Any], frame: Frame) -> list[Any]:
            text = text_of(items, name)
            if text is None:
                return []
            values = [value_of(each, items, frame, str, name) for each in given]
            if None in values:
                return []
            found = frame.paid(work(text, *values))
            frame.spend(len(found))
            return found

        return run

    return Function(build, "v" * arguments, arguments)


def _substring(start: Run, length: Run | None = None) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        text = text_of(items, "substring")
        first = value_of(start, items, frame, int, "substring")
        if text is None or first is None or not 0 <= first < len(text):
            return []
        size = value_of(length, items, frame, int, "substring") if length is not None else None
        return [text[first:] if size is None else text[first : first + max(size, 0)]]

    return run


def _join(separator: Run | None = None) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        if not items:
            return items
        between = value_of(separator, items, frame, str, "join") if separator is not None else ""
        values = [text_of([item], "join") if type(atom(item)) is str else str(atom(item)) for item in items]
        frame.spend(len(items))
        return frame.paid(bounded_text((between or "").join(value or "" for value in values)))

    return run


def _replace(text: str, pattern: str, substitution: str) -> list[Any]:
    parts = len(text) + 1 if not pattern else text.count(pattern)
    if len(text) + parts * len(substitution) > 10_000_000:
        raise FhirPathError("The text that results is too long.", kind="limit")
    return bounded_text(text.replace(pattern, substitution))


def _split(text: str, separator: str) -> list[Any]:
    return list(text.split(separator)) if separator else [text]


FUNCTIONS = {
    "indexOf": _work("indexOf", lambda text, part: [text.find(part)], 1),
    "lastIndexOf": _work("lastIndexOf", lambda text, part: [text.rfind(part)], 1),
    "substring": Function(_substring, "vv", 1),
    "startsWith": _test("startsWith", str.startswith),
    "endsWith": _test("endsWith", str.endswith),
    "contains": _test("contains", lambda text, part: part in text),
    "upper": _work("upper", lambda text: [text.upper()], 0),
    "lower": _work("lower", lambda text: [text.lower()], 0),
    "replace": _work("replace", _replace, 2),
    "matches": _test("matches", patterns.found),
    "matchesFull": _test("matchesFull", patterns.fits),
    "replaceMatches": _work("replaceMatches", lambda *texts: bounded_text(patterns.replaced(*texts)), 2),
    "length": _work("length", lambda text: [len(text)], 0),
    "toChars": _work("toChars", list, 0),
    "trim": _work("trim", lambda text: [text.strip()], 0),
    "split": _work("split", _split, 1),
    "join": Function(_join, "v"),
}
