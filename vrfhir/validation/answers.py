"""One answer of a QuestionnaireResponse against its question: type, options, limits."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vrfhir.fhirpath import FhirPathError
from vrfhir.fhirpath.patterns import fits
from vrfhir.terminology import Membership
from vrfhir.validation.coded import plain_code
from vrfhir.validation.codings import doubt, is_external
from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import findings, is_calendar_day, written
from vrfhir.validation.quantity_answers import check_quantity
from vrfhir.validation.questions import Question
from vrfhir.validation.references import type_in_text

if TYPE_CHECKING:
    from vrfhir.validation.answer_sets import AnswerSets
    from vrfhir.validation.scope import Scope

__all__ = ["check_answer"]

Json = dict[str, Any]

_READ = frozenset({"date", "dateTime", "integer", "decimal"})
_FROM_LIST = frozenset({"date", "time", "integer", "string", "text"})
_PLAIN = frozenset({"boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url"})
_LARGE = 1_000_000_000
"""Whole numbers up to this are surely well-formed."""
_RIGHT = 500
"""Codings remembered for a question."""
_MOMENT = re.compile(
    r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_UNREADABLE = ("Type_Specific_Checks_DT_Integer_Valid", "Type_Specific_Checks_DT_Decimal_Valid")
_TYPES: dict[str, tuple[str, ...]] = {
    "boolean": ("Boolean",),
    "decimal": ("Decimal",),
    "integer": ("Integer",),
    "date": ("Date",),
    "dateTime": ("DateTime",),
    "time": ("Time",),
    "string": ("String",),
    "text": ("String",),
    "url": ("Uri",),
    "attachment": ("Attachment",),
    "reference": ("Reference",),
    "quantity": ("Quantity",),
    "choice": ("Coding", "Date", "Time", "Integer", "String"),
    "open-choice": ("Coding", "Date", "Time", "Integer", "String"),
}
_NAMES = {
    "Boolean": "boolean",
    "Decimal": "decimal",
    "Integer": "integer",
    "Date": "date",
    "DateTime": "dateTime",
    "Time": "time",
    "String": "string",
    "Uri": "uri",
}


def check_answer(scope: Scope, sets: AnswerSets, question: Question, answer: Json, place: Location) -> None:
    """The value of one answer; ``sets`` are the value sets within reach of its questionnaire."""
    for key in answer:
        if key.startswith("value"):
            break
    else:
        if answer and not any(each.startswith("_value") for each in answer):  # an empty one is refused for its form
            scope.report("Questionnaire_QR_Item_NoType", place, found=question.item.get("linkId", ""))
        return
    kind, suffix, value = question.type, key[5:], answer[key]
    here = (place, f"value.ofType({_NAMES.get(suffix, suffix)})", key, -1)
    allowed = _TYPES.get(kind)
    if allowed is None:
        return
    if suffix not in allowed:
        expected = " or ".join(_NAMES.get(each, each) for each in allowed)
        scope.report("Questionnaire_QR_Item_WrongType", here, expected=expected, found=_NAMES.get(suffix, suffix))
        if kind in ("date", "dateTime") and not isinstance(value, dict):
            _read(scope, kind, value, here)
        if kind in _FROM_LIST and kind != "integer" and not (isinstance(value, dict) and kind in ("string", "text")):
            _listed(scope, question, allowed[0], value, here)
        return
    if kind in ("choice", "open-choice"):
        _chosen(scope, sets, question, suffix, value, place)
        return
    if kind in _PLAIN and question.is_free:
        if kind in _READ:
            _read(scope, kind, value, here)
        return
    check = _LIMITS.get(kind)
    if (kind not in _READ or _read(scope, kind, value, here)) and check is not None:
        check(scope, question, value, place, here)
    if kind in _FROM_LIST:
        _listed(scope, question, suffix, value, here)
    value_set = question.item.get("answerValueSet")
    if (
        isinstance(value_set, str)
        and kind == "string"
        and isinstance(value, str)
        and sets.member(value_set, None, value) is Membership.OUT
    ):
        scope.report("QUESTIONNAIRE_QR_ITEM_VS_FAIL", here, found=value, value_set=value_set)


def _read(scope: Scope, kind: str, value: Any, here: Location) -> bool:
    """False, and said so, for a date or number that cannot be compared with anything."""
    if type(value) is int and -_LARGE < value < _LARGE and kind in ("integer", "decimal"):
        return True
    text = written(value)
    if kind in ("date", "dateTime"):
        readable = _MOMENT.fullmatch(text) is not None and is_calendar_day(text)
    else:
        readable = all(rule not in _UNREADABLE for rule, _ in findings(kind, text))
    if not readable:
        name = "DATE" if kind in ("date", "dateTime") else kind.upper()
        scope.report(f"QUESTIONNAIRE_QR_ITEM_{name}_VALUE_EXCEPTION", here, found=text)
    return readable


def _options(question: Question, suffix: str) -> tuple[list[Json], list[Any]]:
    """All answer options, and the values of one type among them."""
    if "answerOption" not in question.item:
        return [], []
    options = [each for each in question.item["answerOption"] if isinstance(each, dict)]
    return options, [each[f"value{suffix}"] for each in options if f"value{suffix}" in each]


def _listed(scope: Scope, question: Question, suffix: str, value: Any, here: Location) -> None:
    """A question of a plain type that lists its answers."""
    options, listed = _options(question, suffix)
    if not options or any(_equal(each, value) for each in listed):
        return
    if listed:
        scope.report(f"Questionnaire_QR_Item_No{suffix}", here, found=written(value))
    elif suffix != "Integer":
        scope.report(f"Questionnaire_QR_Item_NoOptions{suffix}", here)


def _chosen(scope: Scope, sets: AnswerSets, question: Question, suffix: str, value: Any, place: Location) -> None:
    """A question to choose from options or a value set: a plain coding that was right as its answer is right again."""
    coding = plain_code(value) if suffix == "Coding" and type(value) is dict else None
    if coding is not None and coding in question.right and "language" not in scope.resource:
        return
    before = scope.findings.said
    _choice(scope, sets, question, suffix, value, place, is_open=question.type == "open-choice")
    if coding is None or scope.findings.said != before or "language" in scope.resource:
        return
    if sets.is_certain(question.item.get("answerValueSet"), coding):
        if len(question.right) >= _RIGHT:
            question.right.clear()
        question.right.add(coding)


def _choice(
    scope: Scope, sets: AnswerSets, question: Question, suffix: str, value: Any, place: Location, *, is_open: bool
) -> None:
    """A question to choose from options or a value set; an open one lets any text pass."""
    options, listed = _options(question, suffix)
    value_set = question.item.get("answerValueSet")
    if is_open and suffix == "String" and (options or value_set):
        return
    if options:
        if any(_equal(each, value) for each in listed):
            return
        if not listed and (suffix == "Coding" or not is_open):
            scope.report(f"Questionnaire_QR_Item_NoOptions{suffix}", place)
        elif suffix == "Coding":
            shown = f"{value.get('system', '')}#{value.get('code', '')}" if isinstance(value, dict) else ""
            scope.report("Questionnaire_QR_Item_NoCoding", place, found=shown)
        else:
            scope.report(f"Questionnaire_QR_Item_No{suffix}", place, found=written(value))
        return
    if suffix != "Coding":
        scope.report(f"Questionnaire_QR_Item_{suffix}NoOptions", place)
        return
    if not isinstance(value_set, str):
        scope.report("Questionnaire_QR_Item_NoOptions", place)
    elif isinstance(value, dict):
        _coding(scope, sets, value_set, value, place)


def _coding(scope: Scope, sets: AnswerSets, value_set: str, value: Json, place: Location) -> None:
    """A coding against the value set of its question; a wrong display makes it another answer than the one meant."""
    code, system, display = value.get("code"), value.get("system"), value.get("display")
    facts: Json = {"found": f"{system or ''}#{code or ''}", "value_set": value_set}
    found = Membership.OUT
    if isinstance(code, str):
        found = sets.member(value_set, system if isinstance(system, str) else None, code)
    if found is Membership.UNKNOWN and not sets.is_known(value_set):
        scope.report("Terminology_TX_ValueSet_NotFound", place, **facts)
    elif not isinstance(system, str):
        if found is Membership.OUT or not sets.is_contained(value_set):
            scope.report("Questionnaire_QR_Item_BadOption", place, **facts)
    elif (
        sets.includes(value_set, system)
        and not scope.engine.terminology.system_is_known(system)
        and not is_external(system)
    ):
        scope.report("QUESTIONNAIRE_QR_ITEM_BADOPTION_CS", place, **facts, system=system)
    elif found is Membership.OUT or (
        found is Membership.IN
        and isinstance(display, str)
        and doubt(scope, value)
        and not sets.is_worded(value_set, system, str(code), display)
    ):
        scope.report("Questionnaire_QR_Item_BadOption", place, **facts)


def _equal(option: Any, value: Any) -> bool:
    if isinstance(option, dict) and isinstance(value, dict):
        return bool(option.get("code") == value.get("code") and option.get("system") == value.get("system"))
    return bool(option == value)


def _text(scope: Scope, question: Question, value: Any, place: Location, here: Location) -> None:
    if not isinstance(value, str):
        return
    longest, shortest = question.item.get("maxLength"), question.setting("minLength")
    if isinstance(longest, int) and len(value) > longest:
        scope.report("QUESTIONNAIRE_QR_ITEM_STRING_MAX_LENGTH", here, limit=longest, found=len(value))
    if isinstance(shortest, int) and len(value) < shortest:
        scope.report("QUESTIONNAIRE_QR_ITEM_STRING_MIN_LENGTH", here, limit=shortest, found=len(value))
    pattern = question.setting("regex")
    if isinstance(pattern, str):
        try:
            well_formed = fits(value, pattern)
        except FhirPathError:  # no pattern, or one that could run away
            return
        if not well_formed:
            words = question.setting("entryFormat")
            rule = "QUESTIONNAIRE_QR_ITEM_STRING_REGEX_EF" if words else "QUESTIONNAIRE_QR_ITEM_STRING_REGEX"
            scope.report(rule, here, expected=words or pattern)


def _number(scope: Scope, question: Question, value: Any, place: Location, here: Location) -> None:
    kind = "INTEGER" if question.item.get("type") == "integer" else "DECIMAL"
    _range(scope, question, value, here, kind)
    _digits(scope, question, value, here)


def _moment(scope: Scope, question: Question, value: Any, place: Location, here: Location) -> None:
    _range(scope, question, value, here, "TIME" if question.kind == "time" else "DATE")


def _range(scope: Scope, question: Question, value: Any, here: Location, kind: str) -> None:
    for name, word in (("minValue", "MIN"), ("maxValue", "MAX")):
        limit = question.setting(name)
        if limit is None:
            continue
        numbers = (int, Decimal, float)
        if isinstance(value, numbers) and isinstance(limit, numbers):
            order = (Decimal(str(value)) > Decimal(str(limit))) - (Decimal(str(value)) < Decimal(str(limit)))
        elif isinstance(value, str) and isinstance(limit, str):
            size = min(len(value), len(limit))
            order = (value[:size] > limit[:size]) - (value[:size] < limit[:size])
        else:
            continue
        if (order < 0 and word == "MIN") or (order > 0 and word == "MAX"):
            scope.report(f"QUESTIONNAIRE_QR_ITEM_{kind}_{word}", here, found=written(value), limit=written(limit))


def _quantity(scope: Scope, question: Question, value: Any, place: Location, here: Location) -> None:
    if isinstance(value, dict):
        check_quantity(scope, question, value, here)
        _digits(scope, question, value.get("value"), here)


def _digits(scope: Scope, question: Question, value: Any, here: Location) -> None:
    limit = question.setting("maxDecimalPlaces")
    if isinstance(limit, int) and value is not None and len(written(value).partition(".")[2]) > limit:
        scope.report("QUESTIONNAIRE_QR_ITEM_DECIMAL_MAX_DECIMALS", here, limit=limit, found=written(value))


def _attachment(scope: Scope, question: Question, value: Any, place: Location, here: Location) -> None:
    if not isinstance(value, dict):
        return
    data = value.get("data")
    size = len(data.rstrip("=")) * 3 // 4 if isinstance(data, str) else value.get("size")
    limit = question.setting("maxSize")
    if isinstance(size, int) and isinstance(limit, (int, Decimal)) and size > limit:
        scope.report("QUESTIONNAIRE_QR_ITEM_BAD_ATTACHMENT_LENGTH", place, limit=limit, found=size)
    allowed = question.settings("mimeType")
    kind = value.get("contentType")
    if allowed and not isinstance(kind, str):
        scope.report("QUESTIONNAIRE_QR_ITEM_NOT_ATTACHMENT_MIMETYPE", place, expected=", ".join(map(str, allowed)))
    elif allowed and str(kind).partition(";")[0].strip().casefold() not in [str(each).casefold() for each in allowed]:
        scope.report(
            "QUESTIONNAIRE_QR_ITEM_BAD_ATTACHMENT_MIMETYPE", place, found=kind, expected=", ".join(map(str, allowed))
        )


def _reference(scope: Scope, question: Question, value: Any, place: Location, here: Location) -> None:
    reference = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(reference, str) or reference.startswith(("#", "urn:")) or not scope.options.assume_rest:
        return
    parts = reference.partition("/_history/")[0].split("/")
    kind = parts[-2] if len(parts) > 1 else ""
    if not type_in_text(scope, reference):
        if kind and kind[:1].isupper():
            scope.report("QUESTIONNAIRE_QR_ITEM_REF_INVALID_GENERAL", here, found=kind)
        return
    allowed = [str(each) for each in question.settings("referenceResource")]
    if allowed and kind not in allowed:
        scope.report("QUESTIONNAIRE_QR_ITEM_REF_INVALID", here, found=kind, expected=", ".join(allowed))


_LIMITS = {
    "string": _text,
    "text": _text,
    "integer": _number,
    "decimal": _number,
    "date": _moment,
    "dateTime": _moment,
    "time": _moment,
    "quantity": _quantity,
    "attachment": _attachment,
    "reference": _reference,
}
