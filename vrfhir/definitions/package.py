"""FHIR packages: ``.tgz`` files, folders, and ``id#version`` in the local package cache.

The format is https://confluence.hl7.org/display/FHIR/NPM+Package+Specification: a ``package/`` folder with a
``package.json`` and an optional ``.index.json``. Resources are parsed when they are asked for; nothing is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from vrfhir.errors import DefinitionError, UnreadableError
from vrfhir.issues import Issue

__all__ = ["INDEX_NAME", "Package", "PackageItem", "open_package", "write_index"]

Json = dict[str, Any]

INDEX_NAME = ".index.json"
_MAX_FILES = 20_000
_MAX_FILE_BYTES = 64 * 1024 * 1024
_MAX_PACKAGE_BYTES = 1024 * 1024 * 1024
_INDEX_KEYS = ("id", "url", "version", "name", "kind", "type", "derivation")


class _Files(Protocol):
    """Named files of one package."""

    def names(self) -> Iterable[str]: ...

    def read(self, name: str) -> bytes: ...


class PackageItem(NamedTuple):
    """A conformance resource in a package: what the index knows of it, and the file it is in."""

    filename: str
    resource_type: str
    url: str
    version: str = ""
    name: str = ""
    kind: str = ""
    type: str = ""
    derivation: str = ""


class Package:
    """An opened package. ``items`` are its canonical resources, ``manifest`` is its ``package.json``."""

    def __init__(self, label: str, manifest: Json, items: tuple[PackageItem, ...], files: _Files) -> None:
        self.label = label
        self.manifest = manifest
        self.items = items
        self._files = files
        self._parsed: dict[str, Json] = {}

    @property
    def id(self) -> str:
        """``name#version`` as far as the manifest says it."""
        name, version = self.manifest.get("name", ""), self.manifest.get("version", "")
        return f"{name}#{version}" if version else str(name or self.label)

    @property
    def dependencies(self) -> Mapping[str, str]:
        """Package name → version, as declared."""
        found = self.manifest.get("dependencies")
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}

    def read(self, item: PackageItem) -> Json:
        """The resource of an item, whole."""
        if item.filename not in self._parsed:
            self._parsed[item.filename] = _object(self._files.read(item.filename), f"{self.label}/{item.filename}")
        return self._parsed[item.filename]


def open_package(path_or_spec: str | Path, *, home: Path | None = None) -> Package:
    """Open a ``.tgz``, a folder, or ``id#version`` below ``~/.fhir/packages``.

    Raises :class:`UnreadableError` when the thing exists but is no package, :class:`DefinitionError` when there is none.
    """
    text = str(path_or_spec)
    path = Path(path_or_spec).expanduser()
    if path.is_dir():
        return _open_folder(path, text)
    if path.is_file():
        return _open_archive(path, text)
    if "#" in text:
        cache = (home or Path.home()) / ".fhir" / "packages"
        if "/" not in text and "\\" not in text and (cache / text).is_dir():
            return _open_folder(cache / text, text)
        hint = "Install it there, or give the path of its .tgz file; vrfhir does not download packages."
        raise DefinitionError(_problem("not-found", f"Package {text} is not in ~/.fhir/packages.", hint))
    raise DefinitionError(
        _problem(
            "not-found", f"No package at {path.name}.", "Give a .tgz file, a folder, or id#version in ~/.fhir/packages."
        )
    )


def write_index(folder: Path) -> Path:
    """(Re)write ``.index.json`` of a package folder, so that it can be searched without parsing its files.

    Index version 2 (https://confluence.hl7.org/display/FHIR/NPM+Package+Specification), one resource a line, sorted.
    """
    files = _Folder(folder)
    rows = []
    for name in sorted(files.names()):
        if resource := _resource(files.read(name), f"{folder.name}/{name}"):
            row = {"filename": name, "resourceType": resource["resourceType"]}
            rows.append(row | {key: resource[key] for key in _INDEX_KEYS if isinstance(resource.get(key), str)})
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    target = folder / INDEX_NAME
    target.write_text(f'{{"index-version": 2, "files": [\n{lines}\n]}}\n', encoding="utf-8")
    return target


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> Iterable[str]:
        return [each.name for each in self.folder.iterdir() if each.suffix == ".json" and not each.name.startswith(".")]

    def read(self, name: str) -> bytes:
        try:
            path = self.folder / name
            if path.stat().st_size > _MAX_FILE_BYTES:
                raise UnreadableError(_problem("too-long", f"{name} is larger than {_MAX_FILE_BYTES} bytes."))
            return path.read_bytes()
        except OSError as problem:
            raise UnreadableError(_problem("exception", f"{name} cannot be read: {problem.strerror}.")) from problem


