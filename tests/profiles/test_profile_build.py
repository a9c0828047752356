"""The committed package is what SUSHI makes of the sources."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ROOT / "../shared/packages"


@pytest.mark.node
@pytest.mark.shared
def test_compiled_package_equals_what_is_committed() -> None:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    if not (ROOT / "build" / "sushi" / "node_modules" / "fsh-sushi").is_dir():
        pytest.skip("SUSHI is not installed in build/sushi; 'make profiles' does it")
    if not PACKAGES.is_dir():
        pytest.skip("no FHIR packages beside the project")
    command = [sys.executable, "tools/build_profiles.py", "--packages", str(PACKAGES.resolve()), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_build_says_what_is_missing(tmp_path: Path) -> None:
    if not (ROOT / "build" / "sushi" / "node_modules" / "fsh-sushi").is_dir():
        pytest.skip("SUSHI is not installed in build/sushi; 'make profiles' does it")
    command = [sys.executable, "tools/build_profiles.py", "--packages", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no hl7.fhir.r4.core-*.tgz" in done.stderr
