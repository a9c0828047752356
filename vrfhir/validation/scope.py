"""What a check needs to know about where it is, and the way to say what it found."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from vrfhir.issues import Issue, Severity
from vrfhir.validation.paths import Location, expression, json_path, written_expression
from vrfhir.validation.rules import RULES

if TYPE_CHECKING:
    from vrfhir.fhirpath import Environment, Node
    from vrfhir.validation.bundle_index import BundleIndex
    from vrfhir.validation.engine import Engine
    from vrfhir.validation.invariants import Invariant
    from vrfhir.validation.options import Options

__all__ = ["MOST_FINDINGS", "Findings", "NotWellFormedError", "Scope", "Trials"]

Json = dict[str, Any]

MOST_FINDINGS = 10_000
"""So many findings of one resource are told; of the rest it is said that there are more."""
_LONGEST_FACT = 1_000
_PATIENCE = 10_000_000
"""Steps that all evaluations of long rules may take in one validation."""
_WORSE = {"fatal": 0, "error": 1, "warning": 2, "information": 3}


class NotWellFormedError(Exception):
    """The JSON does not have the form its types need: the walk stops and the structure is read with care."""


class Findings:
    """The issues of one validation, each once, with where they lie in the JSON text."""

    __slots__ = ("_provisional_ends", "_seen", "dropped", "places", "provisional", "rows", "said")

    def __init__(self) -> None:
        self.rows: list[Issue] = []
        self.places: list[tuple[str | int, ...]] = []
        self.said = 0
        """How often something was found, repetitions included."""
        self.dropped: Severity | None = None
        """The worst of what was found when there was no more room for it."""
        self._seen: dict[tuple[str, str], int] = {}
        self.provisional: dict[str, list[tuple[Issue, str]]] = {}
        """What a later binding of the same element may take back, with the value set it is about, by expression."""
        self._provisional_ends: set[tuple[str, int, str]] = set()

    def add(self, issue: Issue, place: tuple[str | int, ...]) -> None:
        """Keep an issue; of two with the same words about the same place the worse one stays."""
        self.said += 1
        key = (issue.text, issue.expression)
        at = self._seen.get(key)
        if at is None and self.is_full:
            self.drop(issue.severity)
        elif at is None:
            self._seen[key] = len(self.rows)
            self.rows.append(issue)
            self.places.append(place)
        elif _WORSE[issue.severity] < _WORSE[self.rows[at].severity]:
            self.rows[at] = issue

    @property
    def is_full(self) -> bool:
        """True when no more is told."""
        return len(self.rows) >= MOST_FINDINGS

    def drop(self, severity: Severity) -> None:
        """Count what is not told."""
        self.said += 1
        if self.dropped is None or _WORSE[severity] < _WORSE[self.dropped]:
            self.dropped = severity

    def close(self) -> None:
        """Say that there is more, as bad as the worst of it."""
        if self.dropped is not None:
            row = RULES["VR-VAL-0006"]
            text = row.text.format(limit=MOST_FINDINGS)
            self.rows.append(Issue(self.dropped, row.code, "VR-VAL-0006", text, hint=row.hint))
            self.places.append(())

    def extend(self, other: Findings) -> None:
        """Take over what a trial found."""
        if not other.said:
            return
        for issue, place in zip(other.rows, other.places, strict=True):
            self.add(issue, place)
        for where, said in other.provisional.items():
            self.provisional.setdefault(where, []).extend(said)
        self._provisional_ends |= other._provisional_ends
        if other.dropped is not None:
            self.drop(other.dropped)

    def say_for_now(self, issue: Issue, location: Location, value_set: str) -> None:
        """Note that an issue that was added may be taken back."""
        self._provisional_ends.add(_end(location))
        self.provisional.setdefault(issue.expression, []).append((issue, value_set))

    def said_for_now(self, location: Location) -> str:
        """The expression of a location that provisional things were said about; empty for all others."""
        if _end(location) not in self._provisional_ends:
            return ""
        where = expression(location)
        return where if where in self.provisional else ""

    def retract(self, where: str, rules: frozenset[str], value_set: str = "") -> None:
        """Take back what was said provisionally about an element by these rules, all of it or about one value set."""
        said = self.provisional[where]
        dropped = {issue.text for issue, bound in said if issue.id in rules and value_set in ("", bound)}
        if not dropped:
            return
        kept = [at for at, each in enumerate(self.rows) if each.expression != where or each.text not in dropped]
        self.provisional[where] = [each for each in said if each[0].text not in dropped]
        self.rows = [self.rows[at] for at in kept]
        self.places = [self.places[at] for at in kept]
        self._seen = {(issue.text, issue.expression): at for at, issue in enumerate(self.rows)}

    @property
    def first_error(self) -> str | None:
        """What is wrong first, with its place; None when nothing is."""
        return next((f"{each.expression}: {each.text}" for each in self.rows if each.is_error), None)

    @property
    def has_errors(self) -> bool:
        """True when something in it makes the input unacceptable."""
        return self.dropped in ("fatal", "error") or any(issue.is_error for issue in self.rows)


class Judgement(NamedTuple):
    """All that is to be said about a resource by itself."""

    findings: Findings
    laid: set[tuple[int, str]]
    """The profiles that were laid over it."""
    assumed: frozenset[tuple[int, str] | None]
    """What was taken as right meanwhile."""


class Trials:
    """What was found when targets of references were tried against profiles: by identity of the resource and canonical."""

    __slots__ = ("assumed", "begun", "contained", "judged", "matched", "patience", "problems", "unaffordable")

    def __init__(self) -> None:
        self.problems: dict[tuple[int, str], str | None] = {}
        """What is wrong first, None for nothing. The canonical ``""`` stands for its type and what it claims."""
        self.begun: set[tuple[int, str]] = set()
        self.matched: set[tuple[int, int]] = set()
        """Targets that conform to exactly one of the profiles allowed somewhere: by the identity of these and of the resource."""
        self.assumed: list[tuple[int, str] | None] = []
        """What was taken as right: references in a circle, by their key in :attr:`problems`; None for what is too far to follow."""
        self.judged: dict[int, Judgement] = {}
        """All that is to be said about a resource by itself, by its identity."""
        self.patience = _PATIENCE
        """Steps left for the evaluation of rules that take long."""
        self.unaffordable: set[Invariant] = set()
        """Rules that took too long, and are not evaluated any more."""
        self.contained: dict[int, dict[str, int]] = {}
        """Where a resource contains what, by its identity: the first place of each id."""

    def judgement(self, resource: Json) -> Judgement | None:
        """All that is to be said about a resource by itself, if it was found out, and all assumptions have proved right."""
        found = self.judged.get(id(resource))
        if found is None or any(key is None or self.problems.get(key, "") is not None for key in found.assumed):
            return None
        return found


class Scope:
    """One resource under validation: the whole input, an entry of a Bundle, or a contained resource."""

    __slots__ = (
        "_environment",
        "bundle",
        "container",
        "engine",
        "entry",
        "findings",
        "instead",
        "is_translated",
        "is_xml",
        "laid",
        "location",
        "looks_away",
        "options",
        "resource",
        "root",
        "strict",
        "trial",
        "trials",
    )

    def __init__(
        self, engine: Engine, options: Options, resource: Json, location: Location, findings: Findings
    ) -> None:
        self.engine = engine
        self.options = options
        self.resource = resource
        self.root = resource
        """The resource that holds this one when it is contained, else the resource itself."""
        self.location = location
        self.container: Location = location
        """Location of :attr:`root`."""
        self.findings = findings
        self.looks_away = options.references == "ignore" and not options.assume_rest
        """True when nothing is to be said about references that lead out of the input."""
        language = resource.get("language")
        self.is_translated = type(language) is str and not language.startswith("en")
        """True for a resource in another language than English: other displays are right there."""
        self.bundle: BundleIndex | None = None
        self.entry = -1
        self.strict = True
        self.is_xml = False
        """True for a resource that was read from XML; only asked when its form is read."""
        self.instead = False
        """True while a profile is laid that stands in place of the base type, as one that somebody asked for does."""
        self.trial = 0
        self.trials = Trials()
        """What targets of references conform to, shared by all scopes of a validation."""
        self.laid: set[tuple[int, str]] = set()
        """Profiles already laid over resources, for these findings."""
        self._environment: Environment | None = None

    def enter(self, resource: Json, location: Location, *, contained: bool) -> Scope:
        """The scope of a resource inside this one."""
        scope = Scope(self.engine, self.options, resource, location, self.findings)
        scope.bundle, scope.entry, scope.strict, scope.trial = self.bundle, self.entry, self.strict, self.trial
        scope.trials, scope.laid = self.trials, self.laid
        if contained:
            scope.root, scope.container = self.root, self.container
        return scope

    def contained_at(self, identity: str) -> int | None:
        """Where the resource, or the one it is contained in, first contains one with this id."""
        places = self.trials.contained.get(id(self.root))
        if places is None:
            places = self.trials.contained[id(self.root)] = {}
            rows = self.root.get("contained")
            for at, each in enumerate(rows if isinstance(rows, list) else ()):
                if isinstance(each, dict) and isinstance(each.get("id"), str):
                    places.setdefault(each["id"], at)
        return places.get(identity)

    def attempt(self) -> Scope:
        """The same place with findings of its own: to try whether something conforms."""
        scope = Scope(self.engine, self.options, self.resource, self.location, Findings())
        scope.root, scope.container, scope.bundle, scope.entry = self.root, self.container, self.bundle, self.entry
        scope.strict, scope.trial, scope.trials = self.strict, self.trial + 1, self.trials
        scope._environment = self._environment
        return scope

    @property
    def environment(self) -> Environment:
        """What FHIRPath expressions may ask for here."""
        if self._environment is None:
            self._environment = self.engine.environment(self)
        return self._environment

    def node(self, value: Any, type_path: str, extra: Any = None) -> Node:
        """An element for FHIRPath."""
        return self.engine.model.node(value, type_path, extra)

    def report(
        self, rule: str, location: Location, *, severity: Severity | None = None, source: str = "", **facts: Any
    ) -> None:
        """Say that a rule does not hold at a location."""
        if self.findings.is_full:
            return self.findings.drop(severity or RULES[rule].severity)
        self._add(rule, location, expression(location), severity, source, facts)
        return None

    def tell(self, rule: str, location: Location, **facts: Any) -> Issue | None:
        """As :meth:`report`, and what was said; None when there was no more room for it."""
        if self.findings.is_full:
            self.findings.drop(RULES[rule].severity)
            return None
        return self._add(rule, location, expression(location), None, "", facts)

    def repeat(self, issue: Issue, location: Location) -> None:
        """Say at a location what was said elsewhere in the same words."""
        if self.findings.is_full:
            return self.findings.drop(issue.severity)
        severity, code, rule, text, _, _, _, hint, source = issue
        here = Issue(severity, code, rule, text, expression(location), None, None, hint, source)
        self.findings.add(here, json_path(location))
        return None

    def report_for_now(self, rule: str, location: Location, *, value_set: str, **facts: Any) -> None:
        """Say something about a value set that another binding of the same element may take back."""
        if self.findings.is_full:
            return self.findings.drop(RULES[rule].severity)
        issue = self._add(rule, location, expression(location), None, "", facts | {"value_set": value_set})
        self.findings.say_for_now(issue, location, value_set)
        return None

    def report_form(self, rule: str, location: Location, **facts: Any) -> None:
        """Say that the JSON form is wrong at a location."""
        if self.findings.is_full:
            return self.findings.drop(RULES[rule].severity)
        self._add(rule, location, written_expression(location), None, "", facts)
        return None

    def _add(
        self, rule: str, location: Location, where: str, severity: Severity | None, source: str, facts: Json
    ) -> Issue:
        for name, fact in facts.items():
            if type(fact) is not int:
                facts[name] = _short(fact)
        facts["source"] = source
        row = RULES[rule]
        issue = Issue(
            severity or row.severity,
            row.code,
            rule,
            row.text.format_map(facts),
            where,
            hint=row.hint.format_map(facts) if "{" in row.hint else row.hint,
            source=source,
        )
        self.findings.add(issue, json_path(location))
        return issue

    def failed_invariant(
        self, invariant: Invariant, location: Location, problem: str = "", severity: Severity | None = None
    ) -> None:
        """Say that an invariant does not hold."""
        severity = severity or ("warning" if invariant.severity == "warning" else "error")
        if self.findings.is_full:
            return self.findings.drop(severity)
        words = invariant.human or self.engine.words_of(invariant)
        text = f"Rule {invariant.key} does not hold: {words}"
        if problem:
            text += f" (it could not be evaluated: {problem})"
        issue = Issue(severity, "invariant", invariant.identity, text, expression(location), source=invariant.source)
        self.findings.add(issue, json_path(location))
        return None


def _end(location: Location) -> tuple[str, int, str]:
    """The last steps of a location: enough to see that it is another one."""
    parent = location[0]
    return location[1], location[3], "" if parent is None else parent[1]


def _short(fact: Any) -> Any:
    """What is said of a value in a finding: a text of millions of characters is told by its beginning."""
    text = fact if isinstance(fact, str) else str(fact) if isinstance(fact, Decimal) else ""
    return text[:_LONGEST_FACT] + "…" if len(text) > _LONGEST_FACT else fact
