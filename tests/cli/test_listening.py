"""The socket of the endpoint: free of Nagle's delay, and a port in use is an error with a hint."""

from __future__ import annotations

import socket

import pytest

from vrfhir.cli.serve import _bound
from vrfhir.errors import VrfhirError


def test_answers_are_not_held_back_for_the_delayed_acknowledgement() -> None:
    """asyncio switches Nagle's algorithm off only on sockets that name their protocol: 40 ms an answer otherwise."""
    with _bound("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_a_port_in_use_says_which_and_what_to_do() -> None:
    with _bound("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(VrfhirError) as refused:
            _bound("127.0.0.1", port)
    issue = refused.value.issues[0]
    assert issue.id == "VR-SERVER-0004"
    assert str(port) in issue.text
    assert "--port" in issue.hint
