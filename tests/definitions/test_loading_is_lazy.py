"""Loading costs an index; a definition costs its own block; heavy libraries are not imported for either."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vrfhir.definitions import CORE_CANONICAL, Definitions
from vrfhir.definitions.catalogue import _default
from vrfhir.definitions.package import Package
from vrfhir.definitions.sources import DATA_FOLDER, SOURCES
from vrfhir.definitions.store import FactStore
from vrfhir.validation import Validator


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


def test_default_opens_no_file_of_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    original = FactStore.__init__

    def noting(self: FactStore, path: Path) -> None:
        opened.append(path)
        original(self, path)

    monkeypatch.setattr(FactStore, "__init__", noting)
    definitions = _default.__wrapped__()
    assert opened == []
    assert definitions.type("Patient") is not None
    assert [path.name for path in opened] == [SOURCES[0].facts_file], "types are R4 core's own"
    assert definitions.resource("http://nowhere.test/ValueSet/x") is None
    assert sorted(path.name for path in opened) == sorted(source.facts_file for source in SOURCES)


def test_only_core_defines_types_so_that_it_may_be_asked_first() -> None:
    core, *others = (FactStore(DATA_FOLDER / source.facts_file) for source in SOURCES)
    kinds = {"resource", "complex-type", "primitive-type", "abstract-resource", "abstract-complex-type"}
    types = {each.url for each in core.entries("StructureDefinition") if each.flavour in kinds}
    assert len(types) > 200
    for store in others:
        assert types.isdisjoint(each.url for each in store.entries())
    given = {"resourceType": "StructureDefinition", "url": CORE_CANONICAL + "Patient", "name": "Mine"}
    mine = Definitions.default().with_resources([given]).type("Patient")
    assert mine is not None
    assert mine["name"] == "Mine", "a caller's definition comes before it"


def test_validating_a_service_request_decodes_nothing_of_the_terminology_and_extensions_it_does_not_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decoded: set[str] = set()
    original = FactStore.block

    def noting(self: FactStore, start: int, length: int) -> bytes:
        decoded.add(self.path.name)
        return original(self, start, length)

    monkeypatch.setattr(FactStore, "block", noting)
    validator = Validator(_default.__wrapped__())
    extension = {
        "url": CORE_CANONICAL + "alternate-codes",
        "valueCodeableConcept": {"text": "soon"},
    }
    request = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "priority": "urgent",
        "code": {"text": "Social prescribing"},
        "subject": {"reference": "Patient/1"},
    }
    assert validator.validate(request).valid
    assert decoded == {"hl7.fhir.r4.core.facts"}
    report = validator.validate(request | {"_priority": {"extension": [extension]}})
    assert report.valid
    assert not [each for each in report.issues if each.id.startswith("Extension_")]
    assert decoded == {"hl7.fhir.r4.core.facts", "hl7.fhir.uv.extensions.r4.facts"}


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
