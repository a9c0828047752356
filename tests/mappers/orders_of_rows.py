"""Hypothesis strategies for ORU, ORM and OMG: every row of ORC, OBR, OBX, TQ1 and NTE, and results of every type of OBX-2."""

from __future__ import annotations

from hypothesis import strategies as st
from leaves_of_rows import NOT_GENERATED

from vrfhir.mappers.rows import Flavour, Row, load_maps

__all__ = ["ORDER_ROWS", "TYPES", "message_text", "result_text"]

PID = "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|1"
TYPES = {
    "ORU^R01^ORU_R01": (("ORC", ""), ("OBR", "report"), ("OBX", "observation"), ("NTE", "note"), ("TQ1", "")),
    "ORM^O01^ORM_O01": (("ORC", ""), ("OBR", "order"), ("OBX", "observation"), ("NTE", "note")),
    "OMG^O19^OMG_O19": (("ORC", ""), ("TQ1", ""), ("OBR", "order"), ("OBX", "observation"), ("NTE", "note")),
}
"""Message → the segments that are varied and the forms that they have there, in the order of the structure."""
_PLACES = {
    "ORU^R01^ORU_R01": ("ORC", "OBR", "TQ1", "OBX", "NTE"),
    "ORM^O01^ORM_O01": ("ORC", "OBR", "OBX", "NTE"),
    "OMG^O19^OMG_O19": ("ORC", "TQ1", "OBR", "OBX", "NTE"),
}
_MINIMAL = {
    "ORC": {1: "NW", 2: "P1^RXX01"},
    "OBR": {1: "1", 4: "VA^Vocational assessment^L"},
    "OBX": {1: "1", 2: "ST", 3: "44261-6^^LN", 5: "words", 11: "F"},
    "TQ1": {1: "1"},
    "NTE": {1: "1", 3: "A note"},
}


def _flavour(segment: str, name: str) -> Flavour:
    flavours = load_maps()[segment].flavours
    return next(each for each in flavours if each.name == (name or segment))


def _rows() -> list[tuple[str, Row]]:
    found = []
    for kind, segments in TYPES.items():
        for name, flavour in segments:
            rows = _flavour(name, flavour).rows
            found += [(kind, row) for row in rows if row.conversion not in NOT_GENERATED]
    return found


ORDER_ROWS = _rows()
"""(message, row) of everything that can be drawn leaf by leaf."""


def message_text(kind: str, drawn: dict[str, dict[int, str]], more: tuple[str, ...] = ()) -> bytes:
    """A message with the fields that were drawn; ``more`` are result segments after them."""
    version = "2.5.1"
    lines = [rf"MSH|^~\&|PAS|RXX01|VR|Y99902|20261116101700||{kind}|C1|P|{version}|||||GBR", PID]
    for name in _PLACES[kind]:
        if name in ("TQ1", "NTE") and name not in drawn:
            continue
        fields = _MINIMAL[name] | drawn.get(name, {})
        lines.append("|".join([name, *(fields.get(number, "") for number in range(1, max(fields) + 1))]))
    return ("\r".join([*lines, *more]) + "\r").encode()


_WORDS = st.text("abcdefghij XYZ0123456789äß-'", min_size=1, max_size=20).map(str.strip).filter(bool)
_NUMBERS = st.decimals(-999, 9999, places=2, allow_nan=False, allow_infinity=False).map(lambda n: format(n, "f"))
_DAYS = st.dates().filter(lambda day: 1900 < day.year < 2100).map(lambda day: day.strftime("%Y%m%d"))
_VALUES = {
    "NM": _NUMBERS,
    "SN": st.tuples(st.sampled_from(["", "<", ">=", ">"]), _NUMBERS).map("^".join),
    "ST": _WORDS,
    "TX": st.lists(_WORDS, min_size=1, max_size=3).map("~".join),
    "FT": _WORDS,
    "DT": _DAYS,
    "TS": _DAYS.map(lambda day: day + "101500+0000"),
    "TM": st.times().map(lambda time: time.strftime("%H%M%S")),
    "CE": st.tuples(_WORDS.map(lambda text: text.replace(" ", "")), _WORDS, st.sampled_from(["LN", "SCT", "L"])).map(
        "^".join
    ),
    "CWE": st.tuples(st.just("X1"), _WORDS, st.just("99LOC")).map("^".join),
    "DR": st.tuples(_DAYS, _DAYS).map(lambda days: "^".join(sorted(days))),
    "NR": st.tuples(st.integers(0, 9), st.integers(10, 99)).map(lambda pair: f"{pair[0]}^{pair[1]}"),
    "ED": st.just("^application^pdf^Base64^JVBERi0xLjQK"),
}


@st.composite
def result_text(draw: st.DrawFn) -> str:
    """OBX with a value of any type."""
    kind = draw(st.sampled_from(sorted(_VALUES)))
    unit = draw(st.sampled_from(["", "{score}^^UCUM", "cm^centimetre^UCUM", "points"])) if kind in ("NM", "SN") else ""
    status = draw(st.sampled_from("FPCX"))
    day = draw(st.one_of(st.just(""), _DAYS))
    return f"OBX|9|{kind}|SCORE^Score^L||{draw(_VALUES[kind])}|{unit}|||||{status}|||{day}"
