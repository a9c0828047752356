"""The values of primitive types (https://hl7.org/fhir/R4/datatypes.html#primitive).

Two forms of each rule. :data:`FAST` answers one question about a JSON value: is it beyond doubt fine? Nearly all values
are, and for them nothing else happens. For the others :func:`findings` says what is wrong, rule by rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

__all__ = ["FAST", "Finding", "findings", "has_json_form", "written"]

Finding = tuple[str, dict[str, Any]]
"""A rule id and what its text needs to know."""

_YEAR = r"(?:[0-9](?:[0-9](?:[0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)"
_DAY = r"(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_DATE = rf"{_YEAR}(?:-{_DAY})?"
_DATE_TIME = rf"{_YEAR}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01])(?:T{_CLOCK}{_ZONE}?)?)?)?"
_INSTANT = rf"[0-9]{{4}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T{_CLOCK}{_ZONE}"
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_CODE = r"[^\s]+(?: [^\s]+)*"
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_OID = r"[0-2](?:\.(?:0|[1-9][0-9]*))+"
_SPACE = re.compile(r"\s").search
_ABSOLUTE = re.compile(r"[a-z][A-Za-z0-9+\-.]*:\S+")
_SYSTEM = ("http:", "https:", "urn:")
_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_WHOLE = r"[+-]?[0-9]+"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_TAG = r"</?[A-Za-z][A-Za-z0-9]*(?:\s[^<>]*)?/?>"

_TEXT_FAST = re.compile("[^\\s<\x00-\x1f](?:[^<\x00-\x08\x0b\x0c\x0e-\x1f]*[^\\s<\x00-\x1f])?").fullmatch
_URI_FAST = re.compile(rf"https?://[^\s<>\x00-\x1f]+|[A-Za-z0-9_.\-/]+|urn:uuid:{_UUID}").fullmatch
_CANONICAL_FAST = re.compile(r"https?://[^\s<>\x00-\x1f]+").fullmatch
_CODE_FAST = re.compile("[^\\s<\x00-\x1f]+(?: [^\\s<\x00-\x1f]+)*").fullmatch
_BASE64_FAST = re.compile(r"(?:[A-Za-z0-9+/]{4}){1,4096}").fullmatch
_DAY_FAST = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])").fullmatch
_TIMED_FAST = re.compile(
    r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
).fullmatch

_MAX_TEXT = 1_048_576
_INT_MIN, _INT_MAX = -(2**31), 2**31 - 1
_DECIMAL_DIGITS = 18


def _text(value: Any) -> Any:
    return type(value) is str and len(value) <= _MAX_TEXT and _TEXT_FAST(value)


def _markdown(value: Any) -> Any:
    return type(value) is str and value and "<" not in value and not _CONTROL.search(value) and not value.isspace()


def _day(value: Any) -> Any:
    return type(value) is str and _DAY_FAST(value)


def _timed(value: Any) -> Any:
    return type(value) is str and (_TIMED_FAST(value) or _DAY_FAST(value))


def _instant(value: Any) -> Any:
    return type(value) is str and _TIMED_FAST(value)


def _decimal(value: Any) -> Any:
    if type(value) is int:
        return -(10**15) < value < 10**15
    return type(value) is Decimal and len(value.as_tuple().digits) <= 15


FAST: dict[str, Callable[[Any], Any]] = {
    "string": _text,
    "markdown": _markdown,
    "boolean": lambda value: value is True or value is False,
    "integer": lambda value: type(value) is int and _INT_MIN <= value <= _INT_MAX,
    "unsignedInt": lambda value: type(value) is int and 0 <= value <= _INT_MAX,
    "positiveInt": lambda value: type(value) is int and 0 < value <= _INT_MAX,
    "decimal": _decimal,
    "date": _day,
    "dateTime": _timed,
    "instant": _instant,
    "time": lambda value: type(value) is str and _TIME.fullmatch(value),
    "code": lambda value: type(value) is str and _CODE_FAST(value),
    "id": lambda value: type(value) is str and _ID.fullmatch(value),
    "uri": lambda value: type(value) is str and _URI_FAST(value),
    "url": lambda value: type(value) is str and _URI_FAST(value),
    "canonical": lambda value: type(value) is str and _CANONICAL_FAST(value),
    "base64Binary": lambda value: type(value) is str and _BASE64_FAST(value),
    "oid": lambda value: False,
    "uuid": lambda value: False,
    "xhtml": lambda value: False,
}
"""True for values that need no second look."""

_NUMBERS = frozenset({"integer", "unsignedInt", "positiveInt", "decimal"})
_URIS = frozenset({"uri", "url", "canonical", "oid", "uuid"})


def has_json_form(type_name: str, value: Any) -> str:
    """The JSON form that a value of this type must have, when it has another one; else ``""``."""
    if type_name == "boolean":
        return "" if isinstance(value, bool) else "boolean"
    if type_name in _NUMBERS:
        return "" if isinstance(value, (int, Decimal, float)) and not isinstance(value, bool) else "number"
    return "" if isinstance(value, str) else "string"


def written(value: Any) -> str:
    """A JSON scalar as text, the way FHIR writes it."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(value)


