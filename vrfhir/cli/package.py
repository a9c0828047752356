"""``vrfhir package install FILE.tgz``: put a FHIR package where vrfhir and other FHIR tools find it by name."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

__all__ = ["HELP", "add_arguments", "run"]

HELP = "install a FHIR package into the local package cache"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The archive, and the cache if it is not the user's own."""
    parser.add_argument("--json", action="store_true", help="say what was installed as one JSON object")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    install = actions.add_parser("install", help=HELP, description=HELP[0].upper() + HELP[1:] + ".")
    install.add_argument("archive", type=Path, metavar="FILE.tgz", help="a FHIR package")
    install.add_argument("--cache", type=Path, metavar="DIR", help="package cache (default ~/.fhir/packages)")
    install.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Install it and print its ``name#version``."""
    from vrfhir.definitions.package_cache import install_package

    label = install_package(arguments.archive, arguments.cache)
    sys.stdout.write((json.dumps({"installed": label}) if arguments.json else label) + "\n")
    return 0
