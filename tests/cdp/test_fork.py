"""Servers fork. A child process has its parent's memory but none of its threads, and still works, over connections of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.cdp.servers import sending, serving, well
from tests.cdp.test_wire import SLOW

CHILD = """
import os, sys, time
from orders.cdp.errors import CdpError, TimedOut
from orders.cdp.transport import Deadline, Limits, Transport

well, slow = sys.argv[1:]
transport = Transport(Limits(call=0.5))

def get(url):
    return transport.get(url, "/v2/x", "Basic eDp5", Deadline.after(5), count=lambda: None)

assert get(well) == b"{}"
assert transport.side_by_side([os.getpid] * 3, Deadline.after(5)) == [os.getpid()] * 3
child = os.fork()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
status = 1
try:
    assert get(well) == b"{}"
    assert transport.side_by_side([os.getpid] * 3, Deadline.after(5)) == [os.getpid()] * 3
    began = time.monotonic()
    try:
        get(slow)
    except TimedOut:
        status = 0 if time.monotonic() - began < 2 else 2
finally:
    os._exit(status)
"""


def test_a_forked_worker_goes_on_over_connections_of_its_own() -> None:
    with serving(sending(well(b"{}"))) as quick, serving(SLOW["headers without end"]) as slow:
        done = subprocess.run(
            [sys.executable, "-c", CHILD, quick.url, slow.url],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            capture_output=True,
            timeout=20,
            check=False,
        )
    assert done.returncode == 0, done.stderr.decode()
    assert quick.connections == 2  # the child left the parent's connection alone
