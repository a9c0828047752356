"""The FHIR package ``uk.vrfhir.r4-<version>.tgz`` (https://confluence.hl7.org/display/FHIR/NPM+Package+Specification).

The same artefacts and examples give the same bytes: names are sorted, times are the date of the manifest, owners are
nobody.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vrfhir.profiles import PACKAGE

__all__ = ["package_archive", "package_files"]

Json = dict[str, Any]

_INDEX_KEYS = ("id", "url", "version", "kind", "type", "supplements", "content", "derivation")
_INDEX = ".index.json"


def package_files(examples: Path, artefacts: Path = PACKAGE) -> dict[str, bytes]:
    """The files of the package by their name in the archive, those that are read first in front."""
    manifest = json.loads((artefacts / "package.json").read_text(encoding="utf-8"))
    manifest["directories"] = {"lib": "package", "example": "example"}
    resources = {path.name: path.read_bytes() for path in sorted(artefacts.glob("*-*.json"))}
    shown = {
        f"{path.parents[1].name}-{path.name}": path.read_bytes() for path in sorted(examples.glob("*/fhir/*.json"))
    }
    files = {"package/package.json": _bytes(manifest), f"package/{_INDEX}": _index(resources)}
    files |= {f"package/{name}": content for name, content in resources.items()}
    files |= {f"package/example/{_INDEX}": _index(shown)}
    files |= {f"package/example/{name}": content for name, content in shown.items()}
    return files


def package_archive(examples: Path, artefacts: Path = PACKAGE) -> tuple[str, bytes]:
    """The name of the archive and its bytes."""
    files = package_files(examples, artefacts)
    manifest = json.loads(files["package/package.json"])
    made = datetime.strptime(manifest["date"], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return f"{manifest['name']}-{manifest['version']}.tgz", _archive(files.items(), int(made.timestamp()))


def _archive(files: Iterable[tuple[str, bytes]], time: int) -> bytes:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(content), time, 0o644
            archive.addfile(member, io.BytesIO(content))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(tar.getvalue())
    return packed.getvalue()


def _index(resources: Mapping[str, bytes]) -> bytes:
    rows = []
    for name, content in resources.items():
        resource = json.loads(content)
        row = {"filename": name, "resourceType": resource["resourceType"]}
        rows.append(row | {key: resource[key] for key in _INDEX_KEYS if isinstance(resource.get(key), str)})
    return _bytes({"index-version": 2, "files": rows})


def _bytes(value: Json) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
