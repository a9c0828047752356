"""Finding the archive of a source: folder, cache, then npm; only ever the recorded content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from vrfhir.definitions.archives import WrongArchiveError, find_archive
from vrfhir.definitions.sources import SOURCES, Source
from vrfhir.errors import DefinitionError

CONTENT = b"an archive"
SOURCE = Source("some.package", "1.2.3", "some.package-1.2.3.tgz", hashlib.sha256(CONTENT).hexdigest(), "", "", True)


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A command named npm that writes what its file ``answer`` holds to where it is told, and logs how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "npm"
    command.write_text(
        f'#!/bin/sh\necho "$@" >> {folder}/calls\n'
        f'[ -f {folder}/answer ] || exit 1\n/bin/cat {folder}/answer > "$4/some.package-1.2.3.tgz"\n'
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_the_given_folder_goes_before_the_cache_and_both_before_npm(tmp_path: Path, npm: Path) -> None:
    packages, cache = tmp_path / "packages", tmp_path / "cache"
    for folder in (cache, packages):
        folder.mkdir()
        (folder / SOURCE.archive).write_bytes(CONTENT)
        assert find_archive(SOURCE, packages, cache) == folder / SOURCE.archive
    assert not (npm / "calls").exists()


def test_what_is_missing_is_fetched_once_into_the_cache(tmp_path: Path, npm: Path) -> None:
    (npm / "answer").write_bytes(CONTENT)
    cache = tmp_path / "build" / "packages"
    for _ in range(2):
        assert find_archive(SOURCE, tmp_path, cache).read_bytes() == CONTENT
    calls = (npm / "calls").read_text().splitlines()
    assert calls == [f"pack --silent --pack-destination {cache} some.package@1.2.3"]


def test_another_content_is_refused_and_not_kept(tmp_path: Path, npm: Path) -> None:
    (npm / "answer").write_bytes(b"another archive")
    with pytest.raises(WrongArchiveError, match="SHA-256"):
        find_archive(SOURCE, tmp_path, tmp_path / "cache")
    assert not (tmp_path / "cache" / SOURCE.archive).exists()
    (tmp_path / SOURCE.archive).write_bytes(b"another archive")
    with pytest.raises(WrongArchiveError):
        find_archive(SOURCE, tmp_path, tmp_path / "cache")
    assert (tmp_path / SOURCE.archive).exists(), "a file somebody put there is not ours to remove"


def test_why_an_archive_cannot_be_had_is_said(tmp_path: Path, npm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DefinitionError, match=r"some\.package#1\.2\.3 cannot be had: npm pack could not fetch it"):
        find_archive(SOURCE, tmp_path, tmp_path / "cache")
    with pytest.raises(DefinitionError, match="nor in"):
        find_archive(SOURCE, tmp_path, tmp_path / "cache", fetch=False)
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(DefinitionError, match="npm, which could fetch it, is not installed"):
        find_archive(SOURCE, tmp_path, tmp_path / "cache")


def test_what_npm_does_not_have_is_not_asked_of_it(tmp_path: Path, npm: Path) -> None:
    with pytest.raises(DefinitionError, match=r"is not in"):
        find_archive(SOURCE._replace(on_npm=False), tmp_path, tmp_path / "cache")
    assert not (npm / "calls").exists()


def test_npm_has_hl7s_terminology_and_extensions() -> None:
    assert [each.name for each in SOURCES if each.on_npm] == ["hl7.terminology.r4", "hl7.fhir.uv.extensions.r4"]
