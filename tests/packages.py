"""The packages that the import contracts of pyproject.toml read, for tests that go over the code."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TOOLS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]
CONTRACTS = {each["name"]: each for each in TOOLS["importlinter"]["contracts"]}
ROOTS = set(TOOLS["importlinter"]["root_packages"])
PROGRAM = sorted(ROOTS - {"sandbox", "bench"})  # what serves people
