"""Target paths of map rows read backwards: every value that stands there, and taking it out.

The same paths as :mod:`vrfhir.mappers.paths`. A slot is one value with what is needed to take it out of the working copy; the
objects and lists that become empty go with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from vrfhir.mappers.paths import LAST, Step, steps_of

__all__ = ["Slot", "compile_slots"]


class Slot(NamedTuple):
    """A value at a path: ``holder[name]`` or the item of ``holder[name]``; ``chain`` are the holders around it."""

    value: Any
    twin: Any
    holder: dict[str, Any]
    name: str
    item: bool
    chain: tuple[tuple[dict[str, Any], str, Any], ...]
    beside: dict[str, Any]

    def consume(self) -> None:
        """Take the value out; an object only when nothing is left in it."""
        if isinstance(self.value, (dict, list)) and self.value:
            return
        _remove(self.holder, self.name, self.value, self.item)
        if not self.item or self.name not in self.holder:
            self.holder.pop("_" + self.name, None)
        for name in self.beside:
            _item_of(self.chain, self.holder).pop(name, None)
        for holder, name, item in reversed(self.chain):
            if isinstance(item, dict) and (not item or item.keys() == {"url"}):
                _remove(holder, name, item, isinstance(holder.get(name), list))


def _item_of(chain: tuple[tuple[dict[str, Any], str, Any], ...], holder: dict[str, Any]) -> dict[str, Any]:
    """What constants stand in beside a value: the last list item on its path, else the object that holds it."""
    for outer, name, item in reversed(chain):
        if isinstance(outer.get(name), list) and isinstance(item, dict):
            return item
    return chain[-1][2] if chain else holder


def _remove(holder: dict[str, Any], name: str, value: Any, item: bool) -> None:
    if not item:
        holder.pop(name, None)
        return
    items = holder.get(name)
    if isinstance(items, list):
        holder[name] = [each for each in items if each is not value]
        if not holder[name]:
            del holder[name]


def compile_slots(
    path: str, extensions: Mapping[str, str], beside: Mapping[str, Any] | None = None
) -> Callable[[dict[str, Any]], list[Slot]]:
    """Reads the values at a target path of a role's resource."""
    steps = steps_of(path, extensions)
    constants = dict(beside or {})

    def read(resource: dict[str, Any]) -> list[Slot]:
        return list(_walk(resource, steps, (), constants))

    return read


def _walk(
    holder: dict[str, Any],
    steps: list[Step],
    chain: tuple[tuple[dict[str, Any], str, Any], ...],
    constants: dict[str, Any],
) -> Iterator[Slot]:
    step, rest = steps[0], steps[1:]
    found = holder.get(step.name)
    if found is None:
        return
    if step.position is None:
        if rest:
            if isinstance(found, dict):
                yield from _walk(found, rest, (*chain, (holder, step.name, found)), constants)
        elif _agrees(_item_of(chain, holder), constants):
            yield Slot(found, holder.get("_" + step.name), holder, step.name, False, chain, constants)
        return
    items = list(found) if isinstance(found, list) else []
    if step.url:
        items = [each for each in items if isinstance(each, dict) and each.get("url") == step.url]
    if step.position == LAST:
        items = items[-1:]
    elif step.position >= 0:
        items = items[step.position : step.position + 1]
    twins = holder.get("_" + step.name, [])
    for number, item in enumerate(items):
        if rest:
            if isinstance(item, dict):
                yield from _walk(item, rest, (*chain, (holder, step.name, item)), constants)
        elif not constants or (isinstance(item, dict) and _agrees(item, constants)):
            twin = twins[number] if isinstance(twins, list) and number < len(twins) else None
            yield Slot(item, twin, holder, step.name, True, chain, constants)


def _agrees(item: Any, constants: dict[str, Any]) -> bool:
    return all(isinstance(item, dict) and _covers(item.get(name), value) for name, value in constants.items())


def _covers(found: Any, wanted: Any) -> bool:
    """What is wanted is there; more (a display) may be."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(_covers(found.get(name), value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) >= len(wanted)
            and all(_covers(f, w) for f, w in zip(found, wanted, strict=False))
        )
    return bool(found == wanted)
