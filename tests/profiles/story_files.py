"""The example stories for tests: folders, resources, Bundles, HL7 v2 messages."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from vrfhir import Validator

ROOT = Path(__file__).parents[2]
STORIES = sorted(path.parent for path in (ROOT / "examples").glob("*/bundles.toml"))


def load(path: Path) -> dict[str, Any]:
    """A resource."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


@cache
def resources(story: Path) -> dict[str, dict[str, Any]]:
    """The story's resources by file name, Bundles among them."""
    return {path.stem: load(path) for path in sorted((story / "fhir").glob("*.json"))}


def bundles(story: Path, kind: str) -> dict[str, dict[str, Any]]:
    """The story's Bundles of a type, by file name."""
    return {name: one for name, one in resources(story).items() if one.get("type") == kind and "entry" in one}


def entry(bundle: dict[str, Any], resource_type: str) -> dict[str, Any]:
    """The first resource of a type in a Bundle."""
    found: dict[str, Any] = next(
        each["resource"] for each in bundle["entry"] if each["resource"]["resourceType"] == resource_type
    )
    return found


def target(bundle: dict[str, Any], reference: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to in its Bundle."""
    wanted = reference["reference"]
    found: dict[str, Any] = next(
        each["resource"]
        for each in bundle["entry"]
        if each["fullUrl"] == wanted or each["fullUrl"].endswith(f"/{wanted}")
    )
    return found


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a value."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from nodes(part)
    elif isinstance(value, list):
        for part in value:
            yield from nodes(part)


@cache
def validator() -> Validator:
    """One validator for all tests."""
    return Validator()


@cache
def generator() -> ModuleType:
    """``tools/build_example_bundles.py`` as a module."""
    path = ROOT / "tools" / "build_example_bundles.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
