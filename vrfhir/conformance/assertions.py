"""``TestScript.setup.action.assert``: one checker per kind of assertion (https://hl7.org/fhir/R4/testscript.html).

Each checker returns nothing when the assertion holds and raises :class:`ExpectationError` or :class:`UntestableError` when not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vrfhir.conformance.bodies import media_type
from vrfhir.conformance.exchange import Request, Response, objects
from vrfhir.conformance.expressions import as_text, evaluate
from vrfhir.conformance.minimum import missing
from vrfhir.conformance.operators import holds, phrase
from vrfhir.conformance.paths import path_values
from vrfhir.conformance.profiles import profile_errors
from vrfhir.conformance.script import Assertion
from vrfhir.conformance.session import Session
from vrfhir.conformance.verdicts import ExpectationError, UntestableError

__all__ = ["CHECKERS", "RESPONSE_CODES", "check_assertion", "kinds"]

RESPONSE_CODES: dict[str, str] = {
    "okay": "200",
    "created": "201",
    "noContent": "204",
    "notModified": "304",
    "bad": "400",
    "forbidden": "403",
    "notFound": "404",
    "methodNotAllowed": "405",
    "conflict": "409",
    "gone": "410",
    "preconditionFailed": "412",
    "unprocessable": "422",
}
"""https://hl7.org/fhir/R4/valueset-assert-response-code-types.html"""


def check_assertion(assertion: Assertion, session: Session) -> None:
    """Checks all that an assertion asks (R4 allows one thing per assertion; older scripts ask several)."""
    asked = kinds(assertion)
    if not asked:
        raise UntestableError("the assertion asks nothing")
    for kind in asked:
        CHECKERS[kind](assertion, session)


def kinds(assertion: Assertion) -> list[str]:
    """Which of the checkers an assertion needs, in the order they are reported."""
    present = {
        "response": assertion.response,
        "responseCode": assertion.response_code,
        "contentType": assertion.content_type,
        "headerField": assertion.header_field,
        "requestMethod": assertion.request_method,
        "requestURL": assertion.request_url,
        "resource": assertion.resource,
        "expression": assertion.expression,
        "path": assertion.path,
        "minimumId": assertion.minimum_id,
        "navigationLinks": assertion.navigation_links,
        "validateProfileId": assertion.validate_profile_id,
    }
    found = [kind for kind, value in present.items() if value]
    if not found and (assertion.compare_to_source_expression or assertion.compare_to_source_path):
        return ["compareToSource"]
    return found


def _response(assertion: Assertion, session: Session) -> Response:
    message = session.message(assertion.source_id, "response")
    if not isinstance(message, Response):
        raise UntestableError(f"“{assertion.source_id}” is no response")
    return message


def _request(assertion: Assertion, session: Session) -> Request:
    message = session.message(assertion.source_id, "request")
    if not isinstance(message, Request):
        raise UntestableError(f"“{assertion.source_id}” is no request")
    return message


def _compare(what: str, operator: str, found: list[str], wanted: str) -> None:
    if not holds(operator, found, wanted):
        actual = ", ".join(found) if found else "nothing"
        expected = phrase(operator, wanted) or "an empty text"
        raise ExpectationError(
            f"{what}: expected {expected}, found {actual}", expected=f"{what}: {expected}", actual=actual
        )


def _check_response(assertion: Assertion, session: Session) -> None:
    wanted = ",".join(RESPONSE_CODES.get(name.strip(), name) for name in assertion.response.split(","))
    _compare("status", assertion.operator, [str(_response(assertion, session).status)], wanted)


def _check_response_code(assertion: Assertion, session: Session) -> None:
    wanted = session.fill(assertion.response_code)
    _compare("status", assertion.operator, [str(_response(assertion, session).status)], wanted)


def _check_content_type(assertion: Assertion, session: Session) -> None:
    """Parameters such as ``charset`` count only where the script states them."""
    found = session.message(assertion.source_id, assertion.direction).header("Content-Type") or ""
    wanted = media_type(session.fill(assertion.content_type))
    if ";" not in wanted:
        found = found.split(";")[0].strip()
    _compare("Content-Type", assertion.operator, [found.lower()] if found else [], wanted.lower())


def _check_header_field(assertion: Assertion, session: Session) -> None:
    name = assertion.header_field
    value = session.message(assertion.source_id, assertion.direction).header(name)
    found = [] if value is None else [value]
    wanted = _wanted(assertion, session)
    operator = assertion.operator or ("notEmpty" if wanted is None else "")
    _compare(f"header {name}", operator, found, wanted or "")


def _check_request_method(assertion: Assertion, session: Session) -> None:
    method = _request(assertion, session).method.lower()
    _compare("request method", assertion.operator, [method], assertion.request_method.lower())


def _check_request_url(assertion: Assertion, session: Session) -> None:
    """The URL relative to the base, unless the script names a whole URL."""
    wanted = session.fill(assertion.request_url)
    url = _request(assertion, session).url
    if "://" not in wanted:
        url, wanted = url.removeprefix(session.base).lstrip("/"), wanted.lstrip("/")
    _compare("request URL", assertion.operator, [url], wanted)


def _check_resource(assertion: Assertion, session: Session) -> None:
    kind = str(session.body(assertion.source_id, assertion.direction)["resourceType"])
    _compare("resource type", assertion.operator, [kind], assertion.resource)


