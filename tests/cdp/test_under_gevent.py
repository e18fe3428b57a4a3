"""The server's gevent replaces sockets, locks and threads: the rules tested in these files hold under it too."""

from __future__ import annotations

import subprocess
import sys

from tests.live import PROJECT

PATCHED = "from gevent import monkey; monkey.patch_all(); import sys, pytest; sys.exit(pytest.main(sys.argv[1:]))"
HERE = ["test_wire.py", "test_tls.py", "test_fanout.py", "test_address_fallback.py"]


def test_the_rules_of_the_wire_hold_under_gevent() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PATCHED, "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *(f"tests/cdp/{name}" for name in HERE)],
        cwd=PROJECT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout
