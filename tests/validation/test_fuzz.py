"""Any bytes: by Hypothesis always, by atheris where it is installed. What must hold is in ``tools/fuzz.py``."""

from __future__ import annotations

import copy
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SETTINGS = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.fixture(scope="module")
def harness(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz", root / "tools" / "fuzz.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def check(harness: ModuleType) -> Callable[[bytes], None]:
    found: Callable[[bytes], None] = harness.Check()
    return found


@pytest.fixture(scope="module")
def resources(harness: ModuleType) -> list[bytes]:
    return [path.read_bytes() for path in harness.seeds()]


def test_there_are_seeds(resources: list[bytes]) -> None:
    assert len(resources) > 20


@settings(max_examples=60, **SETTINGS)
@given(data=st.binary(max_size=300))
def test_any_bytes(check: Callable[[bytes], None], data: bytes) -> None:
    check(data)


PIECES = [b"{", b"}", b"[", b"]", b'"', b",", b":", b"null", b"1e9999", b"-0", b"\\u0000", b"\\ud800", b"\xff", b"\x00"]
PIECES += [b"/*", b"//", b"\n", b"\xef\xbb\xbf", b"NaN", b"true", b'"extension":[{}],', b'"resourceType":"Bundle",']


@settings(max_examples=120, **SETTINGS)
@given(data=st.data())
def test_examples_cut_and_patched(check: Callable[[bytes], None], resources: list[bytes], data: Any) -> None:
    text = data.draw(st.sampled_from(resources))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 20))
        piece = data.draw(st.sampled_from(PIECES) | st.binary(max_size=4))
        text = text[:at] + piece + text[at + length :]
    check(text)


VALUES: list[Any] = [
    None,
    True,
    -1,
    1.5,
    10**30,
    "",
    " ",
    "x" * 500,
    "#",
    "Patient/1",
    "urn:uuid:x",
    [],
    {},
    [None],
    [[]],
]
VALUES += [{"reference": "#"}, {"value": 1}, {"extension": [{"url": "x"}]}, {"resourceType": "Patient"}, "2026-02-30"]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a resource."""
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


@settings(max_examples=120, **SETTINGS)
@given(data=st.data())
def test_examples_with_other_values_in_them(check: Callable[[bytes], None], resources: list[bytes], data: Any) -> None:
    resource = json.loads(data.draw(st.sampled_from(resources)))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(resource)))
        holder = resource
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = copy.deepcopy(data.draw(st.sampled_from(VALUES)))
    check(json.dumps(resource, indent=data.draw(st.sampled_from([None, 1]))).encode())


TAGS = [
    "Patient",
    "Bundle",
    "name",
    "family",
    "value",
    "entry",
    "resource",
    "contained",
    "extension",
    "text",
    "div",
    "x",
]
ATTRIBUTES = [
    'value="x"',
    'url="u"',
    'id="1"',
    'xmlns="http://hl7.org/fhir"',
    'xmlns="http://www.w3.org/1999/xhtml"',
    "x=y",
]
elements = st.recursive(
    st.sampled_from(["", "text", "&amp;", "&x;", "<!-- c -->", "<?p?>", "<![CDATA[<]]>"]),
    lambda inner: st.builds(
        lambda tag, attribute, children: f"<{tag} {attribute}>{''.join(children)}</{tag}>",
        st.sampled_from(TAGS),
        st.sampled_from(ATTRIBUTES),
        st.lists(inner, max_size=3),
    ),
    max_leaves=20,
)


@settings(max_examples=120, **SETTINGS)
@given(content=elements, root=st.sampled_from(TAGS))
def test_any_xml(check: Callable[[bytes], None], content: str, root: str) -> None:
    check(f'<{root} xmlns="http://hl7.org/fhir">{content}</{root}>'.encode())


def test_atheris(root: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is not installed; it has no wheels for every system")
    command = [sys.executable, str(root / "tools" / "fuzz.py"), "--runs", "300"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
