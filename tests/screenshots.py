"""Take the pictures of docs/img again: `python -m tests.screenshots`. Their content is defined in tests/experience/pictures.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Take all pictures; returns 0 if that succeeded."""
    done = int(pytest.main(["-q", "-p", "no:cacheprovider", str(PROJECT / "tests" / "experience" / "pictures.py")]))
    if done == 0:
        print(f"{len(list((PROJECT / 'docs' / 'img').glob('*.png')))} pictures in docs/img")
    return done


if __name__ == "__main__":
    sys.exit(main())
