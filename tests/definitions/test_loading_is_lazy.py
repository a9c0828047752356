"""Loading costs an index; a definition costs its own block; heavy libraries are not imported for either."""

from __future__ import annotations

import subprocess
import sys

import pytest

from vrfhir.definitions import Definitions
from vrfhir.definitions.catalogue import _default
from vrfhir.definitions.package import Package
from vrfhir.definitions.store import FactStore


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    blocks: list[tuple[int, int]] = []
    original = FactStore.block

    def counting(self: FactStore, start: int, length: int) -> bytes:
        blocks.append((start, length))
        return original(self, start, length)

    monkeypatch.setattr(FactStore, "block", counting)
    return blocks


def test_default_decodes_nothing_and_a_type_decodes_only_itself(decoded: list[tuple[int, int]]) -> None:
    definitions = _default.__wrapped__()
    assert decoded == []
    assert definitions.type("Patient")["name"] == "Patient"
    assert len(decoded) == 2, "the block of Patient and the table of constraints"
    definitions.type("Patient")
    definitions.fields("Patient.contact")
    assert len(decoded) == 2
    assert definitions.type("Observation") is not None
    assert len(decoded) == 3


def test_listing_resource_types_decodes_nothing(decoded: list[tuple[int, int]]) -> None:
    definitions = _default.__wrapped__()
    assert len(definitions.resource_types()) == 146
    assert decoded == []


def test_no_file_of_the_vr_package_is_parsed_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = Package.read
    monkeypatch.setattr(Package, "read", lambda self, item: (read.append(item.url), original(self, item))[1])
    definitions = _default.__wrapped__()
    assert definitions.structure("http://hl7.org/fhir/StructureDefinition/Patient") is not None
    assert read == []


def test_default_is_made_once() -> None:
    assert Definitions.default() is Definitions.default()


def test_loading_imports_no_heavy_library() -> None:
    code = (
        "import sys; from vrfhir.definitions import Definitions; Definitions.default().type('Patient');"
        "print([m for m in ('lxml', 'pydantic', 'httpx', 'tarfile', 'sqlite3', 'asyncio', 'hashlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
