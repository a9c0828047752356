"""Installing a package from anywhere: what is not a safe package leaves the cache as it was."""

import gzip
import io
import json
import tarfile
from pathlib import Path

import pytest

from vrfhir.definitions import package_cache
from vrfhir.definitions.package_cache import install_package
from vrfhir.errors import UnreadableError, VrfhirError

MANIFEST = {"name": "a.b", "version": "1.0.0"}


def archive_of(tmp_path: Path, *members: tuple[str, bytes] | tarfile.TarInfo) -> Path:
    path = tmp_path / "some.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for each in members:
            if isinstance(each, tarfile.TarInfo):
                archive.addfile(each)
            else:
                member = tarfile.TarInfo(each[0])
                member.size = len(each[1])
                archive.addfile(member, io.BytesIO(each[1]))
    return path


def manifest(**changes: object) -> tuple[str, bytes]:
    return "package/package.json", json.dumps(MANIFEST | changes).encode()


def link(name: str, target: str, kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize(
    "member",
    [
        ("../outside.json", b"{}"),
        ("package/../../outside.json", b"{}"),
        ("/outside.json", b"{}"),
        ("package/..\\..\\outside.json", b"{}"),
        ("C:/outside.json", b"{}"),
        ("package/" + "a/" * 20 + "deep.json", b"{}"),
        link("package/link.json", "/etc/passwd", tarfile.SYMTYPE),
        link("package/hard.json", "package/package.json", tarfile.LNKTYPE),
        link("package/pipe", "", tarfile.FIFOTYPE),
        link("package/device", "", tarfile.CHRTYPE),
    ],
    ids=lambda each: each.name if isinstance(each, tarfile.TarInfo) else each[0][:30],
)
def test_entries_that_leave_the_folder_are_refused(tmp_path: Path, member: tuple[str, bytes] | tarfile.TarInfo) -> None:
    cache = tmp_path / "deep" / "cache"
    with pytest.raises(UnreadableError) as problem:
        install_package(archive_of(tmp_path, manifest(), member), cache)
    assert problem.value.issues[0].id == "VR-DEF-0008"
    assert list(cache.iterdir()) == []
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["cache", "deep", "some.tgz"]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "../x"},
        {"name": "a/b"},
        {"version": "../../x"},
        {"version": "1..0"},
        {"name": 7},
        {"version": ""},
        {"name": "a\n"},
    ],
)
def test_names_that_are_none_are_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(UnreadableError, match="name and a version"):
        install_package(archive_of(tmp_path, manifest(**changes)), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", gzip.compress(b"no tar", mtime=0), gzip.compress(bytes(100), mtime=0)[:-9], b"\x1f\x8b"],
    ids=["empty", "text", "no tar", "cut", "head"],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.tgz"
    path.write_bytes(content)
    with pytest.raises(UnreadableError):
        install_package(path, tmp_path / "cache")
    with pytest.raises(UnreadableError, match="no file"):
        install_package(tmp_path / "none.tgz", tmp_path / "cache")


def test_archives_that_unpack_to_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_cache, "MAX_BYTES", 100_000)
    with pytest.raises(UnreadableError, match="more than 100000 bytes"):
        install_package(archive_of(tmp_path, manifest(), ("package/big.json", bytes(1_000_000))), tmp_path / "cache")
    monkeypatch.setattr(package_cache, "MAX_FILES", 3)
    many = [(f"package/{number}.json", b"{}") for number in range(4)]
    with pytest.raises(UnreadableError, match="more than 3 files"):
        install_package(archive_of(tmp_path, manifest(), *many), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_failing_update_keeps_what_was_there(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    label = install_package(archive_of(tmp_path, manifest(), ("package/one.json", b"{}")), cache)
    before = sorted(path.as_posix() for path in cache.rglob("*"))
    with pytest.raises(UnreadableError):
        install_package(archive_of(tmp_path, manifest(), ("../one.json", b"{}")), cache)
    assert label == "a.b#1.0.0"
    assert sorted(path.as_posix() for path in cache.rglob("*")) == before


def test_a_cache_of_other_tools_keeps_its_description(tmp_path: Path) -> None:
    (tmp_path / "packages.ini").write_text("[cache]\nversion = 3\n")
    install_package(archive_of(tmp_path, manifest()), tmp_path)
    assert (tmp_path / "packages.ini").read_text() == "[cache]\nversion = 3\n"


def test_a_cache_that_cannot_be_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(VrfhirError) as problem:
        install_package(archive_of(tmp_path, manifest()), tmp_path / "file")
    assert problem.value.issues[0].id == "VR-DEF-0009"
