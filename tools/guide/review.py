"""The guide's rows beside ours: the same, elsewhere, or missing; and what we call the guide's that it does not say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from guide.rows import Candidate

__all__ = ["Finding", "report", "review"]


class Finding(NamedTuple):
    """One line of the comparison."""

    kind: str
    v2: str
    guide: str
    ours: str
    reference: str
    note: str = ""


def review(candidates: Iterable[Candidate]) -> Iterator[Finding]:
    """Each candidate against our rows of the same field, then our rows that name the guide and have no candidate."""
    ours = _our_rows()
    seen: set[str] = set()
    segments: set[str] = set()
    for each in candidates:
        segment, field = each.v2.partition("-")[0], _field(each.v2)
        segments.add(segment)
        if each.constant:
            yield Finding("constant", each.v2, f"{each.to} = {each.constant}", "", each.reference)
            continue
        targets = ours.get(field, {})
        seen.add(field)
        same = next((row for row, target in targets.items() if _meet(target, each.to)), "")
        kind = "same" if same else "elsewhere" if targets else "missing"
        said = targets.get(same, "") if same else ", ".join(sorted(set(targets.values())))
        note = "; ".join(each.unread)
        yield Finding(
            "unread" if each.unread and kind == "missing" else kind, each.v2, each.to, said, each.reference, note
        )
    for field, row, target in _called_the_guides(segments):
        if field not in seen:
            yield Finding("not in the guide", row, "", target, "")


def _field(v2: str) -> str:
    return v2.partition(".")[0]


def _our_rows() -> Mapping[str, dict[str, str]]:
    """Field → row id → ``Resource.path`` of our map."""
    from vrfhir.mappers.rows import load_maps

    found: dict[str, dict[str, str]] = {}
    for segment in load_maps().values():
        for form in segment.flavours:
            for row in form.rows:
                role, _, path = row.to.partition(".")
                kind = form.roles[role].type if role in form.roles else role
                found.setdefault(f"{row.segment}-{row.field}", {})[row.id] = f"{kind}.{_plain(path)}"
    return found


def _called_the_guides(segments: set[str]) -> Iterator[tuple[str, str, str]]:
    from vrfhir.mappers.rows import load_maps

    for name in sorted(segments & load_maps().keys()):
        for form in load_maps()[name].flavours:
            for row in form.rows:
                if row.source == "ig":
                    yield f"{row.segment}-{row.field}", row.id, row.to


def _plain(path: str) -> str:
    path = re.sub(r"extension\([^)]*\)", "extension", path)
    return re.sub(r"\[[a-z0-9]*\]|\.\*$", "", path)


def _meet(ours: str, guide: str) -> bool:
    """The same element, or one is a part of the other; any resource will do where ours is made of several."""
    one, two = (text.replace("_", "") for text in (ours, guide))
    if one.startswith("Resource."):
        two = "Resource." + two.partition(".")[2]
    return one == two or one.startswith(two + ".") or two.startswith(one + ".") or one + "." == two


def report(findings: Iterable[Finding], *, everything: bool = False) -> str:
    """Lines for a reviewer, and the sums."""
    lines, counts = [], Counter[str]()
    for each in findings:
        counts[each.kind] += 1
        if everything or each.kind not in ("same", "constant"):
            note = f"  ({each.note})" if each.note else ""
            lines.append(
                f"{each.kind:17}{each.v2:12}{each.guide or '-':60} ours: {each.ours or '-'}{note}  {each.reference}"
            )
    sums = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    return "\n".join([*lines, sums or "no rows"]) + "\n"
