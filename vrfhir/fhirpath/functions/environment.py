"""What asks the clock or the caller: now, today, timeOfDay, trace (http://hl7.org/fhirpath/N1/#utility-functions)."""

from __future__ import annotations

from typing import Any

from vrfhir.fhirpath.environment import Frame
from vrfhir.fhirpath.functions.signature import Function, Run, value_of
from vrfhir.fhirpath.temporal import from_datetime

__all__ = ["FUNCTIONS"]


def _clock(kind: str) -> Function:
    def build() -> Run:
        return lambda _, frame: [from_datetime(frame.environment.moment(), kind)]

    return Function(build)


def _trace(name: Run, projection: Run | None = None) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        report = frame.environment.trace
        if report is not None:
            label = value_of(name, items, frame, str, "trace") or ""
            report(label, items if projection is None else projection(items, frame))
        return items

    return run


def _define_variable(name: Run, value: Run | None = None) -> Run:
    def run(items: list[Any], frame: Frame) -> list[Any]:
        label = value_of(name, items, frame, str, "defineVariable") or ""
        found = items if value is None else value(items, frame)
        frame.variables = {**(frame.variables or {}), label: found}
        return items

    return run


FUNCTIONS = {
    "now": _clock("dateTime"),
    "today": _clock("date"),
    "timeOfDay": _clock("time"),
    "trace": Function(_trace, "vr", 1),
    "defineVariable": Function(_define_variable, "vr", 1),
}
