"""The rows of one form of a segment as one Python function, written out and compiled when the form is first met.

A function that does for each row just what that row needs – its condition, its repetitions, its conversion, its place – is
several times as fast as rows that are looked at one by one. For each repetition that a row is about: the conversion takes
parts and gives a value; the value goes to its element; the parts are settled as mapped by the row. What was taken for no
value, or for one that its element refuses, is given back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conditions import Names, condition_source
from vrfhir.mappers.conversions import CONVERSIONS
from vrfhir.mappers.conversions.vocational import ALREADY
from vrfhir.mappers.marks import marked
from vrfhir.mappers.paths import PLACED, REFUSED, Primitive, compile_place, disorder_at, quick_place, role_of
from vrfhir.mappers.vocabulary import extension_urls

if TYPE_CHECKING:
    from vrfhir.mappers.cells import Cell, RowMark, SegmentView
    from vrfhir.mappers.context import Context
    from vrfhir.mappers.conversions.registry import Conversion
    from vrfhir.mappers.engine import Scope
    from vrfhir.mappers.paths import Place
    from vrfhir.mappers.records import Record
    from vrfhir.mappers.rows import Flavour, Row

__all__ = ["Choice", "Run", "choice_source", "compiled_choice", "compiled_rows", "rows_source"]

Run = Callable[["SegmentView", "Scope", "Context"], None]
"""Runs the rows of a form over a segment."""
Choice = Callable[["SegmentView", "Context"], int]
"""The number of the form that a segment has; -1 when it has none."""

_TYPES_ONLY = frozenset({"selector", "value-type", "document-type", "item-type", "document-part", "said-before"})
"""Conversions whose values say how something is read and stand nowhere."""

_START = (
    ("get", "fields.get"),
    ("records", "scope.records"),
    ("shared", "context.shared"),
    ("current", "context.current"),
)
"""What most functions look up again and again."""

_SETTLE = """
if cell.settled is None:
    cell.settled = ({mark}, record, index)
    at = cell.at
    if len(at) > 1 and taken != [*at] and len(set(taken)) < len(at):
        cell.keys = tuple(taken)
    taken.clear()
else:
    cell.settle({mark}, record, index)
