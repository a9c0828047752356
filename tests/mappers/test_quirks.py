"""What senders are seen to do (mapping notes 2.3): every quirk of the table has the outcome it is declared to have."""

from __future__ import annotations

import pytest
from quirks import BATCHES, FRAMES, QUIRKS, BatchQuirk, FrameQuirk, Quirk
from test_no_leaf_is_lost import texts

from vrfhir.errors import UnreadableError
from vrfhir.hl7v2 import acknowledgement_code, outcome_of, parse, parse_batch
from vrfhir.issues import has_errors
from vrfhir.mappers import to_fhir
from vrfhir.transport import Frame, FrameDecoder


def outcome(data: bytes) -> tuple[str, set[str], str]:
    try:
        mapping = to_fhir(parse(data))
    except UnreadableError as error:
        code = acknowledgement_code(outcome_of(error.issues))
        return (
            ("CR" if all(issue.id < "VR-V2-05" for issue in error.issues) else code),
            {issue.id for issue in error.issues},
            "",
        )
    found = "\n".join(texts(mapping.bundle))
    assert mapping.ledger.unaccounted == []
    ids = {issue.id for issue in mapping.issues}
    if has_errors(mapping.issues):
        return "AE", ids, found
    return ("AA+" if any(issue.severity == "warning" for issue in mapping.issues) else "AA"), ids, found


@pytest.mark.parametrize("quirk", QUIRKS, ids=[quirk.name for quirk in QUIRKS])
def test_a_quirk_has_its_declared_outcome(quirk: Quirk) -> None:
    what, ids, found = outcome(quirk.data)
    assert (what, set(quirk.ids) - ids) == (quirk.outcome, set()), sorted(ids)
    assert quirk.value in found


def test_there_are_at_least_a_hundred_and_twenty_and_each_has_a_name_of_its_own() -> None:
    assert len({quirk.name for quirk in QUIRKS}) == len(QUIRKS) >= 120
    assert {quirk.outcome for quirk in QUIRKS} == {"AA", "AA+", "AE", "AR", "CR"}


def test_no_quirk_ends_in_a_traceback() -> None:
    for quirk in QUIRKS:
        for cut in range(0, len(quirk.data), 17):
            assert outcome(quirk.data[:cut])[0] in {"AA", "AA+", "AE", "AR", "CR"}


def test_a_quirk_keeps_what_it_said_beside_the_elements() -> None:
    for quirk in QUIRKS:
        try:
            exact = to_fhir(quirk.data, exact=True)
        except UnreadableError:
            continue
        assert exact.ledger.unaccounted == []
        assert quirk.value in "\n".join(texts(exact.bundle))


@pytest.mark.parametrize("quirk", BATCHES, ids=[quirk.name for quirk in BATCHES])
def test_a_quirk_of_batches_has_its_declared_outcome(quirk: BatchQuirk) -> None:
    batch = parse_batch(quirk.data)
    assert (len(batch.messages), tuple(issue.id for issue in batch.issues)) == (quirk.messages, quirk.ids)
    assert batch.encode() == quirk.data
    assert all(to_fhir(message).ledger.unaccounted == [] for message in batch.messages)


@pytest.mark.parametrize("quirk", FRAMES, ids=[quirk.name for quirk in FRAMES])
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_quirk_of_frames_has_its_declared_outcome(quirk: FrameQuirk, size: int) -> None:
    decoder = FrameDecoder(50)
    events = [
        each for place in range(0, len(quirk.wire), size) for each in decoder.feed(quirk.wire[place : place + size])
    ]
    events += decoder.close()
    assert tuple(each.data if isinstance(each, Frame) else each.issue.id for each in events) == quirk.found
