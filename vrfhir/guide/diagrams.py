"""The state machine and the way of a referral as SVG, drawn from the workflow's tables.

Only where a state stands on the paper is decided here; which states there are, who moves a referral between them and
which milestones go with them comes from :mod:`vrfhir.workflow`.
"""

from __future__ import annotations

from vrfhir.guide.markup import Content, Html, join, tag
from vrfhir.workflow import BUSINESS_STATUSES, OWNER, TRANSITIONS, Role

__all__ = ["referral_flow", "state_machine"]

_PLACES: dict[str, tuple[int, int]] = {
    "draft": (0, 0),
    "requested": (0, 1),
    "received": (0, 2),
    "accepted": (0, 3),
    "in-progress": (0, 4),
    "completed": (0, 5),
    "rejected": (1, 3),
    "on-hold": (1, 4),
    "failed": (1, 5),
    "cancelled": (-1, 3),
}
"""Column and row of each state; those that any state leads to are told of in words."""
_ANYWHERE = "entered-in-error"
_WIDTH, _HEIGHT, _COLUMN, _ROW = 128, 46, 186, 96
_LEFT, _TOP = 190, 16


def state_machine() -> Html:
    """States as boxes, moves as arrows: solid blue by the referring side, dashed green by the service."""
    places = dict(_PLACES)
    unplaced = [each for each in TRANSITIONS if each not in places and each != _ANYWHERE]
    places |= {each: (1, 6 + at) for at, each in enumerate(unplaced)}
    moves = [
        (before, after, role)
        for before, targets in TRANSITIONS.items()
        for after, role in targets.items()
        if after != _ANYWHERE and before in places
    ]
    arrows = [_move(places[before], places[after], role) for before, after, role in moves]
    boxes = [_state(name, places[name]) for name in TRANSITIONS if name in places]
    height = _TOP + (max(row for _, row in places.values()) + 1) * _ROW
    words = "; ".join(f"{before} to {after} by the {role}" for before, after, role in moves)
    return _drawing("states", "States of a referral", words, _LEFT + _COLUMN + _WIDTH + 8, height, arrows, boxes)


def _state(name: str, place: tuple[int, int]) -> Html:
    x, y = _corner(place)
    last = not TRANSITIONS[name].keys() - {_ANYWHERE}
    return tag(
        "g",
        tag(
            "rect",
            x=f"{x}",
            y=f"{y}",
            width=f"{_WIDTH}",
            height=f"{_HEIGHT}",
            rx="6",
            class_="state last" if last else "state",
        ),
        tag("text", name, x=f"{x + _WIDTH // 2}", y=f"{y + 29}", text_anchor="middle", class_="state-name"),
    )


def _move(start: tuple[int, int], end: tuple[int, int], role: Role) -> Html:
    """Down in a column, across in a row; to another column and row with a bend at its side."""
    (x1, y1), (x2, y2) = _corner(start), _corner(end)
    half = _HEIGHT // 2
    if start[0] == end[0]:
        bottom = f"M{x1 + _WIDTH // 2} {y1 + _HEIGHT} L{x2 + _WIDTH // 2} {y2 - 4}"
        far = f"M{x1 + _WIDTH} {y1 + half} h18 V{y2 + half - 8} H{x2 + _WIDTH + 4}"
        path = bottom if end[1] - start[1] == 1 else far
    elif start[1] == end[1]:
        shift = 9 if start[0] < end[0] else -9
        sides = (x1 + _WIDTH, x2 - 4) if start[0] < end[0] else (x1, x2 + _WIDTH + 4)
        path = f"M{sides[0]} {y1 + half - shift} H{sides[1]}"
    elif start[0] < end[0]:
        path = f"M{x1 + _WIDTH} {y1 + half + 8} L{x2 - 4} {y2 + half - 12}"
    elif end[0] < 0:
        middle = x2 + _WIDTH
        target = y2 + half + 8 * (start[1] - end[1])
        bend = middle + 20 + 6 * abs(start[1] - end[1])
        path = f"M{x1} {y1 + half + 12 * (start[0] > 0)} H{bend} V{min(max(target, y2 + 6), y2 + _HEIGHT - 6)} H{middle + 4}"
        if start[0] > 0:
            low = y1 + _HEIGHT + 22
            path = f"M{x1 + 30} {y1 + _HEIGHT} V{low} H{x2 + _WIDTH // 2} V{y2 + _HEIGHT + 4}"
    else:
        path = f"M{x1} {y1 + half + 8} L{x2 + _WIDTH + 4} {y2 + 8}"
    return _arrow(path, role, "states")


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    return _LEFT + place[0] * _COLUMN, _TOP + place[1] * _ROW


