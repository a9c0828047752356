"""Changes to the shape of the JSON: what is there, how often, in which kind of value."""

from __future__ import annotations

import copy
from typing import Any

from mutants.operators import Subject, operator
from mutants.sites import Site, is_primitive, sites

__all__: list[str] = []


def _property(site: Site) -> bool:
    return not site.in_list


def _item(site: Site) -> bool:
    return site.in_list


def _simple(site: Site) -> bool:
    return is_primitive(site.type) and not isinstance(site.value, (list, dict))


@operator("drop", times=5)
def drop(subject: Subject) -> bool:
    """A property is missing."""
    if site := subject.site(_property):
        del site.holder[site.key]
    return site is not None


@operator("drop-top", times=3)
def drop_top(subject: Subject) -> bool:
    """A property of the resource itself is missing."""
    if site := subject.site(lambda one: _property(one) and one.holder is subject.resource and one.name != "id"):
        del site.holder[site.key]
    return site is not None


@operator("drop-item", times=2)
def drop_item(subject: Subject) -> bool:
    """One of several items is missing."""
    if site := subject.site(lambda one: _item(one) and len(one.holder) > 1):
        del site.holder[site.key]
    return site is not None


@operator("duplicate-item", times=3)
def duplicate_item(subject: Subject) -> bool:
    """An item stands there twice."""
    if site := subject.site(_item):
        site.holder.insert(int(site.key), copy.deepcopy(site.value))
    return site is not None


@operator("reverse-list")
def reverse_list(subject: Subject) -> bool:
    """The items are in the opposite order."""
    if site := subject.site(lambda one: isinstance(one.value, list) and len(one.value) > 1):
        site.value.reverse()
    return site is not None


@operator("scalar-to-array")
def scalar_to_array(subject: Subject) -> bool:
    """A value that does not repeat, in an array."""
    if site := subject.site(lambda one: _property(one) and not isinstance(one.value, list)):
        site.holder[site.key] = [site.value]
    return site is not None


@operator("array-to-scalar")
def array_to_scalar(subject: Subject) -> bool:
    """A value that repeats, without its array."""
    if site := subject.site(lambda one: isinstance(one.value, list) and len(one.value) == 1):
        site.holder[site.key] = site.value[0]
    return site is not None


@operator("nested-array")
def nested_array(subject: Subject) -> bool:
    """An array in an array."""
    if site := subject.site(_item):
        site.holder[site.key] = [site.value]
    return site is not None


@operator("primitive-to-object")
def primitive_to_object(subject: Subject) -> bool:
    """An object where a simple value belongs."""
    if site := subject.site(_simple):
        site.holder[site.key] = {"value": site.value}
    return site is not None


@operator("object-to-primitive")
def object_to_primitive(subject: Subject) -> bool:
    """A simple value where an object belongs."""
    if site := subject.site(lambda one: isinstance(one.value, dict)):
        site.holder[site.key] = "text"
    return site is not None


@operator("wrong-kind", times=2)
def wrong_kind(subject: Subject) -> bool:
    """A number as a string, a string as a number, a boolean as a string, a boolean for anything else."""
    site = subject.site(_simple)
    if site is None:
        return False
    value = site.value
    if isinstance(value, bool):
        site.holder[site.key] = "true" if value else "false"
    elif isinstance(value, (int, float)):
        site.holder[site.key] = str(value)
    else:
        site.holder[site.key] = subject.pick((17, True, 1.5))
    return True


@operator("empty-string")
def empty_string(subject: Subject) -> bool:
    """A string without characters."""
    if site := subject.site(lambda one: isinstance(one.value, str)):
        site.holder[site.key] = ""
    return site is not None


@operator("only-space")
def only_space(subject: Subject) -> bool:
    """A string of spaces only."""
    if site := subject.site(lambda one: isinstance(one.value, str)):
        site.holder[site.key] = "  "
    return site is not None


@operator("empty-object")
def empty_object(subject: Subject) -> bool:
    """An object without properties."""
    if site := subject.site(lambda one: isinstance(one.value, dict)):
        site.holder[site.key] = {}
    return site is not None


@operator("empty-array")
def empty_array(subject: Subject) -> bool:
    """An array without items."""
    if site := subject.site(lambda one: isinstance(one.value, list)):
        site.holder[site.key] = []
    return site is not None


@operator("null")
def null(subject: Subject) -> bool:
    """Null for a value."""
    if site := subject.site(_property):
        site.holder[site.key] = None
    return site is not None


@operator("null-item")
def null_item(subject: Subject) -> bool:
    """Null among the items."""
    if site := subject.site(_item):
        site.holder.insert(int(site.key), None)
    return site is not None


@operator("unknown-property", times=2)
def unknown_property(subject: Subject) -> bool:
    """A property that no type has."""
    holder = subject.pick(_objects(subject.resource))
    if holder is None:
        return False
    holder[str(subject.pick(("colour", "value", "Status", "note_", "x-vendor")))] = "blue"
    return True


@operator("misspelt", times=2)
def misspelt(subject: Subject) -> bool:
    """A property whose name has one letter too few, or the wrong case."""
    site = subject.site(_property)
    if site is None:
        return False
    name = str(site.key)
    wrong = subject.pick((name[:-1], name[:1].upper() + name[1:], name + "s"))
    items = [(wrong if key == name else key, value) for key, value in site.holder.items()]
    site.holder.clear()
    site.holder.update(items)
    return True


@operator("moved-up")
def moved_up(subject: Subject) -> bool:
    """A property of an inner element stands on the resource."""
    site = subject.site(lambda one: _property(one) and one.holder is not subject.resource)
    if site is None or site.key in subject.resource:
        return False
    subject.resource[str(site.key)] = site.holder.pop(site.key)
    return True


@operator("choice-swapped", times=2)
def choice_swapped(subject: Subject) -> bool:
    """``valueX`` with a value of another type."""
    site = subject.site(lambda one: _property(one) and bool(one.choice))
    if site is None:
        return False
    suffix, value = subject.pick(CHOICES) or CHOICES[0]
    del site.holder[site.key]
    site.holder[site.choice + suffix] = copy.deepcopy(value)
    return True


@operator("choice-twice")
def choice_twice(subject: Subject) -> bool:
    """Two types of one choice at once."""
    site = subject.site(lambda one: _property(one) and bool(one.choice))
    if site is None:
        return False
    others = [one for one in CHOICES if site.choice + one[0] not in site.holder]
    suffix, value = subject.pick(others) or CHOICES[0]
    site.holder[site.choice + suffix] = copy.deepcopy(value)
    return True


CHOICES: tuple[tuple[str, Any], ...] = (
    ("String", "a text"),
    ("Boolean", True),
    ("Integer", 3),
    ("DateTime", "2026-03-02"),
    ("Period", {"start": "2026-03-02", "end": "2026-03-09"}),
    ("CodeableConcept", {"text": "a concept"}),
    ("Quantity", {"value": 3, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"}),
    ("Reference", {"display": "somebody"}),
)


def _objects(resource: dict[str, Any]) -> list[dict[str, Any]]:
    return [resource, *(one.value for one in sites(resource) if isinstance(one.value, dict))]