def _check_expression(assertion: Assertion, session: Session) -> None:
    expression = session.fill(assertion.expression)
    found = evaluate(expression, session.body(assertion.source_id, assertion.direction))
    _check_values(assertion, session, expression, found)


def _check_path(assertion: Assertion, session: Session) -> None:
    path = session.fill(assertion.path)
    found = path_values(path, session.body(assertion.source_id, assertion.direction))
    _check_values(assertion, session, path, found)


def _check_values(assertion: Assertion, session: Session, where: str, found: list[Any]) -> None:
    """Against ``value`` or the compared source; without either, the expression itself must hold or find something."""
    texts = [as_text(value) for value in found]
    wanted = _wanted(assertion, session)
    if assertion.operator == "eval" or (wanted is None and not assertion.operator):
        if texts == ["true"] or (texts and not any(isinstance(value, bool) for value in found)):
            return
        actual = ", ".join(texts) or "nothing"
        raise ExpectationError(f"{where}: does not hold", expected=f"{where} holds", actual=actual)
    _compare(where, assertion.operator, texts, wanted or "")


def _check_compare_to_source(assertion: Assertion, session: Session) -> None:
    """Only the other side is given: it must hold or find something."""
    wanted = _wanted(assertion, session)
    operator = assertion.operator or "notEmpty"
    _compare(assertion.compare_to_source_id, operator, [] if wanted is None else [wanted], assertion.value or "")


def _wanted(assertion: Assertion, session: Session) -> str | None:
    """``value``, else what the other source holds (``compareToSourceExpression`` is ignored beside ``value``)."""
    if assertion.value is not None:
        return session.fill(assertion.value)
    if not assertion.compare_to_source_id:
        return None
    other = session.body(assertion.compare_to_source_id)
    if assertion.compare_to_source_expression:
        expression = session.fill(assertion.compare_to_source_expression)
        found = evaluate(expression, other)
    else:
        expression = session.fill(assertion.compare_to_source_path)
        found = path_values(expression, other)
    if not found and assertion.operator not in ("empty", "notEmpty"):
        raise UntestableError(
            f"nothing to compare with: “{assertion.compare_to_source_id}” has nothing at {expression}"
        )
    return ",".join(as_text(value) for value in found)


def _check_minimum_id(assertion: Assertion, session: Session) -> None:
    expected = session.resource(assertion.minimum_id)
    gaps = missing(expected, session.body(assertion.source_id, assertion.direction))
    if gaps:
        listed = ", ".join(gaps[:5]) + (f" and {len(gaps) - 5} more" if len(gaps) > 5 else "")
        text = f"the response lacks content of “{assertion.minimum_id}”: {listed}"
        raise ExpectationError(
            text, expected=f"everything in “{assertion.minimum_id}”", actual=f"missing or different: {listed}"
        )


def _check_navigation_links(assertion: Assertion, session: Session) -> None:
    """A result of several pages links first, last and next; next is absent on the last page, all on an only one."""
    body = session.body(assertion.source_id, assertion.direction)
    relations = {str(link.get("relation")) for link in objects(body, "link")}
    needed = [] if _is_only_page(body, relations) else ["first", "last", "next"]
    if relations & {"previous", "prev"}:
        needed = ["first", "last"]
    absent = [relation for relation in needed if relation not in relations]
    if body.get("resourceType") != "Bundle" or absent:
        actual = ", ".join(sorted(relations)) or "no links"
        text = f"the Bundle lacks the links {', '.join(absent)}" if absent else "the answer is no Bundle"
        raise ExpectationError(text, expected="links first, last, next", actual=actual)


def _is_only_page(body: dict[str, Any], relations: set[str]) -> bool:
    searches = [entry.get("search") for entry in objects(body, "entry")]
    matches = sum(not isinstance(search, dict) or search.get("mode", "match") == "match" for search in searches)
    total = body.get("total")
    return not relations & {"next", "previous", "prev"} and (not isinstance(total, int) or matches >= total)


def _check_validate_profile_id(assertion: Assertion, session: Session) -> None:
    profile = next((p for p in session.script.profiles if p.id == assertion.validate_profile_id), None)
    if profile is None:
        raise UntestableError(f"the script declares no profile “{assertion.validate_profile_id}”")
    errors = profile_errors(session.body(assertion.source_id, assertion.direction), profile.canonical)
    if errors:
        shown = "; ".join(errors[:3]) + (f"; and {len(errors) - 3} more" if len(errors) > 3 else "")
        raise ExpectationError(
            f"not valid against {profile.canonical}: {shown}",
            expected=f"valid against {profile.canonical}",
            actual=shown,
        )


CHECKERS: dict[str, Callable[[Assertion, Session], None]] = {
    "response": _check_response,
    "responseCode": _check_response_code,
    "contentType": _check_content_type,
    "headerField": _check_header_field,
    "requestMethod": _check_request_method,
    "requestURL": _check_request_url,
    "resource": _check_resource,
    "expression": _check_expression,
    "path": _check_path,
    "minimumId": _check_minimum_id,
    "navigationLinks": _check_navigation_links,
    "validateProfileId": _check_validate_profile_id,
    "compareToSource": _check_compare_to_source,
}
