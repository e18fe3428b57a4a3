"""How work grows with its input: counted in executed lines of our code, never timed, so that a busy machine makes no difference."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from tests.packages import PROGRAM

ROOT = str(Path(__file__).parents[1])
OURS = tuple(f"{ROOT}/{room}/" for room in (*PROGRAM, "templates"))


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of our modules and templates `work` executes; a line in a loop counts each time."""
    count = 0

    def in_frame(_frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return in_frame

    def on_call(frame: FrameType, _event: str, _arg: Any) -> Any:
        return in_frame if frame.f_code.co_filename.startswith(OURS) else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(measure: Callable[[int], int], n: int) -> float:
    """How much faster `measure` grows from 2n to 4n than from n to 2n: about 2 for linear work, 4 for quadratic.

    The largest size is run once beforehand, uncounted, so that caches are filled and the three counts are comparable.
    """
    measure(4 * n)
    small, middle, large = (measure(size) for size in (n, 2 * n, 4 * n))
    return (large - middle) / max(middle - small, n)
