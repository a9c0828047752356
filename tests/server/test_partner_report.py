"""The statistics of an endpoint by partner, and its unknown codes as work: listed, answered into the file, gone, used both ways."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from talking import Client

from vrfhir.cli import main
from vrfhir.hl7v2 import Message, parse
from vrfhir.mappers import Partner, to_fhir, to_hl7v2
from vrfhir.transport import Peer

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
ROUTINE = b"|R^Routine^HL70280|"
PEER = Peer("127.0.0.1", 1)
GP = 'id = "gp-system"\n\n[endpoint]\nnames = ["GPSYS|A81001"]\n'


@pytest.fixture
def gp(tmp_path: Path) -> Path:
    path = tmp_path / "gp.toml"
    path.write_text(GP, encoding="utf-8")
    return path


def message(number: int, priority: bytes = b"|2WW^Two weeks^99PAS|") -> bytes:
    data = REF.replace(ROUTINE, priority).replace(b"MSG00001", b"M%d" % number)
    return data.replace(b"REF-2026-0001", b"R%d" % number)


def take(client: Client, data: bytes) -> Message:
    return parse(client.run(client.app.services.gateway.handle(data, PEER)))


def report(client: Client, capsys: Any, *files: Path) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    database = str(client.app.endpoint.settings.database)
    code = main(["partner", "report", "--database", database, "--json", *map(str, files)])
    return code, json.loads(capsys.readouterr().out)


def test_every_concluded_message_is_counted_for_its_partner(
    make_client: Callable[..., Client], gp: Path, capsys: Any
) -> None:
    client = make_client(partner_files=(gp,))
    for number in (1, 2):
        assert take(client, message(number)).value("MSA-1") == "AA"
    assert take(client, message(2)).value("MSA-1") == "AA", "the same again"
    assert take(client, message(3).replace(b"9990548609", b"9990548608")).value("MSA-1") == "AE"
    code, told = report(client, capsys)
    rows = {(row["kind"], row["status"]): row for row in told["messages"]}
    assert {key: row["messages"] for key, row in rows.items()} == {
        ("REF^I12", "accepted"): 2,
        ("REF^I12", "rejected"): 1,
    }
    counts = to_fhir(message(1), partner=Partner.load(gp)).ledger.counts()
    accepted = rows["REF^I12", "accepted"]
    assert {name: accepted[name] for name in counts} == {name: 2 * number for name, number in counts.items()}
    assert {row["partner"] for row in rows.values()} == {"gp-system"}
    assert [(c["table"], c["code"], c["name"], c["times"]) for c in told["codes"]] == [("0280", "2WW", "99PAS", 3)]
    assert code == 1


def test_the_report_for_people_says_what_can_be_answered(
    make_client: Callable[..., Client], gp: Path, capsys: Any
) -> None:
    client = make_client(partner_files=(gp,))
    take(client, message(1))
    capsys.readouterr()
    assert main(["partner", "report", "--database", str(client.app.endpoint.settings.database)]) == 1
    shown = capsys.readouterr().out
    assert 'to = ""  # 1 times; one of: routine | urgent | asap | stat' in shown
    assert shown.splitlines()[1].split()[:4] == ["gp-system", "REF^I12", "accepted", "1"]
    assert "Driver" not in shown


def test_an_answer_takes_the_work_off_the_list_and_holds_both_ways(
    make_client: Callable[..., Client], gp: Path, capsys: Any
) -> None:
    client = make_client(partner_files=(gp,))
    take(client, message(1))
    answer = ["partner", "answer", str(gp), "--table", "0280", "--code", "2WW", "--name", "99PAS", "--to"]
    assert main([*answer, "soon"]) == 2
    assert "VR-CLI-0511" in capsys.readouterr().err
    assert gp.read_text("utf-8") == GP
    assert main([*answer, "urgent"]) == 0
    assert gp.read_text("utf-8").startswith(GP)
    assert main([*answer, "stat"]) == 2
    assert "VR-CLI-0512" in capsys.readouterr().err
    assert report(client, capsys, gp) == (0, {"messages": report(client, capsys, gp)[1]["messages"], "codes": []})
    partner = Partner.load(gp)
    bundle = to_fhir(message(2), partner=partner).bundle
    (referral,) = (e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "ServiceRequest")
    assert referral["priority"] == "urgent"
    written = parse(to_hl7v2(bundle, partner=partner, version="2.5.1").message)
    assert (written.value("RF1-2.1"), written.value("RF1-2.3")) == ("2WW", "99PAS")


def test_texts_where_codes_should_be_do_not_fill_the_list(
    make_client: Callable[..., Client], gp: Path, monkeypatch: Any, capsys: Any
) -> None:
    from vrfhir.server.store import writing

    monkeypatch.setattr(writing, "_SEEN_FIRST", writing._SEEN_FIRST.replace("10000", "2"))
    client = make_client(partner_files=(gp,))
    take(client, message(0, b"|" + b"x" * 300 + b"|"))
    for number in range(1, 5):
        take(client, message(number, b"|N%d|" % number))
    assert {code["code"] for code in report(client, capsys)[1]["codes"]} == {"N1", "N2"}


def test_an_older_database_gets_its_statistics_from_an_endpoint(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "old.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript("CREATE TABLE inbox (pk, partner); CREATE TABLE outbox (pk)")
    connection.close()
    assert main(["partner", "report", "--database", str(path)]) == 2
    assert "VR-STORE-0004" in capsys.readouterr().err


def test_a_partner_file_that_cannot_be_replaced_stays(gp: Path, monkeypatch: Any, capsys: Any) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert main(["partner", "answer", str(gp), "--table", "0280", "--code", "2WW", "--to", "urgent"]) == 2
    assert "VR-CLI-0513" in capsys.readouterr().err
    assert gp.read_text("utf-8") == GP
    assert [path.name for path in gp.parent.iterdir()] == ["gp.toml"]


def test_every_table_that_codes_are_asked_about_has_its_meanings() -> None:
    from vrfhir.cli.partner_work import meanings
    from vrfhir.mappers.vocabulary import _load, code_map

    for name in _load("code-maps")["maps"]:
        codes = code_map(name)
        if codes.table and not codes.system and name != "mime-type":
            assert set(codes.codes.values()) <= set(meanings(codes.table)), name