"""
_SPECIAL = frozenset({Primitive, type(ALREADY)})
"""Types of values that are not just put into their element."""


def compiled_rows(flavour: Flavour) -> Run:
    """The function for the rows of a form; ValueError when a row cannot be run."""
    source, names = rows_source(flavour)
    run: Run = _compiled(source, names, flavour.name)
    return run


def compiled_choice(flavours: Sequence[Flavour], segment: str) -> Choice:
    """The function that tells which form a segment has."""
    source, names = choice_source(flavours, segment)
    choose: Choice = _compiled(source, names, segment)
    return choose


def _compiled(source: str, names: Names, title: str) -> Any:
    space = dict(names.constants)
    exec(compile(source, f"<rows of {title}>", "exec"), space)  # noqa: S102 - what rows say goes in as constants and literals
    return space["generated"]


def choice_source(flavours: Sequence[Flavour], segment: str) -> tuple[str, Names]:
    """The source of the choice between forms, most special first."""
    names = Names()
    tests = []
    for number, flavour in enumerate(flavours):
        if not flavour.when:
            tests.append(f"return {number}")
            break
        tests += [f"if {condition_source(flavour.when, segment, names)}:", f"    return {number}"]
    else:
        tests.append("return -1")
    lines = [*names.reading(), *tests]
    head = ["def generated(segment, context):"]
    if len(lines) > 1:
        head += ["    fields = segment.fields", "    get = fields.get"]
    return "\n".join([*head, *_indented(lines)]), names


def rows_source(flavour: Flavour) -> tuple[str, Names]:
    """The source of the function for the rows of a form, and the names it uses."""
    names = Names()
    body: list[str] = []
    field = 0
    for row in flavour.rows:
        if row.field != field:
            field = row.field
            body += [f"if {field} in fields:", f"    first = fields[{field}]"]
        try:
            body += _indented(_row(row, flavour, names))
        except (KeyError, ValueError) as error:
            raise ValueError(f"map row {row.id}: {error}") from error
    body = [*names.reading(), *body]
    made = [f"made_{number} = records[{name!r}]" for number, name in enumerate(_made(flavour))]
    source = "\n".join(body)
    start = [f"{name} = {value}" for name, value in _START if made or f"{name}." in source or f"{name}(" in source]
    lines = ["fields = segment.fields", "taken = context.taken", *start, *made, *body]
    return "\n".join(["def generated(segment, scope, context):", *_indented(lines)]), names


def _indented(lines: Sequence[str]) -> list[str]:
    return ["    " + line for line in lines]


def _made(flavour: Flavour) -> list[str]:
    return [role.name for role in flavour.roles.values() if role.create == "always"]


def _row(row: Row, flavour: Flavour, names: Names) -> list[str]:
    """Statements for one row, given ``first``, the first cell of its field."""
    convert = CONVERSIONS[row.conversion](row)
    if row.options.get("marked"):
        convert = marked(row, convert)
    name = names.constant("convert", convert)
    mark: RowMark = ("mapped", row.id, row.to.removesuffix(".*"))
    one = [f"value = {name}(cell, context)", "if taken:", "    if value is None:", "        taken.clear()", "    else:"]
    one += _indented(_indented(_placed(row, flavour, names, names.constant("mark", mark))))
    if row.component:
        keys = {row.component << 12 | 1, row.component << 12 | (row.subcomponent or 1)}
        one = ["if " + " or ".join(f"{key} in cell.at" for key in sorted(keys)) + ":", *_indented(one)]
    if row.repetitions == "first":
        lines = ["cell = first", *one]
    else:
        start = "first.next" if row.repetitions == "rest" else "first"
        lines = [f"cell = {start}", "while cell is not None:", *_indented([*one, "cell = cell.next"])]
    if row.join:
        together = names.constant("join", _joining(row, convert, mark))
        lines = ["if first.next is not None:", f"    {together}(first, scope, context)", "else:", *_indented(lines)]
    if row.when:
        lines = [f"if {condition_source(row.when, row.segment, names)}:", *_indented(lines)]
    return lines


def _placed(row: Row, flavour: Flavour, names: Names, mark: str) -> list[str]:
    """Statements that put ``value`` into its element and settle what was taken for it."""
    role = role_of(row.to)
    create = flavour.roles[role].create if role in flavour.roles else "shared"
    record = {
        "always": f"made_{_made(flavour).index(role)}" if create == "always" else "",
        "shared": f"shared.get({role!r})",
        "current": f"current.get({role!r})",
        "opened": f"current.get({role!r})",
    }.get(create, f"records.get({role!r}) or scope.make({role!r})")
    lines = _put_and_settled(row, names, mark)
    if create == "always":
        return [f"record = {record}", *lines]
    return [f"record = {record}", "if record is None:", "    taken.clear()", "else:", *_indented(lines)]


def _put_and_settled(row: Row, names: Names, mark: str) -> list[str]:
    """Statements that put ``value`` into ``record`` and settle what was taken: at once where the place is a usual one."""
    settling = _SETTLE.format(mark=mark).strip().split("\n")
    if row.conversion in _TYPES_ONLY:
        return [f"index = {PLACED}", *settling]
    is_spread = row.to.endswith(".*")
    place: Place = _spread if is_spread else _placing(row)
    slowly = f"{names.constant('slowly', _slowly(place, names.constants[mark]))}(cell, record, value)"
    disorder = None if is_spread else disorder_at(row.to, extension_urls())
    quick = None if is_spread else quick_place(row.to, extension_urls(), row.beside)
    if quick is None:
        return [slowly]
    look, blocked, put = quick
    special = f"type(value) in {names.constant('special', _SPECIAL)}"
    lines = [
        "resource = record.resource",
        *look,
        f"if {blocked + ' or ' if blocked else ''}{special}:",
        "    " + slowly,
        "else:",
        *_indented([*put, *settling]),
    ]
    if disorder is None:
        return lines
    disordered = f"{names.constant('disordered', disorder)}(record.resource, value)"
    return [
        f"if value is not {names.constant('already', ALREADY)} and {disordered}:",
        "    taken.clear()",
        '    context.report("VR-V2-0536", cell.first_path())',
        "else:",
        *_indented(lines),
    ]


def _slowly(place: Place, mark: RowMark) -> Callable[[Cell, Record, Any], None]:
    """What is done with a value for which the place is not as simple as usual: it may be refused."""

    def put_and_settle(cell: Cell, record: Record, value: Any) -> None:
        index = PLACED if value is ALREADY else place(record.resource, value)
        if index == REFUSED:
            cell.taken.clear()
        else:
            cell.settle(mark, record, index)

    return put_and_settle


def _placing(row: Row) -> Place:
    return compile_place(row.to, extension_urls(), row.beside)


def _joining(row: Row, convert: Conversion, mark: RowMark) -> Callable[[Cell, Scope, Context], None]:
    """The function for all repetitions of a field as one value."""
    role, join = role_of(row.to), row.join
    place: Place = _spread if row.to.endswith(".*") else _placing(row)

    def run(first: Cell, scope: Scope, context: Context) -> None:
        values: list[tuple[Cell, Any, tuple[int, ...]]] = []
        for cell in first.repetitions():
            value = convert(cell, context)
            values.append((cell, value, tuple(context.taken)))
            context.taken.clear()
        good = [value for _, value, _ in values if value is not None]
        record = scope.make(role) if good else None
        if record is None:
            return
        index = place(record.resource, _joined(good, join))
        if index == REFUSED:
            return
        for cell, value, keys in values:
            if value is not None:
                context.taken.extend(keys)
                cell.settle(mark, record, index)

    return run


def _joined(values: Sequence[Any], mark: str) -> Any:
    """Texts, or objects with one text each, as one."""
    first = values[0]
    if isinstance(first, dict):
        name = next(iter(first))
        return {name: mark.join(value[name] for value in values)}
    return mark.join(values)


def _spread(resource: dict[str, Any], value: Any) -> int:
    """Put the elements of an object into the resource itself; refused when one is there with another value."""
    for name, part in value.items():
        if name in resource and resource[name] != part:
            return REFUSED
    resource.update(value)
    return PLACED
