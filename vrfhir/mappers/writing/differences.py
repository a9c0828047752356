"""What reading the written message gives against what was to be written, element by element.

Two resources are compared after their references were put in terms of the message (``@PRD[1].Practitioner``). The result is a list
of steps, sets and removals, that turn the one into the other; applied in order they leave nothing out.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any, NamedTuple

__all__ = ["Step", "differences", "equal", "leaves", "with_references"]

_MISSING: Any = object()
_FEW = 64


class Step(NamedTuple):
    """Set ``path`` to ``value``, or take it away (``removed``)."""

    path: str
    value: Any
    removed: bool = False


def equal(one: Any, two: Any) -> bool:
    """Equality of JSON values: 1 and true differ, 4.0 and 4 are one number."""
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, dict) and isinstance(two, dict):
        return one.keys() == two.keys() and all(equal(one[name], two[name]) for name in one)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(equal, one, two))
    if type(one) is not type(two) and not isinstance(one, (str, list, dict)) and not isinstance(two, (str, list, dict)):
        return one is not None and two is not None and str(one) == str(two)
    return bool(one == two)


def with_references(value: Any, name: Callable[[str], str]) -> Any:
    """The value with every literal reference put through ``name``."""
    if isinstance(value, dict):
        found = {key: with_references(each, name) for key, each in value.items()}
        reference = value.get("reference")
        if isinstance(reference, str):
            found["reference"] = name(reference)
        return found
    if isinstance(value, list):
        return [with_references(each, name) for each in value]
    return value


def differences(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Step]:
    """The steps from one resource to another; ids and narrative are none."""
    return list(_object(present, wanted, "", frozenset({"resourceType", "id", "text"})))


def _object(
    present: Mapping[str, Any], wanted: Mapping[str, Any], path: str, skipped: frozenset[str] = frozenset()
) -> Iterator[Step]:
    for name in present:
        if name not in wanted and name not in skipped:
            yield Step(f"{path}{name}", None, removed=True)
    for name, value in wanted.items():
        if name not in skipped:
            yield from _value(present.get(name, _MISSING), value, path + name)


def _value(present: Any, wanted: Any, path: str) -> Iterator[Step]:
    if present is _MISSING or present is None:
        yield Step(path, wanted)
    elif equal(present, wanted):
        return
    elif isinstance(present, dict) and isinstance(wanted, dict):
        if present.keys() & wanted.keys():
            yield from _object(present, wanted, path + ".")
        else:
            yield Step(path, None, removed=True)
            yield Step(path, wanted)
    elif isinstance(present, list) and isinstance(wanted, list) and present:
        yield from _list(present, wanted, path)
    elif isinstance(present, (dict, list)) or isinstance(wanted, (dict, list)):
        yield Step(path, None, removed=True)
        yield Step(path, wanted)
    else:
        yield Step(path, wanted)


def _list(present: list[Any], wanted: list[Any], path: str) -> Iterator[Step]:
    stands = _found_in(present, wanted)
    kept = [item for item, found in zip(present, stands, strict=True) if found]
    if len(kept) < len(present) and kept and all(map(equal, kept, wanted)):
        for index in range(len(present) - 1, -1, -1):
            if not stands[index]:
                yield Step(f"{path}[{index}]", None, removed=True)
        present = kept
    if not wanted:
        yield Step(path, None, removed=True)
        return
    for index in range(len(present) - 1, len(wanted) - 1, -1):
        yield Step(f"{path}[{index}]", None, removed=True)
    for index, value in enumerate(wanted):
        if value is None and (index >= len(present) or present[index] is None):
            continue  # a gap in a list of extensions beside primitive values
        yield from _value(present[index] if index < len(present) else _MISSING, value, f"{path}[{index}]")


def _found_in(items: list[Any], others: list[Any]) -> list[bool]:
    """Which of the items is equal to one of the others; of many only those are compared that can be equal."""
    if len(items) * len(others) <= _FEW:
        return [any(equal(item, each) for each in others) for item in items]
    alike: dict[Hashable, list[Any]] = {}
    for each in others:
        alike.setdefault(_likeness(each), []).append(each)
    return [any(equal(item, each) for each in alike.get(_likeness(item), ())) for item in items]


def _likeness(value: Any) -> Hashable:
    """What equal values have in common."""
    if isinstance(value, dict):
        return tuple(sorted((name, _likeness(each)) for name, each in value.items()))
    if isinstance(value, list):
        return tuple(map(_likeness, value))
    if isinstance(value, str) or value is None:
        return str(value)
    try:
        return repr(abs(float(value)))
    except OverflowError:
        return "inf"


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a JSON value with its path."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from leaves(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from leaves(each, f"{path}[{index}]")
    else:
        yield path, value