def findings(type_name: str, text: str) -> Iterator[Finding]:
    """What is wrong with a non-empty value of this type, given as text."""
    if found := _CONTROL.search(text):
        yield "UNICODE_XML_BAD_CHARS", {"found": f"U+{ord(found.group()):04X}"}
    if type_name not in ("markdown", "xhtml") and "<" in text and re.search(_TAG, text):
        yield "SECURITY_STRING_CONTENT_WARNING", {}
    check = _CHECKS.get(type_name)
    if check is not None:
        yield from check(type_name, text)


def _check_boolean(_: str, text: str) -> Iterator[Finding]:
    if text not in ("true", "false"):
        yield "Type_Specific_Checks_DT_Boolean_Value", {"found": text}


def _check_uri(type_name: str, text: str) -> Iterator[Finding]:
    if text.startswith("oid:"):
        yield "Type_Specific_Checks_DT_URI_OID", {"found": text}
    if text.startswith("uuid:"):
        yield "Type_Specific_Checks_DT_URI_UUID", {"found": text}
    if _SPACE(text):
        yield "Type_Specific_Checks_DT_URI_WS", {"found": text}
    if type_name == "oid" and not text.startswith("urn:oid:"):
        yield "Type_Specific_Checks_DT_OID_Start", {"found": text}
    if type_name == "uuid" and not text.startswith("urn:uuid:"):
        yield "Type_Specific_Checks_DT_UUID_Strat", {"found": text}
    if type_name == "canonical" and not text.startswith("#") and not is_absolute(text):
        yield "TYPE_SPECIFIC_CHECKS_CANONICAL_ABSOLUTE", {"found": text}
    if text.startswith("urn:uuid:"):
        tail = text[9:].partition("#")[0]
        if type_name == "canonical":
            tail = tail.rpartition("|")[0] or tail
        if not re.fullmatch(_UUID, tail):
            yield "Type_Specific_Checks_DT_UUID_Valid", {"found": tail}
    if text.startswith("urn:oid:"):
        tail = text[8:].partition("|")[0] if type_name == "canonical" else text[8:]
        if not (re.fullmatch(_OID, tail) and (tail.rfind(".") >= 4 or tail.startswith("1.3"))):
            yield "Type_Specific_Checks_DT_OID_Valid", {"found": tail}


def is_absolute(text: str) -> bool:
    """True for a URI with a scheme."""
    return _ABSOLUTE.fullmatch(text) is not None


def is_system(text: str) -> bool:
    """True for a URI that can name a code or identifier system: on the web, or a URN."""
    return text.startswith(_SYSTEM)


def _check_id(_: str, text: str) -> Iterator[Finding]:
    if not _ID.fullmatch(text):
        yield "Type_Specific_Checks_DT_ID_Valid", {"found": text}


def _check_string(_: str, text: str) -> Iterator[Finding]:
    if text.isspace():
        yield "Type_Specific_Checks_DT_String_WS_ALL", {}
    elif text != text.strip():
        yield "Type_Specific_Checks_DT_String_WS", {}
    if len(text) > _MAX_TEXT:
        yield "Type_Specific_Checks_DT_String_Length", {"limit": _MAX_TEXT}


def _check_code(_: str, text: str) -> Iterator[Finding]:
    if not re.fullmatch(_CODE, text):
        yield "Type_Specific_Checks_DT_Code_WS", {"found": text}


