"""A worker process that takes longer over one message than any should is ended by the system."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

SCRIPT = """
import time
from datetime import datetime
from vrfhir.server.inbox import workers
workers.LONGEST = {longest}
workers._validator = object()
workers.prepare = lambda *_: time.sleep({takes})
workers._prepare(b"", datetime.now(), "")
time.sleep(0.5)  # longer than the bound: only the message is bounded, not the process
print("done")
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no interval timers on this system")
@pytest.mark.parametrize(("longest", "takes", "ends"), [(0.3, 20, -14), (0.3, 0.01, 0)])
def test_a_message_has_so_long_and_no_longer(longest: float, takes: float, ends: int) -> None:
    script = SCRIPT.format(longest=longest, takes=takes)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == ends, done.stderr
    assert ("done" in done.stdout) is (ends == 0)
