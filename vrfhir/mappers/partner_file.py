"""What a partner file may say, and where it says something else: every fault at once, each with its path and line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vrfhir.hl7v2.charset import codec_for
from vrfhir.mappers.partner_meanings import meanings
from vrfhir.terminology.ucum import unit

__all__ = ["KINDS", "Fault", "faults_in", "line_of"]

KINDS = ("any", "patient", "practitioner", "organization", "request", "visit", "employee", "insurance")
"""Where an assigning authority can stand: the ``kind`` of the map rows; ``any`` everywhere."""

_VERSION = re.compile(r"2\.\d+(\.\d+)?")
_TABLE = re.compile(r"\d{4}")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\"' -]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|([\w.-]+))\s*=")


class Fault(NamedTuple):
    """Something that a partner file may not say: the path of the setting, and words after "The partner file"."""

    path: str
    what: str


def faults_in(data: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with the settings of a partner file, but for its Z segments and its table for the endpoint."""
    for name in sorted(data.keys() - _TOP.keys()):
        yield Fault(name, f"holds settings that do not exist: {name}; possible: {', '.join(_TOP)}")
    for name, check in _TOP.items():
        if name in data:
            yield from check(name, data[name])


def line_of(path: str, text: str) -> int | None:
    """The line of a TOML text where a setting stands, else the line of the table it should be in."""
    lines = _lines(text)
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path)


def _lines(text: str) -> dict[str, int]:
    """The path of every table and setting → its line; tables of an array are counted from 1."""
    found: dict[str, int] = {}
    table = ""
    counts: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.fullmatch(line)
        if header is not None:
            *outer, last = (part.strip(" \"'") for part in header[2].split("."))
            table = ""
            for part in outer:
                table = f"{table}.{part}".lstrip(".")
                table += f"[{counts[table]}]" if counts[table] else ""
            table = f"{table}.{last}".lstrip(".")
            if header[1] == "[[":
                counts[table] += 1
                table += f"[{counts[table]}]"
            found.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key is not None:
            found.setdefault(f"{table}.{key[1] or key[2] or key[3]}".lstrip("."), number)
    return found


_Check = Callable[[str, Any], Iterator[Fault]]


