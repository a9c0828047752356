"""The public face: a resource in, a report out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vrfhir.definitions import Definitions
from vrfhir.errors import DefinitionError, UnreadableError
from vrfhir.fhir import json as fhir_json
from vrfhir.fhir.parsed import Parsed
from vrfhir.issues import Issue
from vrfhir.terminology import Terminology
from vrfhir.validation.engine import Engine
from vrfhir.validation.options import Options
from vrfhir.validation.paths import Location, root
from vrfhir.validation.report import Report
from vrfhir.validation.resources import check_resource
from vrfhir.validation.scope import Findings, NotWellFormedError, Scope
from vrfhir.validation.structure import read_structure
from vrfhir.validation.xml_places import UNKNOWN, xml_path

if TYPE_CHECKING:
    from vrfhir.terminology import TerminologyServer

__all__ = ["Validator"]

Json = dict[str, Any]

_ABSTRACT = ("Resource", "DomainResource")


class Validator:
    """Checks FHIR R4 resources. Make one, use it for all: it may be shared by threads.

    >>> from vrfhir import Validator
    >>> Validator().validate({"resourceType": "Patient", "gender": "fmale"}).valid
    False
    """

    def __init__(
        self,
        definitions: Definitions | None = None,
        *,
        packages: Iterable[str | Path] = (),
        terminology: Terminology | TerminologyServer | None = None,
        options: Options | None = None,
    ) -> None:
        """``packages`` are FHIR packages to load beside R4 core, UK Core and VR: ``.tgz``, folder, or ``id#version``.

        ``terminology`` decides about codes: by default from the definitions alone; a :class:`~vrfhir.terminology.TerminologyServer`
        is asked what these cannot tell. Raises :class:`DefinitionError` or :class:`UnreadableError` for a package that cannot
        be loaded.
        """
        definitions = definitions or Definitions.default()
        for package in packages:
            definitions = definitions.with_package(package)
        self.definitions = definitions
        self.options = options or Options()
        if terminology is not None and not isinstance(terminology, Terminology):
            terminology = terminology.terminology(definitions)
        self._engine = Engine(definitions, terminology)

    def validate(
        self,
        resource: Json | bytes | str | Parsed,
        *,
        profiles: Sequence[str] = (),
        source: str = "",
        options: Options | None = None,
    ) -> Report:
        """Check a resource: a dict in FHIR JSON shape, JSON or XML text, or what a parser returned.

        ``profiles`` are canonicals to check against, beside the base type and those that ``meta.profile`` claims. Raises
        :class:`DefinitionError` for a profile that is not known, naming the nearest that are. Everything else that is
        wrong, malformed text included, is in the report.
        """
        self.require(profiles)
        parsed: Parsed | None = None
        if isinstance(resource, (bytes, str)):
            try:
                parsed = self.parse(resource, source=source)
            except UnreadableError as problem:
                return Report(list(problem.issues), source)
        elif isinstance(resource, Parsed):
            parsed = resource
        data: Json = parsed.resource if parsed is not None else resource  # type: ignore[assignment]
        is_xml = parsed is not None and parsed.format == "xml"
        if is_xml and parsed is not None and any(each.severity == "fatal" for each in parsed.issues):
            return Report(parsed.issues, source or parsed.source)
        findings = self._check(data, tuple(profiles), options or self.options, is_xml=is_xml)
        findings.close()
        issues = self._placed(findings, parsed)
        if parsed is not None:
            issues = [*parsed.issues, *issues]
        return Report(issues, source or (parsed.source if parsed is not None else ""))

    def require(self, profiles: Iterable[str]) -> None:
        """Raise :class:`DefinitionError` for the first profile that is not known, naming the nearest that are."""
        for canonical in profiles:
            self._require(canonical)

    def parse(self, text: bytes | str, *, source: str = "") -> Parsed:
        """Read JSON or XML, whichever it is; raises :class:`UnreadableError` for what is neither."""
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
            from vrfhir.fhir import xml as fhir_xml

            return fhir_xml.parse(data, self.definitions.fields, source=source)
        return fhir_json.parse(data, source=source)

    def _check(self, resource: Json, profiles: tuple[str, ...], options: Options, *, is_xml: bool = False) -> Findings:
        engine = self._engine
        name = resource.get("resourceType")
        findings = Findings()
        location = root(name if isinstance(name, str) else "$")
        scope = Scope(engine, options, resource, location, findings)
        if name is None:
            scope.report_form("UNABLE_TO_FIND_RESOURCETYPE_PROPERTY", location)
            return findings
        if type(name) is not str:
            scope.report_form("RESOURCETYPE_PROPERTY_WRONG_TYPE", location, found=type(name).__name__)
            return findings
        if name in _ABSTRACT:
            scope.report("VR-VAL-0004", location, found=name)
        elif name not in engine.resource_types:
            from difflib import get_close_matches

            near = get_close_matches(name, sorted(engine.resource_types), n=1)
            hint = f"Did you mean {near[0]}?" if near else ""
            scope.report_form(
                "THIS__CANNOT_BE_PARSED_AS_A_FHIR_OBJECT_UNKNOWN_NAME", location, found=name[:64], near=hint
            )
            return findings
        try:
            check_resource(scope, profiles=profiles)
        except NotWellFormedError:
            return self._careful(resource, profiles, options, location, is_xml)
        except RecursionError:
            findings.add(
                Issue("error", "too-costly", "VR-VAL-0002", "Elements are nested too deeply to be checked."), ()
            )
        return _without_doubles(findings) if profiles else findings

    def _careful(
        self, resource: Json, profiles: tuple[str, ...], options: Options, location: Location, is_xml: bool
    ) -> Findings:
        """The form is wrong somewhere: say where, then check what is left."""
        findings = Findings()
        scope = Scope(self._engine, options, resource, location, findings)
        scope.is_xml = is_xml
        kept = read_structure(scope, self._engine.table(resource["resourceType"]), resource, location)
        if kept.get("resourceType") in _ABSTRACT:
            scope.report("VR-VAL-0004", location, found=kept["resourceType"])
        again = Scope(self._engine, options, kept, location, findings)
        again.strict = False
        try:
            check_resource(again, profiles=profiles)
        except (NotWellFormedError, RecursionError):
            findings.add(
                Issue("error", "too-costly", "VR-VAL-0002", "Elements are nested too deeply to be checked."), ()
            )
        return _without_doubles(findings) if profiles else findings

    def _placed(self, findings: Findings, parsed: Parsed | None) -> list[Issue]:
        if parsed is None:
            return findings.rows
        if parsed.format == "xml" and any(issue.id == UNKNOWN for issue in findings.rows):
            for number, (issue, place) in enumerate(zip(findings.rows, findings.places, strict=True)):
                if issue.id == UNKNOWN:
                    findings.rows[number] = issue._replace(expression=xml_path(parsed.resource, place))
        return [issue.at(*parsed.position(place)) for issue, place in zip(findings.rows, findings.places, strict=True)]

    def _require(self, canonical: str) -> None:
        if self._engine.profile(canonical) is not None:
            return
        wanted = canonical.partition("|")[0]
        structure = self.definitions.structure(canonical)
        if structure is not None:
            base = structure.get("baseDefinition", "")
            text = (
                f"The profile {canonical} has no snapshot and none can be made, because its base {base} is not known."
            )
            raise DefinitionError(
                Issue("fatal", "not-supported", "VR-VAL-0003", text, hint="Load the package that defines the base.")
            )
        from difflib import get_close_matches

        known = list(self.definitions.canonicals("StructureDefinition"))
        tails = {each.rpartition("/")[2]: each for each in known}
        near = get_close_matches(wanted, known, n=3, cutoff=0.7) or [
            tails[each] for each in get_close_matches(wanted.rpartition("/")[2], list(tails), n=3)
        ]
        hint = "Nearest known: " + ", ".join(near) if near else "Load the package that defines it (--package)."
        raise DefinitionError(
            Issue("fatal", "not-found", "VR-VAL-0001", f"The profile {canonical} is not known.", hint=hint)
        )


def _without_doubles(findings: Findings) -> Findings:
    """With a profile asked for by name the base type speaks through it: a missing element is said once."""
    kept = Findings()
    said = {
        (each.id, each.expression, each.hint)
        for each in findings.rows
        if each.source.partition("|")[0] and "hl7.org/fhir/StructureDefinition" not in each.source
    }
    for issue, place in zip(findings.rows, findings.places, strict=True):
        is_base = "hl7.org/fhir/StructureDefinition" in issue.source
        if (
            issue.id == "Validation_VAL_Profile_Minimum"
            and is_base
            and "/*" not in issue.expression  # entries are checked against their type beside the profile
            and (issue.id, issue.expression, issue.hint) in said
        ):
            continue
        kept.add(issue, place)
    kept.dropped = findings.dropped
    return kept
