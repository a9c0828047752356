from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.conformance.minimum import missing

TASK: dict[str, Any] = {
    "resourceType": "Task",
    "id": "1",
    "meta": {"versionId": "1", "profile": ["p"]},
    "extension": [{"url": "a", "valueCode": "x"}, {"url": "b", "valueDecimal": Decimal("1.50")}],
    "status": "received",
    "_status": {"extension": [{"url": "c"}]},
}


def test_the_same_resource_has_everything() -> None:
    assert missing(TASK, TASK) == []


def test_ids_and_versions_are_the_servers_own() -> None:
    assert missing(TASK, {**TASK, "id": "2", "meta": {"versionId": "7", "profile": ["p"], "lastUpdated": "now"}}) == []


def test_more_and_reordered_content_is_no_loss() -> None:
    extension = [{"url": "new"}, TASK["extension"][1], {**TASK["extension"][0], "id": "e"}]
    assert missing(TASK, {**TASK, "extension": extension, "priority": "urgent"}) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"status": "accepted"}, "Task.status"),
        ({"extension": TASK["extension"][:1]}, "Task.extension[1]"),
        (
            {"extension": [TASK["extension"][0], {"url": "b", "valueDecimal": Decimal("1.5")}]},
            "Task.extension[1].valueDecimal",
        ),
        ({"extension": [TASK["extension"][0], {"url": "b", "valueDecimal": "1.50"}]}, "Task.extension[1].valueDecimal"),
        ({"extension": TASK["extension"][0]}, "Task.extension"),
        ({"_status": {}}, "Task._status.extension"),
        ({"meta": {"versionId": "1"}}, "Task.meta.profile"),
    ],
)
def test_each_loss_is_named_with_its_place(change: dict[str, Any], place: str) -> None:
    assert missing(TASK, {**TASK, **change}) == [place]


def test_an_element_that_is_gone_is_named() -> None:
    assert missing(TASK, {key: value for key, value in TASK.items() if key != "status"}) == ["Task.status"]


def test_each_expected_item_needs_its_own_match() -> None:
    assert missing({"resourceType": "X", "a": ["1", "1"]}, {"a": ["1", "2"], "resourceType": "X"}) == ["X.a[1]"]


def test_a_wide_item_does_not_take_the_match_of_a_narrow_one() -> None:
    expected = {"resourceType": "X", "a": [{"p": 1}, {"p": 1, "q": 2}]}
    assert missing(expected, {"resourceType": "X", "a": [{"p": 1, "q": 2}, {"p": 1}]}) == []


JSON = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4), st.dictionaries(st.text(max_size=4), JSON, max_size=4))
def test_a_resource_has_all_of_itself_whatever_is_added(content: dict[str, Any], more: dict[str, Any]) -> None:
    assert missing(content, {**more, **content}) == []
