"""Regenerate every generated file in a temporary place and compare it with what is committed.

    python tools/check_generated.py [--shared DIR]

Each generator knows ``--check``. One whose input is not there (the FHIR packages beside the project, Node.js) is
skipped and says so. Exit code 1 when anything differs.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    packages = (parser.parse_args().shared / "packages").resolve()
    no_packages = "" if packages.is_dir() else f"no FHIR packages at {packages}"
    no_node = "" if shutil.which("npm") else "Node.js (npm) is not installed"
    core = packages / "hl7.fhir.r4.core-4.0.1.tgz"
    terminology = ROOT / "build" / "packages" / "hl7.terminology.r4-7.0.1.tgz"
    python = sys.executable
    generators = [
        ("base definitions", [python, "-m", "vrfhir.definitions.build", "--packages", str(packages)], no_packages),
        ("HL7 v2 tables", [python, "tools/extract_hl7v2_tables.py"], ""),
        (
            "code tables of the mapper",
            [python, "-m", "vrfhir.mappers.build_tables", "--core", str(core), "--terminology", str(terminology)],
            no_packages or ("" if terminology.is_file() else "make definitions has not fetched HL7 terminology"),
        ),
        ("profiles", [python, "tools/build_profiles.py", "--packages", str(packages)], no_packages or no_node),
        ("messages and documents of the stories", [python, "tools/build_example_bundles.py"], ""),
        ("invalid examples", [python, "tools/build_invalid_examples.py"], ""),
        ("documentation", [python, "tools/build_docs.py"], ""),
    ]
    failed = []
    for name, command, reason in generators:
        if reason:
            sys.stdout.write(f"skipped  {name}: {reason}\n")
            continue
        done = subprocess.run([*command, "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
        sys.stdout.write(f"{'ok' if done.returncode == 0 else 'DIFFERS':8} {name}\n")
        if done.returncode != 0:
            failed.append(name)
            sys.stdout.write(done.stdout + done.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
