"""`python -m tests.screenshots`: take the pictures of docs/img anew. What is on them stands in tests/experience/pictures.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def main() -> int:
    """0 when all pictures were taken."""
    done = int(pytest.main(["-q", "-p", "no:cacheprovider", str(PROJECT / "tests" / "experience" / "pictures.py")]))
    if done == 0:
        print(f"{len(list((PROJECT / 'docs' / 'img').glob('*.png')))} pictures in docs/img")
    return done


if __name__ == "__main__":
    sys.exit(main())
