"""What is in a value set: composition rules of https://hl7.org/fhir/R4/valueset.html#compositions, in three values."""

from __future__ import annotations

from typing import Any

import pytest

from vrfhir.definitions.expansion import Expander
from vrfhir.definitions.membership import Membership

IN, OUT, UNKNOWN = Membership.IN, Membership.OUT, Membership.UNKNOWN
CS, FOREIGN, OTHER = "https://example.org/cs", "http://snomed.info/sct", "https://example.org/other"

CODE_SYSTEM = {
    "resourceType": "CodeSystem",
    "content": "complete",
    "concept": [
        {
            "code": "animal",
            "concept": [
                {"code": "dog", "concept": [{"code": "puppy"}], "property": [{"code": "legs", "valueInteger": 4}]},
                {
                    "code": "bird",
                    "property": [{"code": "legs", "valueInteger": 2}, {"code": "flies", "valueBoolean": True}],
                },
            ],
        },
        {"code": "plant", "property": [{"code": "child", "valueCode": "sundew"}]},
        {"code": "sundew", "property": [{"code": "parent", "valueCode": "animal"}]},
    ],
}
CASELESS = {"resourceType": "CodeSystem", "content": "complete", "caseSensitive": False, "concept": [{"code": "Red"}]}


def _expander(**value_sets: Any) -> Expander:
    resources = {("CodeSystem", CS): CODE_SYSTEM, ("CodeSystem", OTHER): CASELESS}
    resources |= {("ValueSet", name): {"resourceType": "ValueSet", **body} for name, body in value_sets.items()}
    return Expander(lambda url, kind: resources.get((kind, url)))


def _composed(*include: dict[str, Any], exclude: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"compose": {"include": list(include), "exclude": list(exclude)}}


def _filter(prop: str, operator: str, value: str, system: str = CS) -> dict[str, Any]:
    return {"system": system, "filter": [{"property": prop, "op": operator, "value": value}]}


FILTERS = [
    (("concept", "is-a", "dog"), {"dog", "puppy"}),
    (("concept", "descendent-of", "dog"), {"puppy"}),
    (("concept", "is-a", "animal"), {"animal", "dog", "puppy", "bird", "sundew"}),
    (("concept", "is-a", "plant"), {"plant", "sundew"}),
    (("concept", "is-not-a", "animal"), {"plant"}),
    (("concept", "generalizes", "puppy"), {"puppy", "dog", "animal"}),
    (("concept", "in", "dog, bird"), {"dog", "bird"}),
    (("concept", "not-in", "dog,bird,puppy"), {"animal", "plant", "sundew"}),
    (("legs", "=", "4"), {"dog"}),
    (("legs", "in", "2,4"), {"dog", "bird"}),
    (("flies", "exists", "true"), {"bird"}),
    (("flies", "=", "true"), {"bird"}),
    (("parent", "=", "animal"), {"dog", "bird", "sundew"}),
    (("child", "=", "puppy"), {"dog"}),
    (("code", "regex", "[a-c].*"), {"animal", "bird"}),
]


@pytest.mark.parametrize(
    ("condition", "expected"), FILTERS, ids=lambda value: "-".join(sorted(value) if isinstance(value, set) else value)
)
def test_filters_on_a_complete_code_system(condition: tuple[str, str, str], expected: set[str]) -> None:
    expander = _expander(vs=_composed(_filter(*condition)))
    assert set((expander.codes("vs") or {})[CS]) == expected
    for code in ("animal", "dog", "puppy", "bird", "plant", "sundew", "stone"):
        assert expander.member("vs", CS, code) is (IN if code in expected else OUT)


def test_a_pattern_that_could_run_away_is_decided_in_linear_time() -> None:
    expander = _expander(nested=_composed(_filter("code", "regex", "(a+|i|n|m|l)+")))
    assert expander.member("nested", CS, "animal") is IN
    assert expander.member("nested", CS, "dog") is OUT


def test_broken_or_unknown_filters_cannot_be_told() -> None:
    expander = _expander(
        broken=_composed(_filter("code", "regex", "(")),
        strange=_composed(_filter("concept", "child-of", "dog")),
    )
    for name in ("broken", "strange"):
        assert expander.member(name, CS, "dog") is UNKNOWN
        assert expander.codes(name) is None