_LANE_LEFT, _LANE_RIGHT, _STEP = 84, 396, 58


def referral_flow() -> Html:
    """Who tells whom what, from the request to the last milestone, as a sequence of messages."""
    steps = _steps()
    height = 70 + len(steps) * _STEP
    lanes = [
        join(
            tag("rect", x=f"{x - 76}", y="8", width="152", height="40", rx="6", class_="state"),
            tag("text", name, x=f"{x}", y="34", text_anchor="middle", class_="state-name"),
            tag("path", d=f"M{x} 48 V{height - 10}", class_="lane"),
        )
        for x, name in ((_LANE_LEFT, "Referring side"), (_LANE_RIGHT, "Service"))
    ]
    drawn = []
    for at, (role, title, detail) in enumerate(steps):
        y = 92 + at * _STEP
        ends = (_LANE_RIGHT, _LANE_LEFT + 5) if role == OWNER else (_LANE_LEFT, _LANE_RIGHT - 5)
        middle = (_LANE_LEFT + _LANE_RIGHT) // 2
        drawn.append(
            join(
                _arrow(f"M{ends[0]} {y} H{ends[1]}", role, "flow"),
                tag("text", title, x=f"{middle}", y=f"{y - 8}", text_anchor="middle", class_="step"),
                tag("text", detail, x=f"{middle}", y=f"{y + 17}", text_anchor="middle", class_="detail"),
            )
        )
    words = "; ".join(f"{role}: {title}, {detail}" for role, title, detail in steps)
    return _drawing("flow", "The way of a referral", words, 480, height, lanes, drawn)


def _steps() -> list[tuple[Role, str, str]]:
    """The request, then every milestone in order with the state it is first reached in."""
    steps: list[tuple[Role, str, str]] = [(TRANSITIONS["draft"]["requested"], "Referral request", "Task requested")]
    for each in sorted(BUSINESS_STATUSES.values(), key=lambda row: row.order):
        first = next(status for status in TRANSITIONS if status in each.statuses)
        role = next((targets[first] for targets in TRANSITIONS.values() if first in targets), OWNER)
        steps.append((role, each.display, f"Task {first}"))
    return steps


def _arrow(path: str, role: Role, drawing: str) -> Html:
    side = "owner" if role == OWNER else "requester"
    return tag("path", d=path, class_=f"move {side}", marker_end=f"url(#{drawing}-{side})")


def _drawing(identity: str, title: str, words: str, width: int, height: int, *content: Content) -> Html:
    heads = [
        tag(
            "marker",
            tag("path", d="M0 0 L8 4 L0 8 z", class_=f"head {side}"),
            id=f"{identity}-{side}",
            viewBox="0 0 8 8",
            refX="6",
            refY="4",
            markerWidth="8",
            markerHeight="8",
            orient="auto",
            markerUnits="userSpaceOnUse",
        )
        for side in ("requester", "owner")
    ]
    drawing = tag(
        "svg",
        tag("title", title),
        tag("desc", words),
        tag("defs", heads),
        content,
        viewBox=f"0 0 {width} {height}",
        role="img",
        class_=f"diagram {identity}",
        xmlns="http://www.w3.org/2000/svg",
    )
    key = tag(
        "p",
        tag("span", class_="key requester"),
        " by the referring side ",
        tag("span", class_="key owner"),
        " by the service",
        class_="quiet",
    )
    return tag("figure", tag("div", drawing, class_="scroll", tabindex="0", role="region", aria_label=title), key)
