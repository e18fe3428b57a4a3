"""When many pages could go on at once, one goes on, and the server looks round before the next.

Under gevent a page computes until it waits. A thousand whose answers come together would compute one after the other, and a health
check or a sign-in that comes meanwhile would be heard after the last of them.
"""

from __future__ import annotations

import threading
import time

_line = threading.Lock()  # first come, first served


def wait_in_line() -> None:
    """Let what has come meanwhile go first: new connections, and those who stood in line before."""
    with _line:
        time.sleep(0)
