"""Code tables of the map: HL7 v2 tables, coding system names, v2 codes of FHIR's own codes. Loaded on first use."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple
from urllib.parse import quote

__all__ = [
    "THO",
    "CodeMap",
    "code_map",
    "extension_urls",
    "is_uri",
    "known_display",
    "named_system",
    "respelled",
    "sender_system",
    "system_name",
    "system_names",
    "table_codes",
    "table_system",
    "ucum_code",
]

THO = "http://terminology.hl7.org/CodeSystem/"
_SENDER = "https://vrfhir.org/fhir/sid/v2/"
_TABLES = THO + "v2-"
_VR = "https://vrfhir.org/fhir/CodeSystem/"
_TABLE_NAME = re.compile(r"(?:HL7)?([0-9]{4})")


class CodeMap(NamedTuple):
    """v2 codes of one table as FHIR codes, and the v2 code to write for each FHIR code.

    ``national`` is the system of codes that the UK writes in this place and the table does not have.
    """

    table: str
    system: str
    codes: dict[str, str]
    back: dict[str, str]
    national: Mapping[str, str] = {}


@cache
def _load(name: str) -> Any:
    return json.loads((files("vrfhir.mappers") / "tables" / f"{name}.json").read_text(encoding="utf-8"))


@cache
def extension_urls() -> dict[str, str]:
    """Alias → URL of the extensions that target paths name."""
    return dict(_load("extensions"))


@cache
def code_map(name: str) -> CodeMap:
    """A code map by name; KeyError when there is none."""
    entry = _load("code-maps")["maps"][name]
    back: dict[str, str] = {}
    for code, target in entry["codes"].items():
        back.setdefault(target, code)
    return CodeMap(entry["table"], entry.get("system", ""), entry["codes"], back, entry.get("national", {}))


@cache
def table_codes(number: str) -> dict[str, str]:
    """Code → display of a v2 table; empty for tables without published codes."""
    return dict(_load("v2-codes")["codes"].get(number, {}))


@lru_cache(maxsize=4096)
def respelled(number: str, code: str) -> str:
    """The one code of a v2 table that differs from a code in capitals only; empty when the table has the code itself, or none, or several."""
    codes = table_codes(number)
    if code in codes:
        return ""
    alike = [each for each in codes if each.casefold() == code.casefold()]
    return alike[0] if len(alike) == 1 else ""


@cache
def _displays() -> Mapping[tuple[str, str], str]:
    """(system, code) → display of every concept that the VR package defines or enumerates."""
    found: dict[tuple[str, str], str] = {}
    folder = files("vrfhir.profiles") / "package"
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if not entry.name.startswith(("CodeSystem-", "ValueSet-")):
            continue
        resource = json.loads(entry.read_text(encoding="utf-8"))
        parts = (
            [resource] if resource["resourceType"] == "CodeSystem" else resource.get("compose", {}).get("include", ())
        )
        for part in parts:
            system = part.get("url" if part is resource else "system", "")
            for concept in part.get("concept", ()):
                if concept.get("display"):
                    found.setdefault((system, concept["code"]), concept["display"])
    return found


def known_display(system: str, code: str) -> str:
    """The display that a v2 table or the VR package gives a code; empty when neither knows it."""
    if system.startswith(_TABLES):
        return table_codes(system[len(_TABLES) :]).get(code, "")
    return _displays().get((system, code), "")


@cache
def ucum_code(unit: str) -> str:
    """The UCUM code of a unit as people write it; empty when it is not in the table."""
    return str(_load("units")["units"].get(unit, ""))


def table_system(number: str) -> str:
    """The FHIR code system of a v2 table."""
    return f"{THO}v2-{number}"


@cache
def system_names() -> dict[str, str]:
    """Coding system name in capitals → URI."""
    return {name.upper(): uri for name, uri in _load("systems")["names"]}


@cache
def _names_of_systems() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, uri in _load("systems")["names"]:
        found.setdefault(uri, name)
    return found


@cache
def _own_systems() -> frozenset[str]:
    """Ids of the code systems of the VR package."""
    folder = files("vrfhir.profiles") / "package"
    names = (entry.name for entry in folder.iterdir())
    return frozenset(name[11:-5] for name in names if name.startswith("CodeSystem-") and name.endswith(".json"))


_URI = re.compile(
    r"https?://[^\s/|^~&]\S*"
    r"|urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*)){3,}"
    r"|urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|urn:(?!oid:|uuid:)[A-Za-z0-9][A-Za-z0-9-]+:\S+"
)


def is_uri(text: str) -> bool:
    """A web address or a URN that is complete, so that it can stand for a system."""
    return _URI.fullmatch(text) is not None


def named_system(name: str) -> str:
    """The URI for a coding system name: the registered names, tables, our own code systems; empty when unknown."""
    upper = name.upper()
    known = system_names().get(upper)
    if known:
        return known
    if upper.startswith("VR-"):
        return _VR + name.lower() if name.lower() in _own_systems() else ""
    if is_uri(name):
        return name
    match = _TABLE_NAME.fullmatch(upper)
    return table_system(match[1]) if match else ""


def system_name(uri: str) -> str:
    """The coding system name to write for a URI; the URI itself when it has none."""
    known = _names_of_systems().get(uri)
    if known:
        return known
    if uri.startswith(THO + "v2-"):
        return "HL7" + uri.rpartition("-")[2]
    if uri.startswith(_VR + "vr-"):
        return uri[len(_VR) :]
    return uri


@lru_cache(maxsize=4096)
def sender_system(sender: str, name: str = "") -> str:
    """The system of identifiers or codes that only their sender can explain: ``…/sid/v2/<sender>/<name>``.

    Deterministic, so that the same sender's numbers compare equal; the name is kept so that it can be written back.
    """
    return _SENDER + quote(sender, safe="") + ("/" + quote(name, safe="") if name else "")
