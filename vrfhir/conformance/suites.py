"""Suites: folders of TestScripts with their fixtures and requirement list, shipped or the user's own."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vrfhir.conformance.bodies import JSON, XML, read_resource
from vrfhir.conformance.check import check_script
from vrfhir.conformance.fixtures import Content, load_fixture
from vrfhir.conformance.requirements import Requirement, for_script, read_requirements
from vrfhir.conformance.script import Script, read_script
from vrfhir.errors import DefinitionError
from vrfhir.issues import Issue

__all__ = ["DEFAULT_SUITE", "LoadedScript", "Suite", "find_suite", "load_suite", "shipped_suites"]

DEFAULT_SUITE = "referral"
_MAX_SCRIPTS = 10_000
_MAX_BYTES = 16 * 1024 * 1024
_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class LoadedScript:
    """A script with its fixtures, and why it cannot be run, if so."""

    script: Script
    fixtures: Mapping[str, Content]
    issues: Sequence[Issue]


@dataclass(frozen=True, slots=True)
class Suite:
    """A folder of TestScripts. ``name`` is the folder's."""

    name: str
    title: str
    folder: Path
    scripts: Sequence[LoadedScript]
    requirements: Sequence[Requirement]

    def only(self, pattern: str) -> Suite:
        """The scripts whose file name, name, title or requirement id matches: a part of it, or a glob (``search-*``)."""
        wanted = pattern.lower()
        glob = any(character in wanted for character in "*?[")

        def matches(entry: LoadedScript) -> bool:
            script = entry.script
            words = [script.key, script.name, script.title, *(r.id for r in for_script(self.requirements, script.key))]
            return any(fnmatch.fnmatch(w.lower(), wanted) if glob else wanted in w.lower() for w in words)

        kept = [entry for entry in self.scripts if matches(entry)]
        return Suite(self.name, self.title, self.folder, kept, self.requirements)


def shipped_suites() -> dict[str, Path]:
    """The suites of this installation by name: folders of ``conformance`` (wheel or checkout) with a requirement list."""
    for place in (_PACKAGE / "_shipped" / "conformance", _PACKAGE.parent / "conformance"):
        if place.is_dir():
            return {path.parent.name: path.parent for path in sorted(place.glob("*/requirements.json"))}
    return {}


def find_suite(name: str) -> Path:
    """The folder of a suite: a path, or the name of a shipped one. Raises ``VR-TS-0001`` when there is none."""
    folder = Path(name)
    if folder.exists() and name not in shipped_suites():
        return folder
    known = shipped_suites()
    if name in known:
        return known[name]
    hint = f"Shipped suites: {', '.join(known)}. Or give a folder of TestScripts." if known else ""
    raise DefinitionError(
        Issue("fatal", "not-found", "VR-TS-0001", f"There is no suite or folder “{name}”.", hint=hint)
    )


def load_suite(folder: Path) -> Suite:
    """Reads every TestScript in a folder and below. Raises ``VR-TS-0002`` when there is none.

    A script that is broken is kept with its issues: it is reported as *could not be tested*.
    """
    if folder.is_file():
        folder, files = folder.parent, [folder]
    else:
        files = [path for path in sorted(folder.rglob("*"), key=_order) if _may_be_script(path, folder)][:_MAX_SCRIPTS]
    requirements, title, issues = _requirements(folder)
    if issues:
        raise DefinitionError(*issues)
    scripts = [loaded for path in files if (loaded := _load(path, folder)) is not None]
    if not scripts:
        raise DefinitionError(Issue("fatal", "not-found", "VR-TS-0002", f"No TestScript in “{folder}”."))
    return Suite(folder.resolve().name, title, folder, scripts, requirements)


def _order(path: Path) -> tuple[str, ...]:
    return path.with_suffix("").parts


def _may_be_script(path: Path, root: Path) -> bool:
    inside = path.relative_to(root).parts[:-1]
    return (
        path.suffix in (".json", ".xml")
        and path.name != "requirements.json"
        and not {"fixtures", "_reference"} & set(inside)
    )


def _load(path: Path, root: Path) -> LoadedScript | None:
    """A script with its fixtures; None for a file that is some other resource."""
    key = path.relative_to(root).with_suffix("").as_posix()
    if path.stat().st_size > _MAX_BYTES:
        return _broken(key, f"The file is larger than {_MAX_BYTES} bytes.")
    resource, reason = read_resource(path.read_bytes(), XML if path.suffix == ".xml" else JSON)
    if resource is None:
        return _broken(key, f"The file cannot be read: {reason}.")
    if resource["resourceType"] != "TestScript":
        return None
    script = read_script(resource, key)
    fixtures: dict[str, Content] = {}
    issues: list[Issue] = []
    for fixture in script.fixtures:
        content = load_fixture(fixture, script, path.parent, root)
        if isinstance(content, Issue):
            issues.append(content)
        else:
            fixtures[fixture.id] = content
    return LoadedScript(script, fixtures, [*issues, *check_script(script, fixtures)])


def _broken(key: str, reason: str) -> LoadedScript:
    issue = Issue("error", "structure", "VR-TS-0003", reason, source=key)
    return LoadedScript(read_script({}, key), {}, [issue])


def _requirements(folder: Path) -> tuple[list[Requirement], str, list[Issue]]:
    path = folder / "requirements.json"
    if not path.is_file():
        return [], "", []
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        return (
            [],
            "",
            [Issue("fatal", "structure", "VR-TS-0301", f"The requirement list is not JSON: {error}", source=path.name)],
        )
    requirements, issues = read_requirements(content, path.name)
    return requirements, str(content.get("title", "")) if isinstance(content, dict) else "", issues
