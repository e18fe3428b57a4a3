"""Change how gunicorn handles SIGHUP and SIGUSR2, so that it behaves as docs/operating.md says."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import Any

NOT_RELOADED = (
    "SIGHUP changes nothing: settings and keys are read at the start. Restart, or start a successor by SIGUSR2."
)


def handle(arbiter: Any) -> None:
    """Have SIGUSR2 start a successor with the same command, and have SIGHUP only log NOT_RELOADED.

    The successor reads settings and keys afresh.
    """
    # gunicorn would run its package as a file, and that file's folder would then hide modules of Python.
    arbiter.START_CTX["args"] = [sys.executable, *sys.orig_argv[1:]]
    # Left alone, gunicorn would replace the workers with others that have the same settings, which would look like success.
    arbiter.handle_hup = partial(arbiter.log.warning, NOT_RELOADED)
    # If each process opens its own socket, there is none to hand over, and gunicorn cannot read an empty list.
    if os.environ.get("GUNICORN_FD") == "":
        os.environ["GUNICORN_FD"] = "0"
