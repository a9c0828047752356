"""Partners: what is particular to one sender, as a TOML file over the shipped defaults."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from vrfhir.errors import DefinitionError
from vrfhir.issues import Issue
from vrfhir.mappers.partner_codes import PartnerCodes, read_codes
from vrfhir.mappers.partner_file import KINDS, Fault, faults_in, line_of
from vrfhir.mappers.partner_segments import read_segments
from vrfhir.mappers.rows import SegmentMap

if TYPE_CHECKING:
    from vrfhir.mappers.engine import CompiledMap

__all__ = ["Authority", "Partner"]


class Authority(NamedTuple):
    """An assigning authority: the namespace or OID a message names and the identifier system it stands for."""

    kind: str
    namespace: str
    oid: str
    system: str


@dataclass(frozen=True)
class Partner:
    """A sender's habits.

    ``charset`` is tried after MSH-18; ``time_zone`` holds for times without an offset; ``country`` ``GB`` switches the UK
    rules on; ``null`` is what ``""`` means (``delete`` what is stored, ``keep`` it as it came, or no more
    than an ``empty`` field); ``vocational_rehabilitation`` is ``detect`` or ``always``;
    ``versions`` are those accepted; ``authorities`` and ``code_systems`` resolve names, the partner's own first; ``segments`` are maps
    of its Z segments.
    """

    id: str
    charset: str = ""
    time_zone: str = "Europe/London"
    country: str = ""
    null: str = "delete"
    acknowledgement: str = "original"
    vocational_rehabilitation: str = "detect"
    versions: Sequence[str] = ()
    authorities: Sequence[Authority] = ()
    nhs_number_types: frozenset[str] = frozenset()
    code_systems: Mapping[str, str] = field(default_factory=dict)
    codes: PartnerCodes = field(default_factory=PartnerCodes)
    units: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(OBX-3.1, OBX-3.3 or empty) → the UCUM unit of its numbers where OBX-6 says none."""
    segments: Mapping[str, SegmentMap] = field(default_factory=dict)
    endpoint: Mapping[str, Any] = field(default_factory=dict)
    """What the endpoint has to know of the partner, as written; the mapper does not look at it."""

    @classmethod
    @cache
    def default(cls) -> Partner:
        """The shipped defaults."""
        text = (files("vrfhir.mappers") / "partners" / "default.toml").read_text(encoding="utf-8")
        return _read(tomllib.loads(text), None, "default.toml")

    @classmethod
    def load(cls, path: str | Path, *, called: str = "") -> Partner:
        """A partner file, ``called`` so in errors; DefinitionError when it cannot be read or says something unknown."""
        source = Path(path)
        name = called or source.name
        try:
            text = source.read_text(encoding="utf-8-sig")
            data = tomllib.loads(text)
        except OSError as error:
            raise DefinitionError(_broken(name, Fault("", f"cannot be read: {error.strerror}"))) from error
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise DefinitionError(_broken(name, Fault("", f"is not TOML: {error}"))) from error
        return _read(data, cls.default(), name, text)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone object."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def maps(self) -> Mapping[str, CompiledMap]:
        """The map of every segment, the partner's own Z segments among them, ready to run."""
        from vrfhir.mappers.engine import CompiledMap, compiled_maps

        if not self.segments:
            return compiled_maps()
        return {**compiled_maps(), **{name: CompiledMap(each) for name, each in self.segments.items()}}

    @cached_property
    def vocabulary(self) -> dict[tuple[str, str, str, str], object]:
        """What was looked up about this partner's codes; the conversion of coded values keeps it and bounds it."""
        return {}

    @cached_property
    def concepts(self) -> dict[tuple[str, str, str, int], object]:
        """What was made of this partner's coded values; the conversion of coded values keeps it and bounds it."""
        return {}

    @cached_property
    def designators(self) -> dict[tuple[str, str, str, str, str], tuple[str, Sequence[int]]]:
        """What was looked up about this partner's assigning authorities; the conversion of identifiers bounds it."""
        return {}

    @cached_property
    def _by_namespace(self) -> dict[tuple[str, str], str]:
        return {(a.kind, a.namespace.upper()): a.system for a in reversed(self.authorities) if a.namespace}

    @cached_property
    def _by_oid(self) -> dict[tuple[str, str], str]:
        return {(a.kind, a.oid): a.system for a in reversed(self.authorities) if a.oid}

    @cached_property
    def _namespaces(self) -> dict[tuple[str, str], str]:
        return {(a.kind, a.system): a.namespace for a in reversed(self.authorities) if a.namespace}

    def system(self, kind: str, namespace: str, oid: str = "") -> str:
        """The identifier system of an assigning authority; empty when it is not known."""
        return self._by_oid.get((kind, oid), "") or self._by_namespace.get((kind, namespace.upper()), "")

    def namespace(self, kind: str, system: str) -> str:
        """The namespace to write for a system; empty when it is not known."""
        return self._namespaces.get((kind, system), "")


def _read(data: Mapping[str, Any], base: Partner | None, source: str, text: str = "") -> Partner:
    wrong = list(faults_in(data))
    segments, unusable = read_segments(data.get("segment", []))
    if wrong or unusable:
        raise DefinitionError(*(_broken(source, fault, text) for fault in (*wrong, *unusable)))
    message = data.get("message", {})
    own = _authorities(data.get("authority", ()))
    systems = {name.upper(): uri for name, uri in data.get("code_systems", {}).items()}
    codes = read_codes(data.get("code", []))
    units = {(row["code"], row.get("name", "")): row["unit"] for row in data.get("unit", ())}
    types = frozenset(data.get("nhs_number", {}).get("types", ()))
    default = base or Partner(id="default")
    return Partner(
        id=data.get("id") or (Path(source).stem if base else "default"),
        charset=message.get("charset", default.charset),
        time_zone=message.get("time_zone", default.time_zone),
        country=message.get("country", default.country),
        null=message.get("null", default.null),
        acknowledgement=message.get("acknowledgement", default.acknowledgement),
        vocational_rehabilitation=message.get("vocational_rehabilitation", default.vocational_rehabilitation),
        versions=tuple(data.get("versions", {}).get("read", default.versions)),
        authorities=(*own, *default.authorities),
        nhs_number_types=types or default.nhs_number_types,
        code_systems={**default.code_systems, **systems},
        codes=PartnerCodes((*codes.codes, *default.codes.codes)),
        units={**default.units, **units},
        segments=segments,
        endpoint=data.get("endpoint", {}),
    )


def _authorities(rows: Sequence[Mapping[str, str]]) -> list[Authority]:
    """What the rows say; one of kind ``any`` holds in every field that no other row speaks of."""
    found = []
    for row in sorted(rows, key=lambda each: each.get("kind", "any") == "any"):
        kind = row.get("kind", "any")
        for each in KINDS if kind == "any" else (kind,):
            found.append(Authority(each, row.get("namespace", ""), row.get("oid", ""), row["system"]))
    return found


def _broken(source: str, fault: Fault, text: str = "") -> Issue:
    return Issue(
        "fatal",
        "invalid",
        "VR-V2-0801",
        f"The partner file {fault.what}.",
        expression=fault.path,
        line=line_of(fault.path, text),
        source=source,
        hint="See partners/default.toml.",
    )
