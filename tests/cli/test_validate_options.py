"""What ``vrfhir validate`` and ``vrfhir explain`` can be asked for: outputs, thresholds, baselines, inputs, processes."""

from __future__ import annotations

import gzip
import io
import json
import os
import pty
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vrfhir.cli import archives, checking, main
from vrfhir.cli.checking import Checking, check_all
from vrfhir.cli.inputs import Item
from vrfhir.validation import Validator

GOOD = '{"resourceType": "Patient", "id": "p", "name": [{"family": "Example"}]}'
BAD = '{"resourceType": "Patient",\n "gender": "fmale"}'
WARNS = '{"resourceType": "Patient", "name": [{"family": " Example"}]}'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a good, a bad and a doubtful file."""
    monkeypatch.chdir(tmp_path)
    for name, text in (("good", GOOD), ("bad", BAD), ("warns", WARNS)):
        (tmp_path / f"{name}.json").write_text(text)
    return tmp_path


def out(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["validate", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_several_outputs_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["r.sarif", "r.xml", "r.html", "r.outcome.json", "r.txt", "json:r.anything"]
    options = [each for name in names for each in ("--output", name)]
    code, text, _ = out(capsys, "bad.json", "good.json", *options)
    assert code == 1
    assert (folder / "r.txt").read_text() == text
    assert json.loads((folder / "r.sarif").read_text())["version"] == "2.1.0"
    assert json.loads((folder / "r.outcome.json").read_text())["resourceType"] == "Bundle"
    assert [each["source"] for each in json.loads((folder / "r.anything").read_text())["reports"]] == [
        "bad.json",
        "good.json",
    ]
    assert (folder / "r.html").read_text().startswith("<!DOCTYPE html>")
    assert (folder / "r.xml").read_text().startswith("<?xml")


def test_a_format_on_standard_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("json", "operation-outcome", "sarif"):
        code, text, _ = out(capsys, "bad.json", "--format", name)
        assert code == 1
        json.loads(text)


def test_outputs_that_cannot_be_written_or_are_not_understood(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, problem = out(capsys, "bad.json", "--output", "r.pdf")
    assert (code, "VR-CLI-0010" in problem) == (2, True)
    code, _, problem = out(capsys, "bad.json", "--output", "none/r.json")
    assert (code, "VR-CLI-0008" in problem) == (2, True)


@pytest.mark.parametrize(
    ("file", "fail_on", "code"),
    [
        ("bad.json", "error", 1),
        ("bad.json", "never", 0),
        ("warns.json", "error", 0),
        ("warns.json", "warning", 1),
        ("good.json", "warning", 0),
    ],
)
def test_what_fails(folder: Path, file: str, fail_on: str, code: int) -> None:
    assert main(["validate", file, "--fail-on", fail_on]) == code


def test_lines_of_the_input_can_be_left_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert '"gender": "fmale"' in out(capsys, "bad.json")[1]
    assert '"gender": "fmale"' not in out(capsys, "bad.json", "--no-source")[1]


def test_a_baseline_accepts_what_is_known_and_tells_what_is_stale(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = ["--baseline", "known.json"]
    assert out(capsys, "bad.json", "warns.json", *baseline, "--write-baseline")[:2] == (
        0,
        "known.json: 3 issues accepted\n",
    )
    code, text, _ = out(capsys, "bad.json", "warns.json", *baseline, "--fail-on", "warning")
    assert (code, "3 issues accepted by the baseline" in text) == (0, True)
    # elsewhere in the file: still the same issue
    (folder / "bad.json").write_text('{"resourceType": "Patient",\n\n "active": true, "gender": "fmale"}')
    assert out(capsys, "bad.json", *baseline)[0] == 0
    # another content at the place: a new issue, and the old one is stale
    (folder / "bad.json").write_text('{"resourceType": "Patient", "gender": "femal"}')
    code, text, _ = out(capsys, "bad.json", *baseline)
    assert code == 1
    assert "stale in the baseline: bad.json: Patient.gender [Terminology_TX_NoValid_16]" in text
    # the same issue twice is not accepted twice
    (folder / "twice.json").write_text('{"resourceType": "Patient", "name": [{"use": "x"}, {"use": "x"}]}')
    # what is said of a whole object does not hang on the rest of it
    (folder / "odd.json").write_text('{"resourceType": "Observation", "status": "final"}')
    odd = ["odd.json", "--baseline", "odd-known.json"]
    assert out(capsys, *odd, "--write-baseline")[0] == 0
    (folder / "odd.json").write_text('{"resourceType": "Observation", "status": "amended"}')
    assert out(capsys, *odd)[0] == 0
    # files not checked are not stale, files that are gone are
    (folder / "bad.json").write_text(GOOD)
    (folder / "warns.json").unlink()
    stale = json.loads(out(capsys, "good.json", *baseline, "--json")[1])["stale"]
    assert [each.partition(":")[0] for each in stale] == ["warns.json"]


def test_baselines_are_relative_to_their_own_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ci").mkdir()
    main(["validate", "bad.json", "--baseline", "ci/known.json", "--write-baseline"])
    assert json.loads((folder / "ci" / "known.json").read_text())["issues"][0]["file"] == "../bad.json"
    assert main(["validate", str(folder / "bad.json"), "--baseline", str(folder / "ci" / "known.json")]) == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"vrfhir-baseline": 2}',
        '{"vrfhir-baseline": 1, "issues": [1]}',
        '{"vrfhir-baseline": 1, "issues": [{"file": "a", "rule": "b", "path": "c", "content": "d", "count": "x"}]}',
        "[" * 100_000,
    ],
)
def test_what_is_no_baseline_is_refused(folder: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (folder / "known.json").write_text(text)
    code, _, problem = out(capsys, "bad.json", "--baseline", "known.json")
    assert (code, "VR-CLI-0007" in problem) == (2, True)
    assert out(capsys, "bad.json", "--baseline", "nowhere.json")[0] == 2
    assert out(capsys, "bad.json", "--write-baseline")[0] == 2


def test_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    code, text, _ = out(capsys, "-", "good.json")
    assert (code, text.splitlines()[0]) == (1, "<stdin>: not valid (2 errors)")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"resourceType": "Patient"}' + b" " * 100)))
    code, text, _ = out(capsys, "-", "--max-bytes", "50")
    assert (code, "VR-CLI-0005" in text) == (1, True)


def archive(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


PROFILE: dict[str, Any] = {
    "resourceType": "StructureDefinition",
    "url": "https://clinic.example/StructureDefinition/named-patient",
    "name": "NamedPatient",
    "status": "active",
    "kind": "resource",
    "abstract": False,
    "type": "Patient",
    "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Patient",
    "derivation": "constraint",
    "differential": {"element": [{"id": "Patient.name", "path": "Patient.name", "min": 1}]},
}


def test_a_package_and_its_examples(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claimed = {"resourceType": "Patient", "meta": {"profile": [PROFILE["url"]]}, "active": True}
    archive(
        folder / "clinic.tgz",
        {
            "package/package.json": b'{"name": "clinic.example", "version": "1.0.0", "fhirVersions": ["4.0.1"]}',
            "package/.index.json": b"{}",
            "package/StructureDefinition-named-patient.json": json.dumps(PROFILE).encode(),
            "package/example/Patient-1.json": json.dumps(claimed).encode(),
            "package/example/Patient-2.xml": b'<Patient xmlns="http://hl7.org/fhir"><gender value="x"/></Patient>',
            "package/other/spec.json": b"{}",
        },
    )
    code, text, _ = out(capsys, "clinic.tgz", "--json")
    rows = {each["source"]: each for each in json.loads(text)["reports"]}
    assert code == 1
    assert list(rows) == [
        "clinic.tgz/package/StructureDefinition-named-patient.json",
        "clinic.tgz/package/example/Patient-1.json",
        "clinic.tgz/package/example/Patient-2.xml",
    ]
    found = [each["id"] for each in rows["clinic.tgz/package/example/Patient-1.json"]["issues"]]
    assert found == ["Validation_VAL_Profile_Minimum"]  # the package's own profile was applied
    assert not rows["clinic.tgz/package/example/Patient-2.xml"]["valid"]


def test_archives_that_are_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.tgz").write_bytes(b"no archive")
    (folder / "b.tgz").write_bytes(gzip.compress(b"no tar file" * 100))
    whole = archive(folder / "c.tgz", {"package/Patient-1.json": GOOD.encode() + b" " * 5000}).read_bytes()
    (folder / "c.tgz").write_bytes(whole[: len(whole) // 2])
    for name in ("a.tgz", "b.tgz", "c.tgz"):
        code, text, _ = out(capsys, name)
        assert (code, "VR-CLI-0006" in text) == (1, True), name
    archive(folder / "d.tgz", {"package/Patient-1.json": GOOD.encode()})
    code, text, _ = out(capsys, "d.tgz", "--max-bytes", "10")
    assert (code, "VR-CLI-0005" in text) == (1, True)


def test_a_small_archive_that_unpacks_to_much(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_MAX_UNPACKED", 100_000)
    archive(folder / "bomb.tgz", {f"package/Patient-{n}.json": GOOD.encode() + b" " * 50_000 for n in range(9)})
    code, text, _ = out(capsys, "bomb.tgz", "--no-source")
    assert (code, "VR-CLI-0006" in text) == (1, True)
    assert len(text) < 2_000


def test_a_file_too_large_is_refused_without_being_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (folder / "huge.json").open("wb") as file:
        file.truncate(1 << 30)
    started = time.monotonic()
    code, text, _ = out(capsys, "huge.json")
    assert (code, "huge.json: not valid (1 fatal)" in text, "VR-CLI-0005" in text) == (1, True, True)
    assert time.monotonic() - started < 5


def test_long_ndjson_lines_are_passed_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rows.ndjson").write_text(GOOD + "\n" + '{"x": "' + "y" * 9_000 + '"}\n' + BAD.replace("\n", "") + "\n")
    code, text, _ = out(capsys, "rows.ndjson", "--max-bytes", "1000", "--json")
    rows = json.loads(text)["reports"]
    assert code == 1
    assert [(each["source"], [issue["id"] for issue in each["issues"]]) for each in rows] == [
        ("rows.ndjson:1", []),
        ("rows.ndjson:2", ["VR-CLI-0005"]),
        ("rows.ndjson:3", ["Terminology_TX_NoValid_16", "UNABLE_TO_INFER_CODESYSTEM"]),
    ]
    assert rows[2]["issues"][0]["line"] == 1


def test_wrong_numbers_are_refused(folder: Path) -> None:
    for options in (["-j", "-1"], ["-j", "x"], ["--max-bytes", "0"]):
        with pytest.raises(SystemExit) as stopped:
            main(["validate", "good.json", *options])
        assert stopped.value.code == 2


def test_best_practice_is_an_option(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for each in ("ignore", "hint", "warning", "error"):
        code, text, _ = out(capsys, "good.json", "--best-practice", each, "--json")
        said.append((code, [(row["severity"], row["id"]) for row in json.loads(text)["reports"][0]["issues"]]))
    rule = "http://hl7.org/fhir/StructureDefinition/DomainResource#dom-6"
    assert said == [(0, []), (0, [("information", rule)]), (0, [("warning", rule)]), (1, [("error", rule)])]


def test_file_names_that_are_no_text(folder: Path) -> None:
    name = os.fsdecode(b"caf\xe9.json")
    (folder / name).write_text(BAD)
    for format_ in ("text", "json", "operation-outcome", "sarif", "junit", "html"):
        done = subprocess.run(
            [sys.executable, "-m", "vrfhir", "validate", name, "--format", format_, "--output", f"{format_}:out"],
            cwd=folder,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (1, b""), format_
        assert (folder / "out").read_bytes()


# Several processes


def plain(found: Any) -> list[Any]:
    return [(each.report.to_dict(), each.file, each.first_line, each.excerpts, each.fingerprints) for each in found]


rows = st.lists(
    st.one_of(
        st.sampled_from(
            [GOOD, BAD, WARNS, "{", "", '{"resourceType": "Nothing"}', '{"resourceType": "Patient", "a": 1}']
        ),
        st.builds(lambda word: json.dumps({"resourceType": "Patient", "gender": word}), st.text(max_size=8)),
    ),
    max_size=90,
)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=rows)
def test_many_processes_find_the_same_in_the_same_order(texts: list[str]) -> None:
    how = Checking(max_bytes=10_000, with_fingerprints=True)
    items = [Item(f"x:{number}", "x", text.encode(), number) for number, text in enumerate(texts, 1)]
    one = plain(check_all(Validator(), items, how, 1))
    two = plain(check_all(Validator(), items, how, 2))
    assert one == two
    assert len(one) == len(texts)


def test_processes_print_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rows.ndjson").write_text("\n".join([GOOD, BAD.replace("\n", "")] * 50))
    serial = out(capsys, ".", "-j", "1")
    assert out(capsys, ".", "-j", "2") == serial
    assert serial[0] == 1


def test_what_a_process_cannot_read_ends_the_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real = checking.read_file("good.json", 10_000)
    assert real.data == GOOD.encode()
    items = [Item("gone.json", "gone.json")]
    with pytest.raises(Exception, match="cannot be read"):
        list(check_all(Validator(), items, Checking(max_bytes=100), 2))


# A terminal


def on_a_terminal(folder: Path, *arguments: str, **environment: str) -> str:
    """What the command writes when both outputs are a terminal."""
    leader, follower = pty.openpty()
    base = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "vrfhir", "validate", *arguments],
        cwd=folder,
        stdout=follower,
        stderr=follower,
        env=base | {"TERM": "xterm", **environment},
    )
    os.close(follower)
    written = b""
    try:
        while chunk := os.read(leader, 65_536):
            written += chunk
    except OSError:  # the other end is closed
        pass
    process.wait(60)
    os.close(leader)
    return written.decode()


def test_colour_only_on_a_terminal(folder: Path) -> None:
    assert "\x1b[31merror" in on_a_terminal(folder, "bad.json")
    assert "\x1b" not in on_a_terminal(folder, "bad.json", NO_COLOR="1")


def test_long_runs_show_how_far_they_are(folder: Path) -> None:
    (folder / "rows.ndjson").write_text((BAD.replace("\n", "") + "\n") * 12_000)
    text = on_a_terminal(folder, "rows.ndjson", "good.json", "--no-source")
    assert "checking" in text
    assert text.index("checking") < text.index("not valid")
    assert "12001 checked, 12000 not valid" in text


# explain


def test_explain_says_what_a_rule_means(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "Terminology_TX_NoValid_16"]) == 0
    first = capsys.readouterr().out
    for part in ("(error)", "Clause: https://hl7.org/fhir/R4/", "Wrong:", "Right:"):
        assert part in first
    assert main(["validate", "--explain", "Terminology_TX_NoValid_16"]) == 0
    assert capsys.readouterr().out == first


def test_explain_takes_an_example_that_ships_with_the_profiles(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "vr-prescription-5", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["wrong"].startswith("conformance/invalid/vr-prescription-5")
    assert row["right"].startswith("examples/")


@pytest.mark.parametrize("rule", ["VR-CLI-0001", "VR-VALIDATE-0001"])
def test_explain_knows_our_own_ids(capsys: pytest.CaptureFixture[str], rule: str) -> None:
    assert main(["explain", rule]) == 0
    assert capsys.readouterr().out.startswith(rule)


def test_explain_names_the_nearest_of_an_unknown_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "vr-perscription-5"]) == 2
    assert "Nearest: vr-prescription-5" in capsys.readouterr().err