def test_foreign_systems_are_unknown_but_for_what_is_enumerated() -> None:
    expander = _expander(
        listed=_composed({"system": FOREIGN, "concept": [{"code": "70082004"}]}),
        filtered=_composed(_filter("concept", "is-a", "70082004", FOREIGN)),
        below=_composed(_filter("concept", "descendent-of", "70082004", FOREIGN)),
        whole=_composed({"system": FOREIGN}),
        mixed=_composed({"system": FOREIGN, "concept": [{"code": "1"}]}, _filter("concept", "is-a", "2", FOREIGN)),
    )
    assert expander.member("listed", FOREIGN, "70082004") is IN
    assert expander.member("listed", FOREIGN, "1") is OUT
    assert expander.member("filtered", FOREIGN, "70082004") is IN
    assert expander.member("filtered", FOREIGN, "1") is UNKNOWN
    assert expander.member("below", FOREIGN, "70082004") is OUT
    assert expander.member("whole", FOREIGN, "1") is UNKNOWN
    assert expander.member("whole", CS, "dog") is OUT
    assert expander.member("mixed", FOREIGN, "1") is IN
    assert expander.member("mixed", FOREIGN, "3") is UNKNOWN
    assert expander.codes("mixed") is None


def test_a_code_without_a_system_is_looked_for_in_all_systems_of_the_set() -> None:
    expander = _expander(
        known=_composed({"system": CS}, {"system": OTHER}),
        open=_composed({"system": CS}, {"system": FOREIGN}),
    )
    assert expander.member("known", None, "dog") is IN
    assert expander.member("known", None, "stone") is OUT
    assert expander.member("open", None, "dog") is IN
    assert expander.member("open", None, "stone") is UNKNOWN


def test_excludes_take_away_and_doubtful_excludes_make_doubtful() -> None:
    expander = _expander(
        sure=_composed({"system": CS}, exclude=(_filter("concept", "is-a", "dog"),)),
        doubtful=_composed({"system": FOREIGN, "concept": [{"code": "1"}]}, exclude=(_filter("x", "=", "y", FOREIGN),)),
    )
    assert expander.member("sure", CS, "puppy") is OUT
    assert expander.member("sure", CS, "bird") is IN
    assert expander.member("doubtful", FOREIGN, "1") is UNKNOWN
    assert expander.member("doubtful", FOREIGN, "2") is OUT


def test_imported_value_sets_are_intersected_inside_an_include() -> None:
    expander = _expander(
        animals=_composed(_filter("concept", "is-a", "animal")),
        legged=_composed(_filter("legs", "exists", "true")),
        both=_composed({"valueSet": ["animals", "legged"]}),
        within=_composed({"system": CS, "valueSet": ["legged"]}),
        either=_composed({"valueSet": ["legged"]}, {"system": CS, "concept": [{"code": "plant"}]}),
        missing=_composed({"valueSet": ["nowhere"]}),
    )
    assert set((expander.codes("both") or {})[CS]) == {"dog", "bird"}
    assert expander.member("within", CS, "dog") is IN
    assert expander.member("within", CS, "plant") is OUT
    assert expander.member("either", CS, "plant") is IN
    assert expander.member("missing", CS, "plant") is UNKNOWN


def test_value_sets_that_import_each_other_end() -> None:
    expander = _expander(one=_composed({"valueSet": ["two"]}), two=_composed({"valueSet": ["one"]}))
    assert expander.member("one", CS, "dog") is UNKNOWN
    assert expander.codes("one") is None


def test_case_matters_only_where_the_system_says_so() -> None:
    expander = _expander(vs=_composed({"system": OTHER}, {"system": CS}))
    assert expander.member("vs", OTHER, "RED") is IN
    assert expander.member("vs", CS, "DOG") is OUT


def test_a_stored_expansion_is_used_unless_it_is_only_a_page() -> None:
    rows = [
        {"system": FOREIGN, "code": "1", "contains": [{"system": FOREIGN, "code": "2"}]},
        {"abstract": True, "code": "3"},
    ]
    expander = _expander(
        whole={"expansion": {"contains": rows, "total": 3}},
        page={"expansion": {"contains": rows, "total": 300}},
    )
    assert expander.member("whole", FOREIGN, "2") is IN
    assert expander.member("whole", FOREIGN, "9") is OUT
    assert expander.member("whole", None, "3") is OUT
    assert expander.member("page", FOREIGN, "9") is UNKNOWN


def test_a_published_expansion_counts_only_where_the_composition_cannot_be_listed() -> None:
    rows = {"expansion": {"contains": [{"system": CS, "code": "plant"}, {"system": FOREIGN, "code": "1"}]}}
    expander = _expander(
        local=_composed({"system": CS, "concept": [{"code": "dog"}]}) | rows,
        foreign=_composed(_filter("concept", "is-a", "7", FOREIGN)) | rows,
    )
    assert expander.member("local", CS, "dog") is IN
    assert expander.member("local", CS, "plant") is OUT
    assert expander.member("foreign", FOREIGN, "1") is IN
    assert expander.member("foreign", FOREIGN, "2") is OUT


def test_an_unknown_value_set_decides_nothing() -> None:
    assert _expander().member("nothing", CS, "dog") is UNKNOWN
