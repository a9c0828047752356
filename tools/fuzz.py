"""Throw bytes at the validator and at every report: whatever comes in, a report comes out, bounded, with places, no exception.

    python tools/fuzz.py [--runs N] [--seconds S] [CORPUS …]

Needs atheris (pip install atheris; not part of any extra, as it has no wheels for every system). It starts from the examples
of this checkout and is guided by the code it reaches. The same check runs under Hypothesis in tests/validation/test_fuzz.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROFILES = ("https://vrfhir.org/fhir/StructureDefinition/VR-Prescription", "http://hl7.org/fhir/StructureDefinition/bp")
SECONDS = 10.0


class Check:
    """One validator, and what must hold of its answer to any bytes."""

    def __init__(self) -> None:
        from vrfhir import Validator
        from vrfhir.validation.reports import FORMATS

        self.validator = Validator()
        self.formats = tuple(FORMATS)

    def __call__(self, data: bytes) -> None:
        """Raise AssertionError, or whatever escapes, when something does not hold."""
        from vrfhir.validation.reports import Checked, render
        from vrfhir.validation.reports.excerpts import excerpts_of
        from vrfhir.validation.reports.fingerprints import fingerprints

        started = time.process_time()
        for profiles in ((), PROFILES):
            report = self.validator.validate(data, profiles=profiles, source="fuzz")
            require(report.valid == (not any(issue.is_error for issue in report.issues)), "verdict and issues differ")
            for issue in report.issues:
                require(bool(issue.id and issue.text and issue.code), "an issue says nothing")
                require(issue.line is not None and issue.line >= 1, f"{issue.id} has no place")
                require(issue.line is not None and issue.line <= data.count(b"\n") + 1, f"{issue.id} lies outside")
            checked = Checked(report, "fuzz", 1, excerpts_of(data, report.issues), fingerprints(None, report.issues))
            for name in self.formats:
                render(name, [checked]).encode("utf-8", "replace")
        require(time.process_time() - started < SECONDS, "it took too long")


def require(holds: bool, what: str) -> None:
    """Assertions that stay when Python is told to leave them out."""
    if not holds:
        raise AssertionError(what)


def seeds() -> list[Path]:
    """Examples to start from: the smaller ones, valid and invalid."""
    folders = (ROOT / "examples", ROOT / "conformance" / "invalid")
    found = sorted(path for folder in folders for path in folder.rglob("*.json"))
    return [path for path in found if path.stat().st_size < 8_000][::5]


def main() -> int:
    """Fuzz until told to stop, for so many runs, or for so many seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=-1, help="inputs to try (default: no end)")
    parser.add_argument("--seconds", type=int, default=0, help="time to take (default: no end)")
    parser.add_argument("corpus", nargs="*", help="folders of inputs to start from; the first takes what is found")
    arguments = parser.parse_args()
    try:
        import atheris
    except ImportError:
        sys.stderr.write("atheris is not installed: pip install atheris\n")
        return 2
    with atheris.instrument_imports(include=["vrfhir"]):
        import vrfhir.validation  # noqa: F401
    check = Check()
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(seeds()):
            (Path(folder) / str(number)).write_bytes(path.read_bytes())
        options = [f"-runs={arguments.runs}", f"-max_total_time={arguments.seconds}", "-max_len=10000", "-timeout=30"]
        atheris.Setup([sys.argv[0], *options, *arguments.corpus, folder], check)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