def _text(path: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield Fault(path, f"says {path} = {value!r}, which is no text")


def _some_text(path: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or not value.strip():
        yield Fault(path, f"says {path} = {value!r}, which is no text")


def _uri(path: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or not _URI.fullmatch(value):
        yield Fault(path, f"says {path} = {value!r}, which is no absolute URI (https://…, urn:oid:…)")


def _one_of(*allowed: str) -> _Check:
    def check(path: str, value: Any) -> Iterator[Fault]:
        if value not in allowed:
            yield Fault(path, f"says {path} = {value!r}; possible: {', '.join(each or '(empty)' for each in allowed)}")

    return check


def _charset(path: str, value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or (value and codec_for(value) is None):
        yield Fault(
            path, f"says {path} = {value!r}, which is no character set known here (8859/1, UNICODE UTF-8, Windows-1252)"
        )


def _zone(path: str, value: Any) -> Iterator[Fault]:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        yield Fault(path, f"says {path} = {value!r}, a time zone that does not exist (Europe/London)")


def _country(path: str, value: Any) -> Iterator[Fault]:
    if value != "" and not (isinstance(value, str) and re.fullmatch("[A-Z]{2}", value)):
        yield Fault(path, f"says {path} = {value!r}, which is no country code of two capital letters (GB)")


def _list_of(pattern: re.Pattern[str], example: str) -> _Check:
    def check(path: str, value: Any) -> Iterator[Fault]:
        if not isinstance(value, list) or not value:
            yield Fault(path, f"says {path} = {value!r}, which is no list ({example})")
            return
        for each in value:
            if not isinstance(each, str) or not pattern.fullmatch(each):
                yield Fault(path, f"says {each!r} in {path}, which is none of its values ({example})")

    return check


def _table(**known: _Check) -> _Check:
    """A table with these settings."""

    def check(path: str, value: Any) -> Iterator[Fault]:
        if not isinstance(value, Mapping):
            yield Fault(path, f"says {path} = …, which is a table: [{path}]")
            return
        for name in sorted(value.keys() - known.keys()):
            yield Fault(
                f"{path}.{name}", f"holds settings that do not exist: {path}.{name}; possible: {', '.join(known)}"
            )
        for name, each in known.items():
            if name in value:
                yield from each(f"{path}.{name}", value[name])

    return check


def _uris(path: str, value: Any) -> Iterator[Fault]:
    """A table of names and URIs."""
    if not isinstance(value, Mapping):
        yield Fault(path, f"says {path} = …, which is a table: [{path}]")
        return
    for name, uri in value.items():
        yield from _uri(f"{path}.{name}", uri)


def _each(check_row: _Check, check_all: Callable[[str, Sequence[Any]], Iterator[Fault]]) -> _Check:
    """An array of tables, each of which is well before they are looked at together."""

    def check(path: str, value: Any) -> Iterator[Fault]:
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            yield Fault(path, f"says {path} = …, which is written as [[{path}]]")
            return
        wrong = [fault for number, row in enumerate(value, 1) for fault in check_row(f"{path}[{number}]", row)]
        yield from wrong
        if not wrong:
            yield from check_all(path, value)

    return check


_AUTHORITY = _table(kind=_one_of(*KINDS), namespace=_some_text, oid=_some_text, system=_uri)
_CODE = _table(table=_text, code=_text, name=_text, system=_text, to=_text, display=_text)


def _authority(path: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _AUTHORITY(path, row)
    if "system" not in row:
        yield Fault(path, f"has an {path} without system")
    if not row.keys() & {"namespace", "oid"}:
        yield Fault(path, f"has an {path} without namespace and without oid")


def _unlike(path: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    """An authority is one system."""
    first: dict[tuple[str, str, str], str] = {}
    for number, row in enumerate(rows, 1):
        for name in ("namespace", "oid"):
            if name not in row:
                continue
            key = (row.get("kind", "any"), name, row[name].upper())
            if first.setdefault(key, row["system"]) != row["system"]:
                yield Fault(f"{path}[{number}].{name}", f"has two systems for the {name} {row[name]!r}")


def _code(path: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    place = f"[[code]] {path[len('code[') : -1]}"
    if not all(isinstance(value, str) for value in row.values()):
        yield Fault(path, f"has a {place} whose settings are not all text")
        return
    yield from _CODE(path, row)
    if not row.get("table") or not row.get("code") or not row.get("to"):
        yield Fault(path, f"has a {place} without table, code or to")
    elif not _TABLE.fullmatch(row["table"]):
        yield Fault(f"{path}.table", f"has a {place} with table = {row['table']!r}; a table has four digits: 0280")
    elif not row.get("system") and (allowed := meanings(row["table"])) and row["to"] not in allowed:
        text = f"has a {place} with to = {row['to']!r}; a code of table {row['table']} can mean {', '.join(allowed)}"
        yield Fault(f"{path}.to", text)
    if row.get("system"):
        yield from _uri(f"{path}.system", row["system"])


def _explained_once(path: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    seen: set[tuple[str, str, str]] = set()
    for number, row in enumerate(rows, 1):
        key = (row["table"], row["code"], row.get("name", ""))
        if key in seen:
            yield Fault(f"{path}[{number}]", f"has a [[code]] {number} for a code that has a meaning already: {key[1]}")
        seen.add(key)


_UNIT = _table(code=_some_text, name=_some_text, unit=_some_text)


def _unit(path: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _UNIT(path, row)
    if not {"code", "unit"} <= row.keys():
        yield Fault(path, f"has a [[unit]] {path[len('unit[') : -1]} without code or unit")
    elif isinstance(row["unit"], str) and unit(row["unit"]) is False:
        yield Fault(f"{path}.unit", f"says {row['unit']!r}, which is no UCUM unit (/min, mm[Hg], kg)")


def _named_once(path: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(rows, 1):
        key = (row["code"], row.get("name", ""))
        if key in seen:
            yield Fault(f"{path}[{number}]", f"has a [[unit]] {number} for a code that has a unit already: {key[0]}")
        seen.add(key)


def _elsewhere(path: str, value: Any) -> Iterator[Fault]:
    """Looked at by :mod:`vrfhir.mappers.partner_segments`."""
    yield from ()


def _endpoint(path: str, value: Any) -> Iterator[Fault]:
    """What is in it the endpoint knows (:mod:`vrfhir.server.correspondents`)."""
    if not isinstance(value, Mapping):
        yield Fault(path, f"says {path} = …, which is a table: [{path}]")


_TOP: Mapping[str, _Check] = {
    "id": _some_text,
    "message": _table(
        charset=_charset,
        time_zone=_zone,
        country=_country,
        null=_one_of("delete", "keep", "empty"),
        acknowledgement=_one_of("original", "enhanced"),
        vocational_rehabilitation=_one_of("detect", "always"),
    ),
    "versions": _table(read=_list_of(_VERSION, '["2.4", "2.5.1"]')),
    "authority": _each(_authority, _unlike),
    "nhs_number": _table(types=_list_of(re.compile(r"\S+"), '["NH"]')),
    "code_systems": _uris,
    "code": _each(_code, _explained_once),
    "unit": _each(_unit, _named_once),
    "segment": _elsewhere,
    "endpoint": _endpoint,
}
