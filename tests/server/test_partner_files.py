"""Partner files at the endpoint: who is let in, how each is read, answered and addressed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from talking import Client

from vrfhir.errors import VrfhirError
from vrfhir.hl7v2 import Message, parse
from vrfhir.server import Settings
from vrfhir.server.correspondents import Correspondents
from vrfhir.transport import Peer

REF = (Path(__file__).parent / "data" / "ref-i12-driver.hl7").read_bytes()
PEER = Peer("127.0.0.1", 1)

GP = """
id = "gp-system"
[message]
charset = "iso-8859-2"
time_zone = "Europe/Lisbon"
[[authority]]
namespace = "GPX"
kind = "patient"
system = "https://gp.example/id/patient"
[[code]]
table = "0280"
code = "SOON"
to = "urgent"
[endpoint]
names = ["GPSYS|A81001"]
"""


def partner(folder: Path, text: str, name: str = "gp.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def take(client: Client, data: bytes, peer: Peer = PEER) -> Message:
    return parse(client.run(client.app.services.gateway.handle(data, peer)))


def from_(sender: str, facility: str, control_id: str = "MSG00001") -> bytes:
    data = REF.replace(b"GPSYS|A81001", f"{sender}|{facility}".encode(), 1)
    return data.replace(b"MSG00001", control_id.encode()).replace(b"REF-2026-0001", f"R-{control_id}".encode())


def test_a_message_is_read_as_the_file_of_its_sender_says(make_client: Callable[..., Client], tmp_path: Path) -> None:
    client = make_client(partner_files=(partner(tmp_path, GP),))
    lines = REF.decode().split("\r")
    lines = [line.replace("^^^NHS^NH", "^^^NHS^NH~77^^^GPX^PI").replace("Driver^John", "Dřevo^Jan") for line in lines]
    fields = lines[0].split("|")
    fields += [""] * (18 - len(fields))
    fields[17] = ""
    lines[0] = "|".join(fields)
    rf1 = next(number for number, line in enumerate(lines) if line.startswith("RF1"))
    parts = lines[rf1].split("|")
    parts[2] = "SOON"
    lines[rf1] = "|".join(parts)
    answer = take(client, "\r".join(lines).encode("iso-8859-2"))
    assert answer.value("MSA-1") == "AA", answer.encode()
    (found,) = client.get("Patient?identifier=https://gp.example/id/patient|77").json()["entry"]
    assert found["resource"]["name"][0]["family"] == "Dřevo"
    (referral,) = client.get("ServiceRequest").json()["entry"]
    assert referral["resource"]["priority"] == "urgent"
    row = client.app.endpoint.store.message("mllp", "GPSYS|A81001", "MSG00001")
    assert row is not None
    assert row.partner == "gp-system"
    device = next(e["resource"] for e in client.get("Device").json()["entry"] if "gp-system" in str(e["resource"]))
    assert device["version"][-1] == {"type": {"text": "partner"}, "value": "gp-system"}


def test_workers_read_with_the_file_too(tmp_path: Path) -> None:
    import asyncio
    from datetime import UTC, datetime

    from vrfhir.server.inbox import Pool

    known = Correspondents.of(Settings(partner_files=(partner(tmp_path, GP),)))

    async def story() -> list[Any]:
        pool = Pool(1, known.partners)
        try:
            now = datetime(2026, 11, 20, tzinfo=UTC)
            return [await pool.prepare(REF, now, name) for name in ("gp-system", "")]
        finally:
            pool.close()

    own, other = asyncio.run(story())
    assert "gp-system" in str(own.bundle)
    assert "gp-system" not in str(other.bundle)


def test_a_stranger_is_refused_where_there_are_partner_files(
    make_client: Callable[..., Client], tmp_path: Path
) -> None:
    client = make_client(partner_files=(partner(tmp_path, GP),))
    answer = take(client, from_("OTHER", "B81002"))
    assert (answer.value("MSA-1"), answer.value("ERR-5")) == ("AR", "VR-GATEWAY-0005")
    assert client.get("Task?_summary=count").json()["total"] == 0
    (kept,) = client.app.endpoint.store.inbox("quarantined")
    assert (kept.sender, kept.failure) == ("OTHER|B81002", "VR-GATEWAY-0005")
    assert take(client, REF).value("MSA-1") == "AA"


@pytest.mark.parametrize(("more", "settings"), [("", {"unknown_senders": "default"}), ('"*"', {})])
def test_a_declared_default_lets_strangers_in(
    make_client: Callable[..., Client], tmp_path: Path, more: str, settings: dict[str, Any]
) -> None:
    text = GP.replace('names = ["GPSYS|A81001"]', f'names = ["GPSYS|A81001", {more}]')
    client = make_client(partner_files=(partner(tmp_path, text),), **settings)
    assert take(client, from_("OTHER", "B81002")).value("MSA-1") == "AA"


def test_without_partner_files_strangers_may_be_refused_too(make_client: Callable[..., Client]) -> None:
    assert take(make_client(unknown_senders="refuse"), REF).value("ERR-5") == "VR-GATEWAY-0005"


def test_types_that_were_not_agreed_are_refused_and_kept(make_client: Callable[..., Client], tmp_path: Path) -> None:
    client = make_client(partner_files=(partner(tmp_path, GP + 'takes = ["ADT"]\n'),))
    answer = take(client, REF)
    assert (answer.value("MSA-1"), answer.value("ERR-5")) == ("AR", "VR-GATEWAY-0007")
    assert [row.failure for row in client.app.endpoint.store.inbox("rejected")] == ["VR-GATEWAY-0007"]


def certificate(name: str) -> dict[str, Any]:
    return {"subject": ((("commonName", name),),), "subjectAltName": (("DNS", name),)}


def test_a_sender_with_a_certificate_must_show_it(make_client: Callable[..., Client], tmp_path: Path) -> None:
    client = make_client(partner_files=(partner(tmp_path, GP + 'certificates = ["GP.example"]\n'),))
    assert take(client, REF).value("ERR-5") == "VR-GATEWAY-0006"
    assert take(client, REF, PEER._replace(certificate=certificate("other.example"))).value("MSA-1") == "AR"
    assert take(client, REF, PEER._replace(certificate=certificate("gp.example"))).value("MSA-1") == "AA"
    again = from_("GPSYS", "A81001", "MSG00002")
    assert take(client, again, PEER._replace(organisation="A81001")).value("MSA-1") == "AA"


def test_two_partners_of_one_name_are_told_apart_by_certificate(tmp_path: Path) -> None:
    partner(tmp_path, GP + 'certificates = ["one.example"]\n', "one.toml")
    partner(tmp_path, GP.replace("gp-system", "two") + 'certificates = ["two.example"]\n', "two.toml")
    known = Correspondents.of(Settings(partner_files=(tmp_path,)))
    shown = [known.who("GPSYS|A81001", PEER._replace(certificate=certificate(f"{n}.example"))) for n in ("one", "two")]
    assert [each.id for each in shown if each] == ["gp-system", "two"]


def test_address_and_time_of_the_answer(make_client: Callable[..., Client], tmp_path: Path) -> None:
    text = GP + 'address = "mllps://gp.example:2576"\nacknowledge = "stored"\n'
    known = make_client(partner_files=(partner(tmp_path, text),)).app.endpoint.correspondents
    assert known.address_of("GPSYS|A81001") == ("gp.example", 2576, True)
    assert known.address_of("OTHER|X") is None
    assert known.any_over_tls
    gp = known.who("GPSYS|A81001")
    assert gp is not None
    assert known.acknowledges("GPSYS|A81001", gp) == "stored"
    settings = Settings(partner_files=(tmp_path,), acknowledgement={"A81001": "processed"}, partners={"A81001": "h:1"})
    ours = Correspondents.of(settings)
    assert (ours.acknowledges("GPSYS|A81001", gp), ours.address_of("GPSYS|A81001")) == ("processed", ("h", 1, False))


def test_the_mode_of_the_mapping_part_counts_where_the_endpoint_part_is_silent(tmp_path: Path) -> None:
    text = GP.replace("[message]", '[message]\nacknowledgement = "enhanced"')
    known = Correspondents.of(Settings(partner_files=(partner(tmp_path, text),)))
    gp = known.who("GPSYS|A81001")
    assert gp is not None
    assert known.acknowledges("GPSYS|A81001", gp) == "enhanced"


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        GP.replace('names = ["GPSYS|A81001"]', ""),
        GP + "adress = 'x:1'\n",
        GP + "address = 'nowhere'\n",
        GP + "acknowledge = 'never'\n",
        GP + "takes = 'REF'\n",
        GP.replace("[endpoint]", "[ending]"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(VrfhirError) as raised:
        Correspondents.of(Settings(partner_files=(partner(tmp_path, text),)))
    assert [issue.id for issue in raised.value.issues] == ["VR-V2-0801"]


def test_files_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    partner(tmp_path, GP, "one.toml")
    partner(tmp_path, GP.replace("gp-system", "two"), "two.toml")
    with pytest.raises(VrfhirError):
        Correspondents.of(Settings(partner_files=(tmp_path,)))
    with pytest.raises(VrfhirError):
        Correspondents.of(Settings(partner_files=(tmp_path / "one.toml", tmp_path / "one.toml")))
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(VrfhirError):
        Correspondents.of(Settings(partner_files=(empty,)))


def test_files_and_addresses_on_the_command_line(tmp_path: Path) -> None:
    import argparse

    from vrfhir.cli import serve

    path = partner(tmp_path, GP)
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    options = ["--partner", str(path), "--partner", "X|Y=h:1", "--unknown-senders", "default"]
    settings = serve._settings(parser.parse_args(options))
    assert (settings.partner_files, settings.partners) == ((path,), {"X|Y": "h:1"})
    assert settings.unknown_senders == "default"
