"""Static fixtures (``TestScript.fixture``): contained resources and files of the suite.

A ``.json`` or ``.xml`` file must hold a resource. Any other file is sent byte for byte, as text with placeholders
filled: that is how a suite sends malformed JSON. Files outside the suite's folder are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from vrfhir.conformance.bodies import JSON, XML, read_resource
from vrfhir.conformance.script import Fixture, Script
from vrfhir.issues import Issue

__all__ = ["MAX_FIXTURE_BYTES", "Content", "load_fixture"]

MAX_FIXTURE_BYTES = 16 * 1024 * 1024
_RESOURCE_FILES = {".json": JSON, ".xml": XML}


@dataclass(frozen=True, slots=True)
class Content:
    """A fixture's content: a resource, or ``text`` to be sent as it is."""

    resource: dict[str, Any] | None
    media_type: str
    text: str = ""


def load_fixture(fixture: Fixture, script: Script, folder: Path, root: Path) -> Content | Issue:
    """The content behind ``fixture.resource.reference``, or why there is none (``VR-TS-0201`` … ``0204``)."""
    place = f"TestScript.fixture.where(id='{fixture.id}').resource"
    reference = fixture.reference
    if reference.startswith("#"):
        for resource in script.resource.get("contained", ()):
            if isinstance(resource, dict) and resource.get("id") == reference[1:]:
                return Content(resource, JSON)
        return _issue("VR-TS-0201", f"No contained resource “{reference}”.", place, script)
    path = _file(reference, folder, root)
    if path is None:
        text = f"Fixture “{fixture.id}”: no file “{reference}” inside the suite."
        return _issue("VR-TS-0202", text, place, script)
    if path.stat().st_size > MAX_FIXTURE_BYTES:
        return _issue(
            "VR-TS-0203", f"Fixture file “{path.name}” is larger than {MAX_FIXTURE_BYTES} bytes.", place, script
        )
    data = path.read_bytes()
    media = _RESOURCE_FILES.get(path.suffix.lower())
    if media is None:
        return Content(None, JSON, data.decode("utf-8", "surrogateescape"))
    resource, reason = read_resource(data, media)
    if resource is None:
        return _issue("VR-TS-0204", f"Fixture file “{path.name}”: {reason}.", place, script)
    return Content(resource, media)


def _file(reference: str, folder: Path, root: Path) -> Path | None:
    """The file a relative reference means: from the script's folder, from the suite's, or among its fixtures."""
    relative = unquote(reference)
    if not relative or "://" in relative or relative.startswith(("/", "\\")):
        return None
    names = [relative]
    if relative.count("/") == 1:  # a literal reference such as Patient/example, as public scripts write it
        names += [relative.replace("/", "-") + suffix for suffix in _RESOURCE_FILES]
    home = root.resolve()
    for base in (folder, root, root / "fixtures"):
        for name in names:
            path = (base / name).resolve()
            if path.is_file() and path.is_relative_to(home):
                return path
    return None


def _issue(rule: str, text: str, place: str, script: Script) -> Issue:
    return Issue("error", "not-found", rule, text, expression=place, source=script.key)
