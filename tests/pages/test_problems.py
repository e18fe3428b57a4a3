"""Every failure has words, a next step and an honest status."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import accounts
import orders
from orders import problems
from orders.cdp import errors
from orders.problems.faults import FAULTS, Code, LastResult, Row

SPRITE = (Path(__file__).parents[2] / "static" / "icons.svg").read_text()

# A class is in the tree only once its module is imported. Without python-ldap, the module that needs it stays out.
for app in (orders, accounts):
    for module in walk_packages(app.__path__, f"{app.__name__}."):
        try:
            import_module(module.name)
        except ModuleNotFoundError as error:
            if error.name != "ldap":
                raise


def leaves(kind: type[errors.CdpError] = errors.CdpError) -> list[type[errors.CdpError]]:
    """Every concrete class of the error tree: a new one without a row makes the test fail."""
    below = kind.__subclasses__()
    return [leaf for child in below for leaf in leaves(child)] or [kind]


def test_the_table_holds_every_fault_and_no_other() -> None:
    assert set(FAULTS) == set(leaves())
    codes = [row.code for row in FAULTS.values()]
    assert len(codes) == len(set(codes))


def test_every_code_has_a_row() -> None:
    others = [row for row in vars(problems).values() if isinstance(row, Row)]
    assert {row.code for row in (*FAULTS.values(), *others)} == set(Code)


@pytest.mark.parametrize("kind", leaves())
def test_every_fault_has_a_whole_row(kind: type[errors.CdpError]) -> None:
    problem, row = problems.describe(kind("a safe sentence")), FAULTS[kind]
    assert problem.title and problem.sentence and problem.step
    assert 400 <= problem.status <= 599
    assert problem.status != 401  # 401 is our own sign-in's
    assert problem.technical == "a safe sentence"
    assert f'id="{row.icon}"' in SPRITE
    assert row.word and row.tested and row.result != LastResult.ACCEPTED


@pytest.mark.parametrize("kind", [k for k in leaves() if issubclass(k, errors.RetryLater | errors.UpstreamFailure)])
def test_a_failure_of_theirs_never_claims_that_nothing_was_found(kind: type[errors.CdpError]) -> None:
    problem = problems.describe(kind("x"))
    assert "not found" not in f"{problem.title} {problem.sentence}".lower()
    assert "nothing" not in problem.title.lower()


@pytest.mark.parametrize(
    ("kind", "status", "word"),
    [
        (errors.CredentialRefused, 403, "refused"),
        (errors.NotPermitted, 403, "not permitted"),
        (errors.NotFound, 404, "not found"),
        (errors.TooBusy, 503, "slow"),
        (errors.TimedOut, 504, "did not answer in time"),
        (errors.Unreachable, 502, "down"),
        (errors.Untrusted, 502, "not trusted"),
        (errors.Broken, 502, "error"),
        (errors.Unreadable, 502, "could not be read"),
    ],
)
def test_the_heading_says_what_it_is(kind: type[errors.CdpError], status: int, word: str) -> None:
    problem = problems.describe(kind("x"))
    assert problem.status == status
    assert word in problem.title.lower()


@pytest.mark.parametrize(
    ("seconds", "duration"), [(0.2, "1 second."), (40, "40 seconds"), (720, "12 minutes"), (21_600, "6 hours")]
)
def test_a_rate_limit_says_when_to_try_again(seconds: float, duration: str) -> None:
    problem = problems.describe(errors.RateLimited("x", retry_after=seconds))
    assert duration in problem.step
    assert problem.retry_after is not None and problem.retry_after >= 1


def test_a_fault_that_says_when_to_come_back_is_passed_on() -> None:
    problem = problems.describe(errors.Broken("HTTP 503", retry_after=720))
    assert "12 minutes" in problem.step and problem.retry_after == 720
    assert problems.describe(errors.Broken("HTTP 503")).retry_after is None


def test_a_rate_limit_without_a_time_still_has_a_next_step() -> None:
    problem = problems.describe(errors.RateLimited("x"))
    assert problem.retry_after is None
    assert problem.step


def test_the_word_of_each_result_is_that_of_its_first_row() -> None:
    """A new row above another with the same result would rename what the connection pages say."""
    assert {result: problems.result_word(result) for result in LastResult} == {
        LastResult.ACCEPTED: "accepted",
        LastResult.REFUSED: "credential refused",
        LastResult.NOT_PERMITTED: "not permitted",
        LastResult.UNREADABLE: "stored credential cannot be used",
        LastResult.RATE_LIMITED: "the CDP asked us to wait",
        LastResult.SLOW: "CDP too busy",
        LastResult.UNREACHABLE: "CDP not reachable",
        LastResult.UNTRUSTED: "certificate not trusted",
        LastResult.BROKEN: "error from the CDP",
    }
