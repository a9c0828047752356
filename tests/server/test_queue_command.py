"""``vrfhir queue`` beside a running endpoint: what failed is seen, looked at, and put back."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from served import Served

from vrfhir.cli import main

REF = Path(__file__).parent / "data" / "ref-i12-driver.hl7"


def states(database: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[tuple[str, str, str]]:
    capsys.readouterr()
    main(["queue", "--database", str(database), "--json", *options])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [(row["id"], row["status"], row["reason"]) for row in rows]


def test_failed_messages_are_an_operators(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database, wrong = tmp_path / "queue.sqlite", tmp_path / "wrong.hl7"
    wrong.write_bytes(REF.read_bytes().replace(b"9990548609", b"9990548608"))
    served = Served(database, "--acknowledge", "*=stored", "--workers", "0")
    try:
        assert main(["send", str(wrong), "--to", "mllp://{}:{}".format(*served.mllp)]) == 0
        failed = [("in:1", "failed", "VR-REFERRAL-0003")]
        deadline = time.monotonic() + 30
        while states(database, capsys) != failed and time.monotonic() < deadline:
            time.sleep(0.1)
        assert main(["queue", "--database", str(database)]) == 1
        assert "in:1" in capsys.readouterr().out
        assert main(["queue", "--database", str(database), "--show", "in:1"]) == 0
        assert capsys.readouterr().out.startswith("MSH|")
        assert main(["queue", "--database", str(database), "--retry", "in:1", "out:1"]) == 1
        out, err = capsys.readouterr()
        assert out == "1 put back\n"
        assert "out:1 is not a failed, parked or dead message" in err
        while states(database, capsys) != failed and time.monotonic() < deadline:
            time.sleep(0.1)
        assert states(database, capsys, "--status", "failed") == failed
    finally:
        assert served.stop() == 0
    assert main(["queue", "--database", str(database), "--show", "in:99"]) == 1


@pytest.mark.parametrize(("options", "rule"), [(["--retry", "7"], "VR-CLI-0503"), (["--show", "in:x"], "VR-CLI-0503")])
def test_names(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], rule: str) -> None:
    from vrfhir.server.store import SqliteStore

    SqliteStore(tmp_path / "empty.sqlite").close()
    assert main(["queue", "--database", str(tmp_path / "empty.sqlite"), *options]) == 2
    assert rule in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        main(["queue", "--database", str(tmp_path / "empty.sqlite"), "--status", "faild"])
    assert ended.value.code == 2
    assert "failed" in capsys.readouterr().err
    assert main(["queue", "--database", str(tmp_path / "empty.sqlite")]) == 0
    assert capsys.readouterr().out == "Nothing.\n"


def test_no_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path / "missing.sqlite", tmp_path):
        assert main(["queue", "--database", str(path)]) == 2
        assert "VR-STORE-0004" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
