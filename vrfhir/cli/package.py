"""``vrfhir package install FILE.tgz``: put a FHIR package where vrfhir and other FHIR tools find it by name."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

__all__ = ["HELP", "add_arguments", "run"]

HELP = "install a FHIR package into the local package cache"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The archive, and the cache if it is not the user's own."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    install = actions.add_parser("install", help=HELP, description=HELP[0].upper() + HELP[1:] + ".")
    install.add_argument("archive", type=Path, metavar="FILE.tgz", help="a FHIR package")
    install.add_argument("--cache", type=Path, metavar="DIR", help="package cache (default ~/.fhir/packages)")


def run(arguments: argparse.Namespace) -> int:
    """Install it and print its ``name#version``."""
    from vrfhir.definitions.package_cache import install_package

    sys.stdout.write(install_package(arguments.archive, arguments.cache) + "\n")
    return 0
