"""Candidate rows from HL7's v2-to-FHIR guide, and how they stand to the reviewed map.

    python tools/import_v2_guide.py FOLDER-OR-CSV … [--all] [--rows FILE] [--strict]

Reads the guide's segment maps (CSV files of https://github.com/HL7/v2-to-fhir, which are not part of this repository), turns their conditions into
ours, and prints what the guide maps and we do not, what we map elsewhere, and what we call the guide's that it does not say. The
map itself is never changed: a row gets into ``vrfhir/mappers/maps`` by review. ``--rows`` writes the candidates in the map's row format with
the line of the CSV each came from; ``--all`` lists what agrees, too; ``--strict`` ends with 1 when a condition or a path was not understood.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from guide.review import report, review
from guide.rows import Candidate, read_file


def main(arguments: list[str] | None = None) -> int:
    """Read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("source", nargs="+", type=Path, help="CSV files of the guide, or folders of them")
    parser.add_argument("--all", action="store_true", help="list what agrees, too")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="write the candidates as JSON")
    parser.add_argument("--strict", action="store_true", help="exit 1 when something was not understood")
    options = parser.parse_args(arguments)
    files = list(_files(options.source))
    if not files:
        sys.stderr.write("import_v2_guide: no CSV files of segments\n")
        return 2
    candidates: list[Candidate] = []
    for path in files:
        try:
            candidates += read_file(path)
        except (ValueError, OSError) as error:
            sys.stderr.write(f"import_v2_guide: {error}\n")
            return 2
    if options.rows:
        rows = [each.to_row() for each in candidates]
        options.rows.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(report(review(candidates), everything=options.all))
    wrong = [each for each in candidates if any(not text.startswith("narrative") for text in each.unread)]
    sys.stdout.write(f"{len(candidates)} rows of {len(files)} files, {len(wrong)} not wholly understood\n")
    return 1 if options.strict and wrong else 0


def _files(sources: list[Path]) -> Iterator[Path]:
    for source in sources:
        if source.is_dir():
            yield from (path for path in sorted(source.rglob("*.csv")) if "[" in path.name and "Segment" in path.name)
        else:
            yield source


if __name__ == "__main__":
    sys.exit(main())
