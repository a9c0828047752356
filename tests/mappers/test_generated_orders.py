"""G3 of ORU, ORM and OMG: what any row or result put into FHIR comes back from the message that is written of it."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leaves_of_rows import field_text
from orders_of_rows import ORDER_ROWS, TYPES, message_text, result_text
from same_content import missing

from vrfhir.hl7v2 import match_structure, parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.rows import Row

GENERATED = int(os.environ.get("VRFHIR_GENERATED_BUNDLES", "60"))
"""How many messages of many rows are made of all kinds; a nightly run sets it to 10000. A quarter of them are these."""
OWN = ("Binary", "DocumentReference", "Provenance", "Device")


def lost_after_writing(data: bytes) -> list[str]:
    """What the Bundle of the message holds, and that of the message written from it does not."""
    bundle = to_fhir(data).bundle
    written = to_hl7v2(bundle)
    again = parse(written.message)
    assert again.type.code == parse(data).type.code
    assert [issue.id for issue in match_structure(again).issues if issue.severity == "error"] == []
    return [name for name in missing(bundle, to_fhir(again).bundle) if name.split(" ")[0] not in OWN]


@pytest.mark.parametrize(("kind", "row"), ORDER_ROWS, ids=[f"{kind[:3]}-{row.id}" for kind, row in ORDER_ROWS])
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_a_row_put_into_fhir_comes_back(kind: str, row: Row, data: st.DataObject) -> None:
    assert lost_after_writing(message_text(kind, {row.segment: {row.field: data.draw(field_text(row))}})) == []


@pytest.mark.parametrize("kind", TYPES)
@settings(
    max_examples=max(GENERATED // (4 * len(TYPES)), 20),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_bundles_of_many_rows_and_results_come_back(kind: str, data: st.DataObject) -> None:
    rows = [row for each, row in ORDER_ROWS if each == kind]
    chosen = data.draw(
        st.lists(st.sampled_from(rows), min_size=1, max_size=12, unique_by=lambda row: (row.segment, row.field))
    )
    drawn: dict[str, dict[int, str]] = {}
    for row in chosen:
        drawn.setdefault(row.segment, {})[row.field] = data.draw(field_text(row))
    more = data.draw(st.lists(result_text(), max_size=3))
    assert lost_after_writing(message_text(kind, drawn, tuple(more))) == []
