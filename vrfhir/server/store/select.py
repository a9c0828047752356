"""A query as one SQL statement over the index tables.

The most selective condition drives: its index is walked in key order, the others are looked up by primary key. With a
single exact value the key order *is* the page order, so the newest 20 are 20 steps however many match.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from vrfhir.server.store.query import AnyOf, Chain, Condition, Criterion, Ids, Interval, Query, Target, Text, Token
from vrfhir.server.store.query import Updated as UpdatedAt

__all__ = ["count_statement", "page_statement"]


class Sql(NamedTuple):
    text: str
    values: tuple[Any, ...]


Parameter = Callable[[str], int]

_COLUMNS = "r.pk, r.type, r.id, r.version, r.updated, r.body, r.deleted"

_INTERVALS: Mapping[str, tuple[str, str]] = {
    "eq": ("{low} >= ? AND {high} <= ?", "lh"),
    "ne": ("NOT ({low} >= ? AND {high} <= ?)", "lh"),
    "gt": ("{high} > ?", "h"),
    "lt": ("{low} < ?", "l"),
    "ge": ("({high} > ? OR ({low} >= ? AND {high} <= ?))", "hlh"),
    "le": ("({low} < ? OR ({low} >= ? AND {high} <= ?))", "llh"),
    "sa": ("{low} > ?", "h"),
    "eb": ("{high} < ?", "l"),
    "ap": ("{low} <= ? AND {high} >= ?", "hl"),
}
"""R4 search prefixes over a stored range [low, high] and an asked range [l, h]."""


def page_statement(query: Query, parameter: Parameter) -> Sql:
    """The statement that reads one page."""
    source, conditions = _parts(query, parameter)
    if query.before is not None:
        conditions.append(Sql("r.pk < ?", (query.before,)))
    where = " AND ".join(condition.text for condition in conditions)
    values = tuple(value for condition in conditions for value in condition.values)
    order = "i.pk" if source.values == ("driven",) else "r.pk"
    text = f"SELECT {_COLUMNS} FROM {source.text} WHERE {where} ORDER BY {order} DESC LIMIT ?"  # noqa: S608
    return Sql(text, (*values, query.limit))


def count_statement(query: Query, parameter: Parameter) -> Sql:
    """The statement that counts all matches."""
    source, conditions = _parts(query, parameter)
    where = " AND ".join(condition.text for condition in conditions)
    values = tuple(value for condition in conditions for value in condition.values)
    return Sql(f"SELECT count(*) FROM {source.text} WHERE {where}", values)  # noqa: S608


def _parts(query: Query, parameter: Parameter) -> tuple[Sql, list[Sql]]:
    alive = Sql("r.type = ? AND r.deleted = 0", (query.type,))
    ordered = sorted(query.conditions, key=_cost)
    if not ordered:
        return Sql("resource r", ()), [alive]
    driver, others = ordered[0], ordered[1:]
    conditions = [_condition(other, parameter, driving=False) for other in others]
    single = _single_key(driver, parameter)
    if single is not None:
        table, key = single
        return Sql(f"{table} i CROSS JOIN resource r ON r.pk = i.pk", ("driven",)), [key, alive, *conditions]
    return Sql("resource r", ()), [alive, _condition(driver, parameter, driving=True), *conditions]


def _cost(condition: Condition) -> int:
    """A guess at how many rows a condition leaves; smaller drives."""
    match condition:
        case Ids():
            return 0
        case Criterion(negated=True) | Criterion(missing=True):
            return 90
        case Criterion(missing=False):
            return 80
        case Criterion(table="token", parameter=name):
            return 10 if name.endswith(("identifier", "url")) else 50
        case Criterion(table="reference"):
            return 20
        case Chain():
            return 25
        case Criterion(table="string"):
            return 30
        case AnyOf(conditions=alternatives):
            return max((_cost(each) for each in alternatives), default=100) + 1
        case _:
            return 60


def _single_key(condition: Condition, parameter: Parameter) -> tuple[str, Sql] | None:
    """The index and the full key before pk, when the condition is one exact value."""
    if not isinstance(condition, Criterion) or condition.negated or len(condition.values) != 1:
        return None
    number = parameter(condition.parameter)
    match condition.values[0]:
        case Token(code=str() as code, system=str() as system):
            return "token_index", Sql("i.parameter = ? AND i.code = ? AND i.system = ?", (number, code, system))
        case Target(reference=reference):
            return "reference_index", Sql("i.parameter = ? AND i.target = ?", (number, reference))
        case _:
            return None


def _condition(condition: Condition, parameter: Parameter, *, driving: bool, row: str = "r") -> Sql:
    match condition:
        case Ids(ids=ids):
            return Sql(f"{row}.id IN ({','.join('?' * len(ids))})", ids)
        case UpdatedAt(intervals=intervals):
            return _either([_interval(each, f"{row}.updated", f"{row}.updated") for each in intervals])
        case AnyOf(conditions=alternatives):
            return _either([_condition(each, parameter, driving=driving, row=row) for each in alternatives])
        case Chain(parameter=name, type=type_, inner=inner):
            return _chain(name, type_, _condition(inner, parameter, driving=True, row="t"), parameter, row)
        case Criterion():
            return _criterion(condition, parameter, driving=driving, row=row)


def _criterion(criterion: Criterion, parameter: Parameter, *, driving: bool, row: str) -> Sql:
    table = f"{criterion.table}_index"
    key = Sql("x.parameter = ?", (parameter(criterion.parameter),))
    negated = criterion.negated
    if criterion.missing is not None:
        negated = criterion.missing
    else:
        either = _either([_value(value) for value in criterion.values])
        key = Sql(f"{key.text} AND {either.text}", key.values + either.values)
    if driving and not negated:
        return Sql(f"{row}.pk IN (SELECT x.pk FROM {table} x WHERE {key.text})", key.values)  # noqa: S608
    sign = "NOT EXISTS" if negated else "EXISTS"
    return Sql(f"{sign} (SELECT 1 FROM {table} x WHERE {key.text} AND x.pk = {row}.pk)", key.values)  # noqa: S608


def _chain(name: str, type_: str, inner: Sql, parameter: Parameter, row: str) -> Sql:
    targets = f"SELECT t.type || '/' || t.id FROM resource t WHERE t.type = ? AND t.deleted = 0 AND {inner.text}"  # noqa: S608
    text = f"{row}.pk IN (SELECT c.pk FROM reference_index c WHERE c.parameter = ? AND c.target IN ({targets}))"  # noqa: S608
    return Sql(text, (parameter(name), type_, *inner.values))


def _value(value: Token | Text | Target | Interval) -> Sql:
    match value:
        case Token(code=None, system=system):
            return Sql("x.system = ?", (system,))
        case Token(code=code, system=None):
            return Sql("x.code = ?", (code,))
        case Token(code=code, system=system):
            return Sql("(x.code = ? AND x.system = ?)", (code, system))
        case Target(reference=reference):
            return Sql("x.target = ?", (reference,))
        case Text(value=text, match="exact"):
            return Sql("x.exact = ?", (text,))
        case Text(value=text, match="contains"):
            return Sql("instr(x.folded, ?) > 0", (text,))
        case Text(value=text):
            return Sql("(x.folded >= ? AND x.folded < ?)", (text, text + "\U0010ffff"))
        case Interval():
            return _interval(value, "x.low", "x.high")


def _interval(interval: Interval, low: str, high: str) -> Sql:
    template, ends = _INTERVALS[interval.comparator]
    values = tuple(interval.low if end == "l" else interval.high for end in ends)
    return Sql(template.format(low=low, high=high), values)


def _either(alternatives: list[Sql]) -> Sql:
    if len(alternatives) == 1:
        return alternatives[0]
    text = " OR ".join(alternative.text for alternative in alternatives)
    return Sql(f"({text})" if alternatives else "0", tuple(v for each in alternatives for v in each.values))
