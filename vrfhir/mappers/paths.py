"""FHIR target paths of map rows, compiled to placing functions.

A path is ``Role.element.element`` with, at any step, ``[]`` (append an item), ``[0]`` (that item, made when it is not
there), ``[last]``, ``extension(ALIAS)`` (append an extension with the URL of the alias) and ``extension(ALIAS)[0]`` (that extension,
shared by several rows). A primitive's extensions hang on its underscore twin: ``_priority.extension(…)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeGuard

from vrfhir.mappers.periods import in_order

__all__ = [
    "LAST",
    "PLACED",
    "REFUSED",
    "Place",
    "Primitive",
    "Step",
    "compile_place",
    "disorder_at",
    "is_primitive_pair",
    "quick_place",
    "role_of",
    "steps_of",
]

REFUSED = -2
"""The element already has another value: nothing was placed."""
PLACED = -1
"""Placed in an element that does not repeat."""

Place = Callable[[dict[str, Any], Any], int]
"""Puts a value into a resource; returns the index in the list it was appended to, :data:`PLACED` or :data:`REFUSED`."""

_STEP = re.compile(r"(?P<name>_?[A-Za-z]+)(?:\((?P<alias>[^)]+)\))?(?P<index>\[(?:\d*|last)\])?")


class Primitive(NamedTuple):
    """A primitive value with extensions of its own."""

    value: Any
    extension: list[dict[str, Any]]


def is_primitive_pair(value: Any) -> TypeGuard[Primitive]:
    """True for a value with extensions."""
    return isinstance(value, Primitive)


LAST = -3

_OTHER_CHOICE = {
    one: two
    for pair in (
        ("occurrenceDateTime", "occurrencePeriod"),
        ("effectiveDateTime", "effectivePeriod"),
        ("deceasedDateTime", "deceasedBoolean"),
        ("multipleBirthInteger", "multipleBirthBoolean"),
    )
    for one, two in (pair, pair[::-1])
}
"""Elements that are one choice in FHIR: the first that is placed stays."""


_OTHER_BOUND = {"start": "end", "end": "start"}


class Step(NamedTuple):
    name: str
    url: str
    position: int | None  # None: no list; -1: append; LAST: the last item; n: that item


def role_of(path: str) -> str:
    """The role a target path begins with."""
    return path.split(".", 1)[0]


def compile_place(path: str, extensions: Mapping[str, str], beside: Mapping[str, Any] | None = None) -> Place:
    """The placing function for a target path; ``beside`` are constants put into the list item the value went to.

    ValueError when the path is malformed or names an unknown extension.
    """
    steps = steps_of(path, extensions)
    other = _OTHER_CHOICE.get(steps[0].name, "")
    if not other:
        return _compiled(steps, beside)
    place_it = _compiled(steps, beside)

    def place_choice(resource: dict[str, Any], value: Any) -> int:
        return REFUSED if other in resource else place_it(resource, value)

    return place_choice


def quick_place(
    path: str, extensions: Mapping[str, str], beside: Mapping[str, Any] | None = None
) -> tuple[list[str], str, list[str]] | None:
    """What :func:`compile_place` does for the usual paths, as Python statements over ``resource`` and ``value``.

    Statements that look where the value goes, the expression that says the place is not as simple as usual (then the
    placing function has to do it; it also has values with extensions), and statements that place it and set ``index``.
    None for other paths.
    """
    *walk, last = steps_of(path, extensions)
    if last.url or last.position not in (None, -1) or len(walk) > 1 or (beside and not _is_item(walk, last)):
        return None
    name = last.name
    other = _OTHER_CHOICE.get(walk[0].name if walk else name)
    blocked = [f"{other!r} in resource"] if other else []
    if not walk:
        if last.position is None:
            blocked.append(f"{name!r} in resource")
        return [], " or ".join(blocked), _putting("resource", last)
    outer = walk[0].name
    if _is_item(walk, last):
        start = {"url": walk[0].url} if walk[0].url else {}
        rest = "".join(
            f", {key!r}: {constant!r}" for key, constant in (beside or {}).items() if key not in (*start, name)
        )
        begin = "".join(f"{key!r}: {constant!r}, " for key, constant in start.items())
        item = f"{{{begin}{name!r}: value{rest}}}"
        return (
            [],
            " or ".join(blocked),
            [line.replace("value", item) for line in _putting("resource", Step(outer, "", -1))],
        )
    if walk[0].url or walk[0].position not in (None, 0, LAST):
        return None
    look = [f"holder = resource.get({outer!r})"]
    put = _putting("holder", last)
    if walk[0].position is None:
        put = ["if holder is None:", f"    holder = resource[{outer!r}] = {{}}", *put]
        if last.position is None:
            blocked.append(f"(holder is not None and {name!r} in holder)")
    else:
        look.append(f"holder = holder[{-1 if walk[0].position == LAST else 0}] if holder else None")
        put = ["if holder is None:", "    holder = {}", f"    resource[{outer!r}] = [holder]", *put]
        if last.position is None:
            blocked.append(f"(holder is not None and {name!r} in holder)")
    return look, " or ".join(blocked), put


def _is_period(steps: list[Step]) -> bool:
    return len(steps) == 2 and steps[0].position is None and steps[0].name.lower().endswith("period")


def disorder_at(path: str, extensions: Mapping[str, str]) -> Callable[[dict[str, Any], Any], bool] | None:
    """For the path of a bound of a Period: whether, with this value in a resource, its end would be before its start."""
    steps = steps_of(path, extensions)
    if steps[-1].name not in _OTHER_BOUND or not _is_period(steps):
        return None
    outer, name = steps[0].name, steps[1].name
    other = _OTHER_BOUND[name]

    def is_disordered(resource: dict[str, Any], value: Any) -> bool:
        period = resource.get(outer)
        if period is None or other not in period:
            return False
        text = value.value if isinstance(value, Primitive) else value
        if not isinstance(text, str):
            return False
        return not (in_order(text, period[other]) if name == "start" else in_order(period[other], text))

    return is_disordered


def _is_item(walk: list[Step], last: Step) -> bool:
    """The value is the first thing in a new item of a list of the resource."""
    return len(walk) == 1 and walk[0].position == -1 and last.position is None and not last.url


def _putting(holder: str, step: Step) -> list[str]:
    """Statements that put a plain value into an element of ``holder``, which does not have it or repeats it."""
    if step.position is None:
        return [f"{holder}[{step.name!r}] = value", f"index = {PLACED}"]
    return [
        f"items = {holder}.get({step.name!r})",
        "if items is None:",
        f"    {holder}[{step.name!r}] = [value]",
        "    index = 0",
        "else:",
        "    index = len(items)",
        "    items.append(value)",
    ]


def _compiled(steps: list[Step], beside: Mapping[str, Any] | None) -> Place:
    *walk, last = steps
    constants = dict(beside or {})
    if not walk and not constants and not last.url and last.position in (None, -1):
        return _placed_directly(last)
    if len(walk) == 1 and walk[0].position is None and not constants:
        return _placed_within(walk[0].name, last)
    if len(walk) == 1 and walk[0].position == -1 and last.position is None and not last.url:
        return _placed_in_an_item(walk[0], last, constants)

    def place(resource: dict[str, Any], value: Any) -> int:
        holder: dict[str, Any] = resource
        index = PLACED
        undo: tuple[list[Any], int] | None = None
        item: dict[str, Any] | None = None
        for step in walk:
            holder, position, fresh = _enter(holder, step)
            if step.position is not None:
                item = holder
            if fresh is not None and undo is None:
                undo = (fresh, len(fresh) - 1)
                index = position
        result = _put(holder, last, value)
        if result == REFUSED:
            if undo is not None:
                del undo[0][undo[1]]
            return REFUSED
        for name, constant in constants.items():
            (holder if item is None else item).setdefault(name, constant)
        return index if index != PLACED else result

    return place


def _placed_directly(step: Step) -> Place:
    """The placing function of an element of the resource itself, the usual case."""
    name, twin = step.name, "_" + step.name

    def set_it(resource: dict[str, Any], value: Any) -> int:
        if name in resource or twin in resource:
            return _put(resource, step, value)
        if type(value) is not Primitive:
            resource[name] = value
            return PLACED
        text, extension = value
        if text is not None:
            resource[name] = text
        if extension:
            resource[twin] = {"extension": extension}
        return PLACED

    def append(resource: dict[str, Any], value: Any) -> int:
        if name not in resource and type(value) is not Primitive:
            resource[name] = [value]
            return 0
        return _put(resource, step, value)

    return set_it if step.position is None else append


def _placed_within(outer: str, step: Step) -> Place:
    """The placing function of an element of an object that does not repeat."""

    def place(resource: dict[str, Any], value: Any) -> int:
        inner = resource.get(outer)
        if inner is None:
            inner = resource[outer] = {}
        return _put(inner, step, value)

    return place


def _placed_in_an_item(step: Step, last: Step, constants: Mapping[str, Any]) -> Place:
    """The placing function of an element of a new item of a list of the resource; nothing in it can refuse the value."""
    outer, name = step.name, last.name
    start = {"url": step.url} if step.url else {}

    def place(resource: dict[str, Any], value: Any) -> int:
        item = dict(start)
        if type(value) is Primitive:
            _put(item, last, value)
        else:
            item[name] = value
        for each, constant in constants.items():
            item.setdefault(each, constant)
        items = resource.get(outer)
        if items is None:
            resource[outer] = [item]
            return 0
        items.append(item)
        return len(items) - 1

    return place


def steps_of(path: str, extensions: Mapping[str, str]) -> list[Step]:
    _, _, rest = path.partition(".")
    steps = []
    for text in _split(rest):
        match = _STEP.fullmatch(text)
        if match is None:
            raise ValueError(f"not a target path: {path!r}")
        url = ""
        index: int | None = None
        if match["alias"]:
            if match["alias"] not in extensions:
                raise ValueError(f"unknown extension {match['alias']!r} in {path!r}")
            url, index = extensions[match["alias"]], -1
        if match["index"]:
            index = {"[]": -1, "[last]": LAST}.get(match["index"]) or int(match["index"][1:-1])
        steps.append(Step(match["name"], url, index))
    if not steps:
        raise ValueError(f"a target path names an element: {path!r}")
    return steps


def _split(text: str) -> list[str]:
    """Split at dots outside parentheses."""
    return [part for part in re.split(r"\.(?![^(]*\))", text) if part]


def _enter(holder: dict[str, Any], step: Step) -> tuple[dict[str, Any], int, list[Any] | None]:
    """The object at a step, made when needed; its index, and the list when an item was added to it."""
    if step.position is None:
        entered: dict[str, Any] = holder.setdefault(step.name, {})
        return entered, PLACED, None
    items: list[Any] = holder.setdefault(step.name, [])
    if step.url:
        if step.position >= 0:
            found = [item for item in items if item.get("url") == step.url]
            if len(found) > step.position:
                return found[step.position], items.index(found[step.position]), None
        items.append({"url": step.url})
    elif 0 <= step.position < len(items):
        return items[step.position], step.position, None
    elif step.position == LAST and items:
        return items[-1], len(items) - 1, None
    else:
        items.append({})
    return items[-1], len(items) - 1, items


def _put(holder: dict[str, Any], step: Step, value: Any) -> int:
    if step.position is not None:
        items = holder.setdefault(step.name, [])
        if 0 <= step.position < len(items):
            return PLACED if _merge(items, step.position, value) else REFUSED
        if isinstance(value, Primitive):
            if value.extension:
                twins = holder.setdefault("_" + step.name, [])
                twins.extend([None] * (len(items) - len(twins)))
                twins.append({"extension": value.extension})
            value = value.value
        items.append(value)
        return len(items) - 1
    if isinstance(value, Primitive):
        present = holder.get(step.name)
        if present is not None and present != value.value:
            return REFUSED
        if value.value is not None:
            holder[step.name] = value.value
        if value.extension:
            twin = holder.setdefault("_" + step.name, {})
            twin.setdefault("extension", []).extend(value.extension)
        return PLACED
    if step.name in holder:
        return PLACED if _merge(holder, step.name, value) else REFUSED
    holder[step.name] = value
    return PLACED


def _merge(holder: Any, key: Any, value: Any) -> bool:
    """Equal values and objects that do not contradict each other come together; anything else is refused."""
    present = holder[key]
    if present == value:
        return True
    if not isinstance(present, dict) or not isinstance(value, dict):
        return False
    if any(name in present and present[name] != part for name, part in value.items()):
        return False
    present.update(value)
    return True