def _check_date(_: str, text: str) -> Iterator[Finding]:
    if not re.fullmatch(_DATE, text) or not is_calendar_day(text):
        yield "Type_Specific_Checks_DT_Date_Valid", {"found": text}
    elif not _is_reasonable(text):
        yield "Type_Specific_Checks_DT_DateTime_Reasonable", {"found": text}


def _check_date_time(_: str, text: str) -> Iterator[Finding]:
    well_formed = re.fullmatch(_DATE_TIME, text) is not None
    if not well_formed:
        yield "Type_Specific_Checks_DT_DateTime_Valid", {"found": text}
    if "T" in text and not re.search(r"[Z+-]", text.partition("T")[2]):
        yield "Type_Specific_Checks_DT_DateTime_TZ", {"found": text}
    elif well_formed:
        if not is_calendar_day(text):
            yield "Type_Specific_Checks_DT_DateTime_Valid", {"found": text}
        elif not _is_reasonable(text):
            yield "Type_Specific_Checks_DT_DateTime_Reasonable", {"found": text}


def _check_instant(_: str, text: str) -> Iterator[Finding]:
    if not re.fullmatch(_INSTANT, text):
        yield "Type_Specific_Checks_DT_DateTime_Regex", {"found": text}
    elif not is_calendar_day(text):
        yield "Type_Specific_Checks_DT_Instant_Valid", {"found": text}
    elif not _is_reasonable(text):
        yield "Type_Specific_Checks_DT_DateTime_Reasonable", {"found": text}


def _check_time(_: str, text: str) -> Iterator[Finding]:
    if not _TIME.fullmatch(text):
        yield "Type_Specific_Checks_DT_Time_Valid", {"found": text}


def is_calendar_day(text: str) -> bool:
    """False for a date whose day its month does not have."""
    if len(text) < 10:
        return True
    from datetime import date  # few values come here: a plain day before the 29th is beyond doubt

    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _is_reasonable(text: str) -> bool:
    from datetime import datetime

    return 1800 <= int(text[:4]) <= datetime.now().year + 100  # noqa: DTZ005 (a century's width needs no zone)


def _check_base64(_: str, text: str) -> Iterator[Finding]:
    import base64

    packed = "".join(text.split())
    try:
        base64.b64decode(packed, validate=True)
    except ValueError:
        counted = len(re.findall(r"[A-Za-z0-9+/=]", packed))
        yield "Type_Specific_Checks_DT_Base64_Valid", {"whole": counted % 4 == 0}
    else:
        if packed != text:
            yield "TYPE_SPECIFIC_CHECKS_DT_BASE64_NO_WS_WARNING", {}


def _check_integer(type_name: str, text: str) -> Iterator[Finding]:
    if not re.fullmatch(_WHOLE, text) or len(text) > 11 or not _INT_MIN <= int(text) <= _INT_MAX:
        yield "Type_Specific_Checks_DT_Integer_Valid", {"found": text}
    elif type_name == "unsignedInt" and int(text) < 0:
        yield "Type_Specific_Checks_DT_Integer_LT0", {"found": text}
    elif type_name == "positiveInt" and int(text) <= 0:
        yield "Type_Specific_Checks_DT_Integer_LT1", {"found": text}


def _check_decimal(_: str, text: str) -> Iterator[Finding]:
    if not re.fullmatch(_NUMBER, text):
        yield "Type_Specific_Checks_DT_Decimal_Valid", {"found": text}
        return
    mantissa = re.split("[eE]", text)[0]
    if sum(each.isdigit() for each in mantissa.lstrip("-0.")) > _DECIMAL_DIGITS or len(text) > 100:
        yield "Type_Specific_Checks_DT_Decimal_Range", {"found": text[:40]}


_CHECKS: dict[str, Callable[[str, str], Iterator[Finding]]] = {
    "boolean": _check_boolean,
    **dict.fromkeys(_URIS, _check_uri),
    "id": _check_id,
    "string": _check_string,
    "code": _check_code,
    "date": _check_date,
    "dateTime": _check_date_time,
    "instant": _check_instant,
    "time": _check_time,
    "base64Binary": _check_base64,
    **dict.fromkeys(("integer", "unsignedInt", "positiveInt"), _check_integer),
    "decimal": _check_decimal,
}
