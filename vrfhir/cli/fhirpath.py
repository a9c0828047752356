"""``vrfhir fhirpath``: evaluate an expression on files, or answer requests on a pipe (``--jsonl``).

Exit codes: 0 evaluated, 1 an evaluation was refused by the data, 2 the expression or a file cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from vrfhir.cli import COULD_NOT_RUN, FINDINGS, OK
from vrfhir.definitions import Definitions
from vrfhir.errors import UnreadableError, VrfhirError
from vrfhir.fhir.json import serialize
from vrfhir.fhir.references import BundleIndex
from vrfhir.fhirpath import Environment, FhirPathError, Node, compile  # noqa: A004
from vrfhir.fhirpath.functions.conversion import to_text
from vrfhir.fhirpath.nodes import atom
from vrfhir.fhirpath.types import system_name
from vrfhir.issues import Issue

__all__ = ["HELP", "add_arguments", "run"]

HELP = "evaluate a FHIRPath expression"

_SYSTEM_OUTPUT = {"Quantity": "Quantity", "DateTime": "dateTime"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of this verb."""
    parser.add_argument("expression", nargs="?", help="the expression, in quotes")
    parser.add_argument("files", nargs="*", metavar="FILE", help="FHIR resources, JSON or XML; - for standard input")
    parser.add_argument("--strict", action="store_true", help="refuse members that the types do not have")
    parser.add_argument("--trace", action="store_true", help="show what trace() reports, on standard error")
    parser.add_argument("--json", action="store_true", help="one JSON object a file instead of text")
    parser.add_argument(
        "--jsonl",
        action="store_true",
        help='answer requests on standard input, one a line: {"id", "expression", "input": path or null, "format", "mode"}',
    )


def run(arguments: argparse.Namespace) -> int:
    """Evaluate, and return the exit code."""
    if arguments.jsonl:
        for answer in _answers(sys.stdin):
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        return OK
    if arguments.expression is None:
        sys.stderr.write("vrfhir fhirpath: an expression is needed\n")
        return COULD_NOT_RUN
    compile(arguments.expression)  # a syntax error is the same for all files
    worst = OK
    for name in arguments.files or [None]:
        answer = {"file": name} if name else {}
        try:
            resource = _read(name) if name else None
            outputs = _evaluate(arguments.expression, resource, strict=arguments.strict, trace=arguments.trace)
            answer["outputs"] = outputs
        except FhirPathError as error:
            answer["error"] = str(error)
            worst = max(worst, FINDINGS)
        except UnreadableError as error:
            answer["error"] = str(error)
            worst = COULD_NOT_RUN
        _show(answer, as_json=arguments.json, with_name=len(arguments.files) > 1)
    return worst


def _show(answer: Mapping[str, Any], *, as_json: bool, with_name: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        return
    prefix = f"{answer['file']}: " if with_name else ""
    if "error" in answer:
        sys.stderr.write(f"vrfhir: {prefix}{answer['error']}\n")
    for output in answer.get("outputs", ()):
        sys.stdout.write(f"{prefix}{output['value']}\n")


def _answers(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if not line.strip():
            continue
        try:
            request = json.loads(line)
        except ValueError:
            request = None
        if not isinstance(request, dict) or not isinstance(request.get("expression"), str):
            name = request.get("id") if isinstance(request, dict) else None
            yield {"id": name, "error": "The request is no JSON object with an expression."}
            continue
        try:
            yield {"id": request.get("id"), "outputs": _requested(request)}
        except VrfhirError as error:
            yield {"id": request.get("id"), "error": str(error)}


def _requested(request: Mapping[str, Any]) -> list[dict[str, str]]:
    path = request.get("input")
    resource = _read(str(path), str(request.get("format") or "")) if path else None
    return _evaluate(str(request["expression"]), resource, strict=request.get("mode") == "strict", trace=False)


def _evaluate(expression: str, resource: dict[str, Any] | None, *, strict: bool, trace: bool) -> list[dict[str, str]]:
    environment = Environment(
        fields=_fields(),
        resource=resource,
        terminology=_LazyTerminology(),
        conforms_to=_conforms_to,
        trace=_report if trace else None,
        strict=strict,
    )
    if resource is not None and resource.get("resourceType") == "Bundle":
        environment.resolve = _references(resource)
    found = compile(expression).evaluate([] if resource is None else resource, environment=environment)
    return [_output(item) for item in found]


def _report(name: str, items: list[Any]) -> None:
    for item in items:
        sys.stderr.write(f"trace {name}: {_output(item)['value']}\n")


def _output(item: Any) -> dict[str, str]:
    value = atom(item)
    if type(item) is not Node:
        name = system_name(item)
        kind = _SYSTEM_OUTPUT.get(name, name[:1].lower() + name[1:])
    else:
        kind = item.type.name or (item.value.get("resourceType", "") if type(item.value) is dict else "")
        value = item.value if item.type.name not in ("Quantity", "boolean", "decimal") else value
    text = to_text(value)
    if text is None and type(item) is Node:
        text = serialize(item.value).decode() if type(item.value) is dict else ""
    return {"type": kind, "value": str(value) if text is None else text}


class _LazyTerminology:
    """The local terminology, loaded at the first question."""

    def member(self, value_set: str, system: str | None, code: str) -> Any:
        return _terminology().member(value_set, system, code)


@cache
def _validator() -> Any:
    from vrfhir.validation import Validator

    return Validator()


def _conforms_to(node: Node, canonical: str) -> bool | None:
    """What the validator says of a resource; None for profiles that are not known and for mere elements."""
    if type(node.value) is not dict or "resourceType" not in node.value:
        return None
    if Definitions.default().structure(canonical) is None:
        return None
    return bool(_validator().validate(node.value, profiles=(canonical,)).valid)


@cache
def _terminology() -> Any:
    from vrfhir.terminology import Terminology

    return Terminology(Definitions.default())


@cache
def _fields() -> Any:
    return Definitions.default().fields


def _references(bundle: dict[str, Any]) -> Callable[[str], Any]:
    """Reference text → resource, by the entries of a Bundle."""
    index = BundleIndex(bundle)

    def resolve(reference: str) -> Any:
        found = index.resolve(reference) or next(iter(index.by_type_and_id(reference)), None)
        return found.resource if found is not None else None

    return resolve


@cache
def _read_once(path: str, kind: str, stamp: tuple[int, int]) -> dict[str, Any]:
    return _parse(Path(path).read_bytes(), kind, path)


def _read(path: str, kind: str = "") -> dict[str, Any]:
    if path == "-":
        return _parse(sys.stdin.buffer.read(), kind, "standard input")
    try:
        status = Path(path).stat()
        return _read_once(path, kind, (status.st_mtime_ns, status.st_size))
    except OSError as error:
        text = f"{path}: {error.strerror or 'cannot be read'}"
        raise UnreadableError(Issue("fatal", "not-found", "VR-FILE-0001", text, source=path)) from error


def _parse(data: bytes, kind: str, source: str) -> dict[str, Any]:
    is_xml = kind == "xml" or (kind != "json" and data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"))
    if is_xml:
        from vrfhir.fhir.xml import parse as parse_xml

        return dict(parse_xml(data, _fields(), source=source).resource)
    from vrfhir.fhir.json import parse as parse_json

    return dict(parse_json(data, source=source).resource)
