"""Everything that the benchmark removes or times by name still exists, so that no run of twenty minutes ends at a missing name."""

from __future__ import annotations

import subprocess
import sys

from tests.live import PROJECT, environment

PROGRAM = """
from bench import pieces  # first: it patches
from importlib import import_module
import django
django.setup()
from django.conf import settings
import_module(settings.ROOT_URLCONF)
from bench.stages import STAGES, stages
assert set(stages(lambda: None, 1)) == {*STAGES, "the rest"}
for without in pieces.PIECES.values():
    with without():
        pass
"""


def test_every_name_is_found() -> None:
    env = environment(DJANGO_SETTINGS_MODULE="tests.settings")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=PROJECT, env=env, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
