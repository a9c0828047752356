"""MLLP is closed to strangers: loopback, or the peers that were named."""

from __future__ import annotations

from pathlib import Path

import pytest

from vrfhir.errors import VrfhirError
from vrfhir.server.settings import Settings


def _settings(tmp_path: Path, **given: object) -> Settings:
    return Settings(database=tmp_path / "x.sqlite", mllp_port=0, **given)  # type: ignore[arg-type]


def test_a_listener_for_strangers_needs_its_peers_named(tmp_path: Path) -> None:
    with pytest.raises(VrfhirError) as refused:
        _settings(tmp_path, mllp_host="0.0.0.0").require_safe()
    assert refused.value.issues[0].id == "VR-SERVER-0001"
    _settings(tmp_path, mllp_host="0.0.0.0", mllp_peers=("192.0.2.0/24",)).require_safe()


@pytest.mark.parametrize(
    ("host", "admitted"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.0.2.77", True),
        ("::ffff:192.0.2.77", True),
        ("192.0.3.1", False),
        ("2001:db8::1", False),
        ("not an address", False),
    ],
)
def test_only_named_peers_are_admitted(tmp_path: Path, host: str, admitted: bool) -> None:
    assert _settings(tmp_path, mllp_peers=("192.0.2.0/24",)).admits(host) is admitted


def test_a_network_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        _settings(tmp_path, mllp_peers=("192.0.2.0/240",))
