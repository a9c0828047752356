"""What every store must do. A new store joins by adding its factory to ``STORES``."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrfhir.errors import VrfhirError
from vrfhir.server.store import (
    AuditRow,
    DuplicateMessageError,
    InboxRow,
    IndexRows,
    OutboxRow,
    SqliteStore,
    Store,
    Stored,
    Transaction,
    VersionConflictError,
)
from vrfhir.server.store.query import AnyOf, Chain, Criterion, Ids, Interval, Query, Target, Text, Token, Updated

Factory = Callable[[Path], Store]
STORES: dict[str, Factory] = {"sqlite": lambda folder: SqliteStore(folder / "store.sqlite")}


@pytest.fixture(params=STORES)
def factory(request: pytest.FixtureRequest) -> Factory:
    return STORES[request.param]


@pytest.fixture
def store(factory: Factory, tmp_path: Path) -> Iterator[Store]:
    opened = factory(tmp_path)
    yield opened
    opened.close()


def put(store: Store, resource: Stored, rows: IndexRows | None = None) -> None:
    store.submit(lambda tx: tx.put(resource, rows or IndexRows())).result(10)


def patient(number: int, version: int = 1, body: bytes = b"{}", **elements: bool) -> Stored:
    return Stored("Patient", str(number), version, 1000 * number + version, body, **elements)


def ids(
    store: Store, *conditions: object, limit: int = 50, before: int | None = None, type_: str = "Patient"
) -> list[str]:
    return [match.resource.id for match in store.search(Query(type_, conditions, limit, before))]  # type: ignore[arg-type]


def test_versions_are_kept_byte_for_byte(store: Store) -> None:
    put(store, patient(1, 1, b"one\x00\xff"))
    put(store, patient(1, 2, b"two"))
    put(store, patient(1, 3, b"", deleted=True))
    assert store.read("Patient", "1") == Stored("Patient", "1", 3, 1003, b"", True)
    assert store.read_version("Patient", "1", 1) == patient(1, 1, b"one\x00\xff")
    assert store.read_version("Patient", "1", 4) is None
    assert store.read("Patient", "2") is None
    assert [row.version for row in store.history("Patient", "1", 10)] == [3, 2, 1]
    assert [row.version for row in store.history("Patient", "1", 2)] == [3, 2]
    assert store.history("Patient", "9", 10) == []


@pytest.mark.parametrize(("version", "stands"), [(1, 2), (2, 2), (4, 2)])
def test_only_the_next_version_can_be_written(store: Store, version: int, stands: int) -> None:
    put(store, patient(1, 1))
    put(store, patient(1, 2, b"kept"))
    with pytest.raises(VersionConflictError) as caught:
        put(store, patient(1, version, b"lost"))
    assert caught.value.current == stands
    current = store.read("Patient", "1")
    assert current is not None
    assert current.body == b"kept"


def test_an_update_of_nothing_is_a_conflict(store: Store) -> None:
    with pytest.raises(VersionConflictError) as caught:
        put(store, patient(1, 2))
    assert caught.value.current == 0


def test_a_failing_transaction_leaves_nothing_and_harms_no_other(store: Store) -> None:
    def half(tx: Transaction) -> None:
        tx.put(patient(1), IndexRows(tokens=[("Patient.new", "a", "b")]))
        tx.record(AuditRow(1, "r", "create", "Patient/1"))
        raise LookupError("half way")

    futures = [
        store.submit(lambda tx: tx.put(patient(2), IndexRows(tokens=[("Patient.identifier", "2", "s")]))),
        store.submit(half),
        store.submit(lambda tx: tx.put(patient(3), IndexRows(tokens=[("Patient.new", "3", "s")]))),
    ]
    futures[0].result(10)
    with pytest.raises(LookupError):
        futures[1].result(10)
    futures[2].result(10)
    assert store.read("Patient", "1") is None
    assert store.audit_trail() == []
    assert ids(store, Criterion("token", "Patient.identifier", (Token("2", "s"),))) == ["2"]
    assert ids(store, Criterion("token", "Patient.new", (Token("3", "s"),))) == ["3"]


def test_a_transaction_sees_what_it_wrote(store: Store) -> None:
    def work(tx: Transaction) -> list[str]:
        tx.put(patient(1), IndexRows(tokens=[("Patient.identifier", "x", "s")]))
        query = Query("Patient", (Criterion("token", "Patient.identifier", (Token("x", "s"),)),))
        return [match.resource.id for match in tx.search(query)]

    assert store.submit(work).result(10) == ["1"]


def test_what_was_acknowledged_is_there_after_reopening(factory: Factory, tmp_path: Path) -> None:
    first = factory(tmp_path)
    put(first, patient(1, 1, b"kept"), IndexRows(tokens=[("Patient.identifier", "x", "s")]))
    first.close()
    second = factory(tmp_path)
    try:
        assert ids(second, Criterion("token", "Patient.identifier", (Token("x", "s"),))) == ["1"]
        put(second, patient(2), IndexRows(tokens=[("Patient.identifier", "x", "s")]))
        assert ids(second, Criterion("token", "Patient.identifier", (Token("x", "s"),))) == ["2", "1"]
    finally:
        second.close()


def test_many_threads_write_and_nothing_is_lost_or_mixed(store: Store) -> None:
    def write(first: int) -> None:
        for number in range(first, first + 50):
            put(store, patient(number, 1, str(number).encode()), IndexRows(tokens=[("Patient.p", str(number), "")]))

    threads = [threading.Thread(target=write, args=(start,)) for start in range(0, 400, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.count(Query("Patient")) == 400
    for number in (0, 123, 399):
        assert ids(store, Criterion("token", "Patient.p", (Token(str(number)),))) == [str(number)]


def test_only_one_of_two_racing_updates_wins(store: Store) -> None:
    put(store, patient(1))
    futures = [store.submit(lambda tx, n=n: tx.put(patient(1, 2, str(n).encode()), IndexRows())) for n in range(8)]
    failures = [future.exception(10) for future in futures]
    assert sum(failure is None for failure in failures) == 1
    assert all(isinstance(failure, VersionConflictError | None) for failure in failures)


# --- search -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(store: Store) -> Store:
    """Patient 1..3 with a name, an identifier, a birthday and a practice each; 4 has nothing; 5 is deleted."""
    for number, name, day in ((1, "adams", 100), (2, "adamson", 200), (3, "baker", 300)):
        rows = IndexRows(
            tokens=[("Patient.identifier", str(number), "nhs"), ("Patient.gender", "f" if number < 3 else "m", "g")],
            strings=[("Patient.family", name, name.title())],
            references=[("Patient.practice", f"Organization/{number % 2}")],
            dates=[("Patient.birthdate", day, day + 9)],
        )
        put(store, patient(number), rows)
    put(store, patient(4))
    put(store, patient(5), IndexRows(tokens=[("Patient.gender", "f", "g")]))
    put(store, patient(5, 2, deleted=True))
    for number in (0, 1):
        put(
            store,
            Stored("Organization", str(number), 1, 1, b""),
            IndexRows(tokens=[("Organization.identifier", f"ods{number}", "ods")]),
        )
    return store


def token(name: str, code: str | None, system: str | None = None, **flags: bool) -> Criterion:
    return Criterion("token", f"Patient.{name}", (Token(code, system),), **flags)  # type: ignore[arg-type]


CASES = {
    "everything alive, newest first": ([], "4321"),
    "token with system": ([token("identifier", "2", "nhs")], "2"),
    "token, any system": ([token("gender", "f")], "21"),
    "token, other system": ([token("gender", "f", "x")], ""),
    "token, no system": ([token("gender", "f", "")], ""),
    "token, system only": ([token("gender", None, "g")], "321"),
    "token not": ([token("gender", "f", "g", negated=True)], "43"),
    "token missing": ([Criterion("token", "Patient.gender", missing=True)], "4"),
    "token present": ([Criterion("token", "Patient.gender", missing=False)], "321"),
    "or": ([Criterion("token", "Patient.identifier", (Token("1", "nhs"), Token("3", "nhs")))], "31"),
    "and": ([token("gender", "f", "g"), token("identifier", "1", "nhs")], "1"),
    "never indexed": ([token("nonsense", "1")], ""),
    "string starts": ([Criterion("string", "Patient.family", (Text("adam"),))], "21"),
    "string exact": ([Criterion("string", "Patient.family", (Text("Adams", "exact"),))], "1"),
    "string exact is case-sensitive": ([Criterion("string", "Patient.family", (Text("adams", "exact"),))], ""),
    "string contains": ([Criterion("string", "Patient.family", (Text("ams", "contains"),))], "21"),
    "string is no pattern": ([Criterion("string", "Patient.family", (Text("%", "contains"), Text("_dam")))], ""),
    "reference": ([Criterion("reference", "Patient.practice", (Target("Organization/1"),))], "31"),
    "chain": (
        [Chain("Patient.practice", "Organization", Criterion("token", "Organization.identifier", (Token("ods0"),)))],
        "2",
    ),
    "any of": ([AnyOf((token("identifier", "1", "nhs"), token("gender", "m", "g")))], "31"),
    "ids": ([Ids(("1", "4", "5"))], "41"),
    "updated": ([Updated((Interval("ge", 2001, 2001),))], "432"),
    "quotes are data": ([token("identifier", "' OR 1=1 --")], ""),
}


@pytest.mark.parametrize("case", CASES)
def test_search(people: Store, case: str) -> None:
    conditions, expected = CASES[case]
    assert "".join(ids(people, *conditions)) == expected
    assert people.count(Query("Patient", tuple(conditions))) == len(expected)


@pytest.mark.parametrize(
    ("comparator", "low", "high", "expected"),
    [
        ("eq", 200, 209, "2"),
        ("eq", 100, 309, "321"),
        ("eq", 205, 206, ""),
        ("ne", 200, 209, "31"),
        ("gt", 200, 209, "3"),
        ("gt", 203, 204, "32"),
        ("lt", 200, 209, "1"),
        ("ge", 200, 209, "32"),
        ("le", 200, 209, "21"),
        ("sa", 200, 209, "3"),
        ("sa", 203, 204, "3"),
        ("eb", 200, 209, "1"),
        ("ap", 205, 305, "32"),
    ],
)
def test_date_prefixes(people: Store, comparator: str, low: int, high: int, expected: str) -> None:
    criterion = Criterion("date", "Patient.birthdate", (Interval(comparator, low, high),))  # type: ignore[arg-type]
    assert "".join(ids(people, criterion)) == expected


def test_pages_follow_each_other_and_new_resources_do_not_disturb_them(people: Store) -> None:
    seen: list[str] = []
    before = None
    while page := people.search(Query("Patient", (), 2, before)):
        seen += [match.resource.id for match in page]
        before = page[-1].position
        put(people, patient(100 + len(seen)))
    assert seen == ["4", "3", "2", "1"]


def test_an_update_replaces_its_index_rows(people: Store) -> None:
    put(people, patient(2, 2), IndexRows(tokens=[("Patient.identifier", "22", "nhs")]))
    assert ids(people, token("identifier", "2", "nhs")) == []
    assert ids(people, token("identifier", "22", "nhs")) == ["2"]
    assert ids(people, Criterion("string", "Patient.family", (Text("adamson"),))) == []
    assert ids(people, Criterion("date", "Patient.birthdate", (Interval("ge", 200, 200),))) == ["3"]


def test_targets_of_a_reference(people: Store) -> None:
    positions = [match.position for match in people.search(Query("Patient"))]
    assert people.targets(positions, "Patient.practice") == ["Organization/1", "Organization/0"]
    assert people.targets(positions, "Patient.nothing") == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), max_size=12), st.sampled_from("abc"))
def test_search_agrees_with_a_plain_loop(rows: list[tuple[str, str]], code: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "s.sqlite")
        try:
            for number, (first, second) in enumerate(rows):
                index = IndexRows(tokens=[("Patient.a", first, ""), ("Patient.b", second, "")])
                put(store, patient(number), index)
            found = ids(store, token("a", code, ""), token("b", "x"))
            expected = [str(n) for n, row in enumerate(rows) if row == (code, "x")]
            assert found == expected[::-1]
        finally:
            store.close()


# --- messages ---------------------------------------------------------------------------------------------------------


def message(
    control_id: str = "1", content: bytes = b"MSH|", status: str = "accepted", focus: str | None = None
) -> InboxRow:
    digest = hashlib.sha256(content).digest()
    return InboxRow("mllp", "GP", control_id, digest, 5, status, content, b"ack " + content, focus)


def test_a_message_is_kept_once_and_its_answer_with_it(store: Store) -> None:
    store.submit(lambda tx: tx.receive(message(content=b"\x00\xffMSH"))).result(10)
    assert store.message("mllp", "GP", "1") == message(content=b"\x00\xffMSH")
    for status in ("accepted", "rejected"):
        with pytest.raises(DuplicateMessageError):
            store.submit(lambda tx, status=status: tx.receive(message(status=status))).result(10)
    store.submit(lambda tx: tx.receive(message(status="quarantined"))).result(10)
    store.submit(lambda tx: tx.receive(message("2", status="quarantined"))).result(10)
    assert store.message("mllp", "GP", "2") is None
    assert store.message("fhir", "GP", "1") is None


def test_the_message_that_brought_a_referral(store: Store) -> None:
    for control_id, status in (("1", "rejected"), ("2", "accepted"), ("3", "accepted")):
        row = message(control_id, control_id.encode(), status, "ServiceRequest/1")
        store.submit(lambda tx, row=row: tx.receive(row)).result(10)
    found = store.message_about("mllp", "ServiceRequest/1")
    assert found is not None
    assert found.control_id == "2"
    assert store.message_about("mllp", "ServiceRequest/2") is None


def test_outgoing_messages_wait_in_order_for_the_first(store: Store) -> None:
    def outgoing(control_id: str, destination: str) -> OutboxRow:
        return OutboxRow(destination, control_id, "RRI^I12", "ServiceRequest/1", b"MSH", 1, due=10)

    for control_id, destination in (("1", "a"), ("2", "a"), ("3", "b")):
        row = outgoing(control_id, destination)
        store.submit(lambda tx, row=row: tx.enqueue(row)).result(10)
    assert [row.control_id for row in store.due(9)] == []
    assert [row.control_id for row in store.due(10)] == ["1", "3"]
    first = store.due(10)[0]
    store.submit(lambda tx: tx.settle(first.pk, status="pending", due=20, failure="refused")).result(10)
    assert [row.control_id for row in store.due(10)] == ["3"]
    waiting = store.due(20)[0]
    assert (waiting.control_id, waiting.attempts, waiting.failure) == ("1", 1, "refused")
    store.submit(lambda tx: tx.settle(first.pk, status="dead", due=20, failure="gone")).result(10)
    assert [row.control_id for row in store.due(20)] == ["2", "3"]
    assert [row.control_id for row in store.outbox("dead")] == ["1"]
    assert len(store.outbox()) == 3
    assert store.outbox_counts() == {"dead": 1, "pending": 2}


def test_audit_rows_by_target(store: Store) -> None:
    rows = [AuditRow(1, "r1", "create", "Patient/1/_history/1", "owner", "X26"), AuditRow(2, "r2", "update", "Task/2")]
    for row in rows:
        store.submit(lambda tx, row=row: tx.record(row)).result(10)
    assert store.audit_trail() == rows
    assert store.audit_trail("Task/2") == rows[1:]


# --- the file ---------------------------------------------------------------------------------------------------------


def test_a_closed_store_refuses_and_closing_twice_is_harmless(factory: Factory, tmp_path: Path) -> None:
    store = factory(tmp_path)
    store.close()
    store.close()
    with pytest.raises(RuntimeError):
        store.submit(lambda tx: None)


def test_a_newer_database_and_no_database_are_refused_with_a_reason(tmp_path: Path) -> None:
    newer = tmp_path / "newer.sqlite"
    connection = sqlite3.connect(newer)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(VrfhirError) as caught:
        SqliteStore(newer)
    assert caught.value.issues[0].id == "VR-STORE-0001"
    other = tmp_path / "other.sqlite"
    other.write_bytes(b"this is no database at all, but a text of some length" * 20)
    with pytest.raises(VrfhirError) as caught:
        SqliteStore(other)
    assert caught.value.issues[0].id == "VR-STORE-0002"


def test_one_process_has_the_database(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "s.sqlite")
    with pytest.raises(VrfhirError) as caught:
        SqliteStore(tmp_path / "s.sqlite")
    assert caught.value.issues[0].id == "VR-STORE-0003"
    first.close()
    SqliteStore(tmp_path / "s.sqlite").close()


def test_the_sqlite_file_is_synced_on_every_commit(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.sqlite")
    try:
        connection = store._connections[0]
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    finally:
        store.close()