class _Memory:
    def __init__(self, contents: dict[str, bytes]) -> None:
        self.contents = contents

    def names(self) -> Iterable[str]:
        return [name for name in self.contents if not name.startswith(".")]

    def read(self, name: str) -> bytes:
        return self.contents[name]


def _open_folder(path: Path, label: str) -> Package:
    inner = path / "package"
    folder = inner if inner.is_dir() else path
    files = _Folder(folder)
    index = (folder / INDEX_NAME).read_bytes() if (folder / INDEX_NAME).is_file() else None
    return _assemble(label, files, index)


def _open_archive(path: Path, label: str) -> Package:
    import tarfile  # only here: most processes never open an archive

    contents: dict[str, bytes] = {}
    total = 0
    try:
        with tarfile.open(path, "r:*") as archive:
            for number, member in enumerate(archive):
                if number > _MAX_FILES or total > _MAX_PACKAGE_BYTES:
                    raise UnreadableError(_problem("too-long", f"{path.name} is too large for a FHIR package."))
                folder, _, name = member.name.removeprefix("./").rpartition("/")
                if not member.isfile() or folder != "package" or not name.endswith(".json"):
                    continue
                if member.size > _MAX_FILE_BYTES:
                    raise UnreadableError(_problem("too-long", f"{name} in {path.name} is too large."))
                stream = archive.extractfile(member)
                contents[name] = stream.read() if stream else b""
                total += member.size
    except (tarfile.TarError, OSError, EOFError) as problem:
        hint = "A FHIR package is a gzip-compressed tar file with a package/ folder."
        raise UnreadableError(
            _problem("structure", f"{path.name} is not a FHIR package: {problem}.", hint)
        ) from problem
    if not contents:
        raise UnreadableError(_problem("structure", f"{path.name} has no package/*.json in it."))
    return _assemble(label, _Memory(contents), contents.get(INDEX_NAME))


def _assemble(label: str, files: _Files, index: bytes | None) -> Package:
    names = set(files.names())
    manifest = _object(files.read("package.json"), f"{label}/package.json") if "package.json" in names else {}
    items = _indexed(index, names)
    if items is None:
        items = list(_scanned(files, names, label))
    return Package(label, manifest, tuple(items), files)


def _indexed(index: bytes | None, names: set[str]) -> list[PackageItem] | None:
    """Items by the package's own index, or None when it has none that can be trusted."""
    if index is None:
        return None
    try:
        rows = json.loads(index)["files"]
        items = [_item(str(row["filename"]), row) for row in rows if "url" in row]
    except (ValueError, KeyError, TypeError):
        return None
    listed = {str(row["filename"]) for row in rows}
    resources = {name for name in names if name != "package.json"}
    return items if listed == resources else None


def _scanned(files: _Files, names: set[str], label: str) -> Iterator[PackageItem]:
    for name in sorted(names - {"package.json"}):
        resource = _resource(files.read(name), f"{label}/{name}")
        if resource and isinstance(resource.get("url"), str):
            yield _item(name, resource)


def _item(filename: str, row: Json) -> PackageItem:
    texts = (row.get(key) for key in ("resourceType", "url", "version", "name", "kind", "type", "derivation"))
    return PackageItem(filename, *(each if isinstance(each, str) else "" for each in texts))


def _resource(data: bytes, label: str) -> Json | None:
    parsed = _object(data, label)
    return parsed if isinstance(parsed.get("resourceType"), str) else None


def _object(data: bytes, label: str) -> Json:
    try:
        parsed = json.loads(data, parse_float=Decimal)
    except (ValueError, RecursionError) as problem:
        raise UnreadableError(_problem("structure", f"{label} is not JSON: {problem}.")) from problem
    if not isinstance(parsed, dict):
        raise UnreadableError(_problem("structure", f"{label} is not a JSON object."))
    return parsed


def _problem(code: str, text: str, hint: str = "") -> Issue:
    return Issue("fatal", code, "VR-DEF-0002", text, hint=hint)
