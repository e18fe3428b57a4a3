"""A company that cannot be measured ends the benchmark with a sentence, before the run where that is possible."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench.scale import far
from bench.servers import CannotMeasure
from tests.live import free_port


@pytest.mark.parametrize("delay", ["0", "-1"])
def test_a_database_that_is_not_far_is_not_compared(
    delay: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["far", "--delay", delay])
    with pytest.raises(SystemExit):
        far.arguments()
    assert "--delay must be more than 0" in capsys.readouterr().err


# What `make scale` runs with is not installed for `make test`, so the imports are in these.
@pytest.mark.operations
def test_without_postgresql_it_is_named_among_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.scale import company

    monkeypatch.setattr(company, "installed", lambda: None)
    with pytest.raises(CannotMeasure, match=r"Missing: .*postgresql"), company.founded(tmp_path, 1, 0):
        pass


@pytest.mark.operations
def test_a_load_that_gets_no_page_names_the_errors() -> None:
    from bench.scale import company, measuring
    from bench.scale.points import Idle

    moments: Iterator[float] = iter([1.0, 2.0])
    dead: Any = SimpleNamespace(
        url=f"https://127.0.0.1:{free_port()}",
        host="localhost",
        cookies=["sessionid=x"],
        reading=lambda: company.Reading(next(moments), {}, 0.0, 0, 0, 0),
        connections=lambda: (0, 0),
        memory=dict,
    )
    with pytest.raises(CannotMeasure, match=r"1 agents got no page.*ClientConnectorError"):
        measuring.measure(dead, 1, Idle({}, 0.0), (0.0, 0.1), 0.0, 0.5)
