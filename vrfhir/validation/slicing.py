"""Slices: which items of an element belong to which, and whether each has what it needs.

https://hl7.org/fhir/R4/profiling.html#slicing. Matchers are chosen when a profile is compiled: a look-up where one fixed
value tells the slices apart, otherwise one test per slice and discriminator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vrfhir.terminology import Membership
from vrfhir.validation.discriminators import Criterion, criteria, plain_path, select, steps_of, values_at
from vrfhir.validation.paths import Location
from vrfhir.validation.patterns import equals, fits

if TYPE_CHECKING:
    from vrfhir.validation.engine import Engine
    from vrfhir.validation.overlays import Content, Item, Profile
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Child

__all__ = ["Slice", "Slicing", "compile_slicing"]

Json = dict[str, Any]
Test = Callable[["Scope", "Item"], bool]
Key = str | tuple[str, str]


class _CannotEvaluateError(Exception):
    pass


class Slice:
    """One slice: what belongs to it, how often it may be there, what each item must be."""

    __slots__ = (
        "content",
        "definition",
        "has_content",
        "maximum",
        "minimum",
        "name",
        "number",
        "outer",
        "problem",
        "tests",
    )

    def __init__(self, definition: Json, content: Content) -> None:
        self.definition = definition
        self.name: str = definition.get("sliceName", "")
        self.content = content
        self.minimum = int(definition.get("min", 0))
        text = str(definition.get("max", "*"))
        self.maximum = int(text) if text.isdigit() else 1 << 62
        self.tests: list[Test] = []
        self.has_content = False
        self.number = 0
        self.outer: tuple[int, ...] = ()
        """Numbers of the slices this one is a part of (``a`` for ``a/b``)."""
        self.problem = ""


_SEVERAL = Slice({}, None)  # type: ignore[arg-type]
"""Stands for more than one."""


class Slicing:
    """The slices of one element."""

    __slots__ = (
        "by_type",
        "by_url",
        "by_value",
        "definition",
        "discriminators",
        "engine",
        "is_closed",
        "is_ordered",
        "name",
        "needed",
        "paths",
        "profile",
        "slices",
        "steps",
    )

    def __init__(self, engine: Engine, profile: Profile, definition: Json, name: str) -> None:
        self.engine = engine
        self.profile = profile
        self.definition = definition
        self.name = name
        slicing = definition.get("slicing", {})
        self.discriminators = [
            (each.get("type", "value"), each.get("path", "$this")) for each in slicing.get("discriminator", ())
        ]
        if not slicing and name in ("extension", "modifierExtension"):
            self.discriminators = [("value", "url")]
        elif not slicing and definition.get("path", "").endswith("[x]"):
            self.discriminators = [("type", "$this")]
        self.is_closed = slicing.get("rules") == "closed"
        self.is_ordered = slicing.get("ordered") is True
        self.slices: list[Slice] = []
        self.needed: list[int] = []
        """Numbers of the slices that must be there."""
        self.by_url: dict[Any, Slice] | None = None
        self.by_value: dict[Key, Slice] | None = None
        """Slice by the one text or coding it fixes at the end of :attr:`steps`, when that tells every slice from the others."""
        self.by_type: dict[str, Slice] | None = None
        """Slice by type, when that tells every slice from the others."""
        self.steps: list[tuple[str, str]] = []
        self.paths: dict[Child, tuple[str, ...] | None] = {}

    def add(self, definition: Json, content: Content) -> None:
        """Take in one slice of the snapshot."""
        self.slices.append(Slice(definition, content))

    def finish(self) -> None:
        """Choose the matchers, now that all slices are known."""
        urls: dict[Any, Slice] = {}
        numbers = {each.name: at for at, each in enumerate(self.slices)}
        for at, each in enumerate(self.slices):
            each.number = at
            parts = each.name.split("/")
            outer = ("/".join(parts[:size]) for size in range(1, len(parts)))
            each.outer = tuple(numbers[name] for name in outer if name in numbers)
            try:
                each.tests = [self._test(each, kind, path, at) for kind, path in self.discriminators]
                if not each.tests:
                    each.tests = [_never]
            except _CannotEvaluateError as problem:
                each.problem = str(problem)
            if self.discriminators == [("value", "url")] and not each.problem:
                found = criteria(self.engine, self.profile, each.definition, [("name", "url")])
                values = [one.constraint[1] for one in found if one.constraint is not None]
                if values and "/" not in each.name:
                    urls.setdefault(values[0], each)
        self.needed = [each.number for each in self.slices if each.minimum]
        if urls and len(urls) == len(self.slices):
            self.by_url = urls
        else:
            self._find_values()
            self._find_types()
        for each in self.slices:
            each.has_content = not each.content.is_idle

    def _find_values(self) -> None:
        """With one discriminator by value and a text of its own for each slice, one selection decides for all."""
        if len(self.discriminators) != 1 or self.discriminators[0][0] not in ("value", "pattern"):
            return
        steps = steps_of(self.discriminators[0][1])
        if steps is None or any(each.problem or "/" in each.name for each in self.slices):
            return
        values: dict[Key, Slice] = {}
        for each in self.slices:
            found = _deciding(criteria(self.engine, self.profile, each.definition, steps))
            if found is None or found.maximum == "0" or found.constraint is None:
                return
            key = _asked(found.constraint[1])
            if key is None or key in values:
                return
            values[key] = each
        self.by_value, self.steps = values, steps
        for each in self.slices:
            _settle(each, _deciding(criteria(self.engine, self.profile, each.definition, steps)), steps)

    def _find_types(self) -> None:
        """With one discriminator by type and types of its own for each slice, one selection decides for all."""
        if len(self.discriminators) != 1 or self.discriminators[0][0] != "type":
            return
        steps = steps_of(self.discriminators[0][1])
        if steps is None or any(each.problem or "/" in each.name for each in self.slices):
            return
        types: dict[str, Slice] = {}
        for each in self.slices:
            for name in _types(self.engine, criteria(self.engine, self.profile, each.definition, steps), steps):
                if name in types:
                    return
                types[name] = each
        self.by_type, self.steps = types, steps

    def _plain_path(self, child: Child) -> tuple[str, ...] | None:
        """The keys that lead from an item to what decides, when each is an element of one type."""
        if child not in self.paths:
            self.paths[child] = plain_path(child, self.steps)
        return self.paths[child]

    def apply(self, scope: Scope, items: list[Item], location: Location, holder: Json) -> list[Item]:
        """Match the items, check each against its slice; returns the items that no slice took."""
        taken: dict[int, int] = {}
        rest: list[Item] = []
        last = -1
        unsupported = False
        for item in items:
            found, failed = self._match(scope, item)
            unsupported = unsupported or failed
            if found is None:
                rest.append(item)
                if self.is_closed and self.slices and not failed:
                    scope.report("Validation_VAL_Profile_NotSlice", item[3], source=self.profile.versioned)
                continue
            at = found.number
            if self.is_ordered and at < last:
                scope.report("Validation_VAL_Profile_SliceOrder", item[3], source=self.profile.versioned)
            last = max(last, at)
            taken[at] = taken.get(at, 0) + 1
            for outer in found.outer:
                taken[outer] = taken.get(outer, 0) + 1
            if found.has_content:
                found.content.apply(scope, item)
        if not unsupported and not self._is_enough(taken):
            for each in self.slices:
                self._count(scope, each, taken.get(each.number, 0), location)
        return rest

    def is_silent(self, rows: list[Any]) -> bool:
        """True when extensions are found by their urls to be as many as they may be, with nothing asked of their content."""
        if self.by_url is None or self.is_closed or self.is_ordered:
            return False
        taken: dict[int, int] = {}
        for each in rows:
            url = each.get("url") if type(each) is dict else None
            found = self.by_url.get(url) if type(url) is str else None
            if found is not None:
                if found.has_content:
                    return False
                taken[found.number] = taken.get(found.number, 0) + 1
        return self._is_enough(taken)

    def _is_enough(self, taken: dict[int, int]) -> bool:
        """True when every slice has as many items as it must and may have."""
        for at in self.needed:
            if at not in taken:
                return False
        slices = self.slices
        return all(slices[at].minimum <= count <= slices[at].maximum for at, count in taken.items())

    def _match(self, scope: Scope, item: Item) -> tuple[Slice | None, bool]:
        if self.by_url is not None:
            value = item[1]
            url = value.get("url") if isinstance(value, dict) else None
            return (self.by_url.get(url) if isinstance(url, str) else None), False
        if self.by_value is not None:
            path = self._plain_path(item[0])
            values = (
                [one.value for one in select(scope, item, self.steps)] if path is None else values_at(item[1], path)
            )
            only = _only(self.by_value, values)
            if only is not _SEVERAL:
                return only, False
        elif self.by_type is not None:
            types = {one.type for one in select(scope, item, self.steps)}
            if not self.steps:
                types.add(item[0].type)
            slices = list({self.by_type[name] for name in types if name in self.by_type})
            if len(slices) < 2:
                return (slices[0] if slices else None), False
        found: Slice | None = None
        failed = False
        for each in self.slices:
            if each.problem:
                scope.report(
                    "SLICING_CANNOT_BE_EVALUATED",
                    item[3],
                    element=each.definition.get("id", ""),
                    source=self.profile.versioned,
                    problem=each.problem,
                )
                failed = True
                continue
            if all(test(scope, item) for test in each.tests):
                if found is None or each.name.startswith(found.name + "/"):
                    found = each
                elif not found.name.startswith(each.name + "/"):
                    scope.report(
                        "Validation_VAL_Profile_MatchMultiple",
                        item[3],
                        first=found.name,
                        second=each.name,
                        source=self.profile.versioned,
                    )
        return found, failed

    def _count(self, scope: Scope, each: Slice, count: int, location: Location) -> None:
        if count < each.minimum:
            element = f"{each.definition['path']}:{each.name}"
            types = each.definition.get("type", ())
            url = next((one for entry in types for one in entry.get("profile", ())), "")
            if self.profile.is_vital_sign and each.definition["path"] == "Observation.code.coding":
                rule = "VALIDATION_VAL_PROFILE_MINIMUM_MAGIC"
            elif url and any(entry.get("code") == "Extension" for entry in types):
                rule = "Validation_VAL_Profile_Minimum_SLICE_EXT"
            else:
                rule = "Validation_VAL_Profile_Minimum_SLICE"
            match = url or ", ".join(f"{kind} of {path}" for kind, path in self.discriminators)
            scope.report(
                rule,
                location,
                source=self.profile.versioned,
                element=element,
                minimum=each.minimum,
                found=count,
                match=match,
            )
        if count > each.maximum:
            element = f"{each.definition['path']}:{each.name}"
            scope.report(
                "Validation_VAL_Profile_Maximum",
                location,
                source=self.profile.versioned,
                element=element,
                maximum=each.maximum,
                found=count,
                name=element,
            )

    def _test(self, each: Slice, kind: str, path: str, at: int) -> Test:
        if kind == "position":
            return self._position(at)
        steps = steps_of(path)
        if steps is None:
            raise _CannotEvaluateError(f"the discriminator path '{path}' is not supported")
        found = criteria(self.engine, self.profile, each.definition, steps)
        if kind == "type":
            return _type_test(self.engine, found, steps)
        if kind == "profile":
            return _profile_test(found, steps)
        if kind == "exists":
            return _exists_test(found, steps, path)
        return _value_test(found, steps, path, alone=len(self.discriminators) == 1)

    def _position(self, at: int) -> Test:
        start = sum(each.minimum for each in self.slices[:at])
        end = start + self.slices[at].maximum

        def test(scope: Scope, item: Item) -> bool:
            return start <= max(item[3][3], 0) < end

        return test


def compile_slicing(engine: Engine, profile: Profile, definition: Json, name: str) -> Slicing:
    """The slicing of an element; its slices are added as the snapshot names them."""
    return Slicing(engine, profile, definition, name)


def _asked(expected: Any) -> Key | None:
    """The text, or the system and code, that is all a slice fixes; None when it fixes something else."""
    if type(expected) is dict and expected.keys() == {"coding"} and type(expected["coding"]) is list:
        expected = expected["coding"][0] if len(expected["coding"]) == 1 else None
    if type(expected) is dict:
        system, code = expected.get("system"), expected.get("code")
        return (system, code) if len(expected) == 2 and type(system) is str and type(code) is str else None
    return expected if type(expected) is str else None


def _only(by_value: dict[Key, Slice], values: list[Any]) -> Slice | None:
    """The one slice that values belong to, None for none, :data:`_SEVERAL` for more than one."""
    found: Slice | None = None
    for value in values:
        for key in _keys(value):
            each = by_value.get(key)
            if each is not None and each is not found:
                if found is not None:
                    return _SEVERAL
                found = each
    return found


def _keys(value: Any) -> list[Key]:
    """What an item may be found by: a text, a coding, or each coding of a concept."""
    if type(value) is str:
        return [value]
    codings = value.get("coding", [value]) if type(value) is dict else ()
    return [
        (each["system"], each["code"])
        for each in (codings if type(codings) is list else ())
        if type(each) is dict and type(each.get("system")) is str and type(each.get("code")) is str
    ]


def _never(scope: Scope, item: Item) -> bool:
    return False


def _always(scope: Scope, item: Item) -> bool:
    return True


def _deciding(found: list[Criterion]) -> Criterion | None:
    """The first that says which values belong to the slice."""
    return next((each for each in found if each.maximum == "0" or each.constraint is not None or each.value_set), None)


def _value_test(found: list[Criterion], steps: list[tuple[str, str]], path: str, *, alone: bool) -> Test:
    decider = _deciding(found)
    if decider is not None:
        if decider.maximum == "0":
            return lambda scope, item: not select(scope, item, steps)
        if decider.constraint is None:
            return _member_test(decider.value_set, steps)
        kind, expected = decider.constraint
        match = equals if kind == "fixed" and not isinstance(expected, dict) else fits
        return lambda scope, item: any(match(one.value, expected) for one in select(scope, item, steps))
    if alone:
        raise _CannotEvaluateError(f"the slice fixes nothing at its discriminator '{path}'")
    return _always


def _member_test(value_set: str, steps: list[tuple[str, str]]) -> Test:
    def member(scope: Scope, value: Any) -> bool:
        if isinstance(value, str):
            return scope.engine.terminology.member(value_set, None, value) is Membership.IN
        if isinstance(value, dict) and "coding" in value:
            return any(member(scope, each) for each in value["coding"])
        if isinstance(value, dict) and isinstance(value.get("code"), str):
            return scope.engine.terminology.member(value_set, value.get("system"), value["code"]) is Membership.IN
        return False

    return lambda scope, item: any(member(scope, one.value) for one in select(scope, item, steps))


def _settle(each: Slice, found: Criterion | None, steps: list[tuple[str, str]]) -> None:
    """An item that belongs to a slice by a coding has that coding: it need not be asked for again."""
    content = each.content
    for _, name in steps:
        rule = next((one for one in content.nested.rules if one.name == name), None) if content.nested else None
        if rule is None or rule.slicing is not None or rule.definition.get("base", {}).get("max") != "1":
            return
        content = rule.content
    constraint = content.constraint
    if (
        found is not None
        and constraint is not None
        and constraint[0] == "pattern"
        and constraint == found.constraint
        and type(constraint[1]) is dict
        and constraint[1].keys() == {"coding"}
    ):
        content.constraint = None
        content.restricts_value = content.types is not None or content.has_limits


def _types(engine: Engine, found: list[Criterion], steps: list[tuple[str, str]]) -> set[str]:
    """The types that a slice is for."""
    names = {each["code"] for one in found for each in one.types if "code" in each}
    if steps and steps[-1][0] == "resolve":
        targets = {url for one in found for each in one.types for url in each.get("targetProfile", ())}
        names = {
            structure["type"] for url in targets if (structure := engine.definitions.structure(url)) is not None
        } or names
    return names


def _type_test(engine: Engine, found: list[Criterion], steps: list[tuple[str, str]]) -> Test:
    names = _types(engine, found, steps)
    if not names:
        raise _CannotEvaluateError("the slice names no type")

    def test(scope: Scope, item: Item) -> bool:
        if not steps:
            return item[0].type in names or (isinstance(item[1], dict) and item[1].get("resourceType") in names)
        return any(one.type in names for one in select(scope, item, steps))

    return test


def _profile_test(found: list[Criterion], steps: list[tuple[str, str]]) -> Test:
    key = "targetProfile" if steps and steps[-1][0] == "resolve" else "profile"
    canonicals = [url for one in found for each in one.types for url in each.get(key, ())]
    if not canonicals:
        return _always

    def test(scope: Scope, item: Item) -> bool:
        return any(
            scope.engine.conforms(scope, one.value, one.type, url, item[3])
            for one in select(scope, item, steps)
            for url in canonicals
        )

    return test


def _exists_test(found: list[Criterion], steps: list[tuple[str, str]], path: str) -> Test:
    for each in found:
        if each.maximum == "0":
            return lambda scope, item: not select(scope, item, steps)
        if each.minimum >= 1:
            return lambda scope, item: bool(select(scope, item, steps))
    raise _CannotEvaluateError(f"the slice neither requires nor forbids '{path}'")
