"""``vrfhir ig package`` and ``vrfhir ig site``: the implementation guide to give away, made from the artefacts."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue

__all__ = ["HELP", "add_arguments", "run"]

HELP = "write the implementation guide: the FHIR package, or the site"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to write, and where."""
    parser.add_argument("--json", action="store_true", help="say what was written as one JSON object")
    things = parser.add_subparsers(dest="thing", metavar="THING", required=True)
    for name, summary in (
        ("package", "uk.vrfhir.r4-VERSION.tgz, for any FHIR tool; the same input gives the same bytes"),
        ("site", "the guide as static HTML, readable from a file system"),
    ):
        thing = things.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        thing.add_argument(
            "--out", type=Path, required=True, metavar="DIR", help="folder to write into; made if absent"
        )
        thing.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Write it and say where it is."""
    from vrfhir.cli.shipped import shipped

    out: Path = arguments.out
    if arguments.thing == "package":
        from vrfhir.guide.package import package_archive

        name, content = package_archive(shipped("examples"))
        _write(out, {name: content})
        written, count = out / name, 1
    else:
        from vrfhir.guide.site import site_files

        files = site_files(shipped("examples"), shipped("conformance"))
        _write(out, files)
        written, count = out / "index.html", len(files)
    if arguments.json:
        sys.stdout.write(json.dumps({"written": str(written), "files": count}) + "\n")
    else:
        sys.stdout.write(f"{written}{f' ({count} files)' if count > 1 else ''}\n")
    return 0


def _write(out: Path, files: Mapping[str, bytes]) -> None:
    try:
        for name, content in files.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as problem:
        text = f"{out} cannot be written: {problem.strerror}."
        raise VrfhirError(Issue("fatal", "exception", "VR-CLI-0004", text, hint="Choose another --out.")) from problem
