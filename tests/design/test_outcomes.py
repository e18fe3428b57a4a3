"""The outcomes that code can record have words, in German too."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Iterator

import pytest
from django.utils.translation import override

from accounts.sign_in_method import Method
from accounts.sign_on.refusals import Kind
from orders.cdp.records import Loaded
from orders.display.outcomes import outcome_words
from orders.display.vocabulary import SIGN_IN_REFUSALS
from orders.privacy import outcomes
from orders.privacy.outcomes import Fixed, Outcome, Whose
from orders.problems.faults import FAULTS, LastResult
from tests.live import PROJECT
from tests.packages import PROGRAM

# Values for the parameters of the functions that make outcomes, by name.
VALUES: dict[str, tuple[object, ...]] = {
    "count": (3,),
    "daily": (False, True),
    "field": ("all", "passport_number", "identifier_2", "extra_loyaltyTier", "unknown field"),
    "incomplete": (0, 1),
    "kind": tuple(Kind),
    "loaded": (Loaded((1,)), Loaded((1,), 2, complete=False), Loaded((1,), complete=False)),
    "method": tuple(Method),
    "missing": (0, 2),
    "more": (False, True),
    "result": tuple(LastResult),
    "second_step": (False, True),
    "whose": tuple(Whose),
    "why": tuple(row.code for row in FAULTS.values()),
}


ENGLISH = re.compile(
    r"\b(shown|found|listed|loaded|more|of|failed|refused|nobody|contact|traveller|field|fields|data|all|password|second|step|no|not"
    r"|name|group|someone|else|again|expired|cancelled|inactive|provider|directory|removed|minute|day)\b"
)


def made() -> Iterator[Outcome]:
    """An outcome for each member of `Fixed`, and for each function of the module with each of its values."""
    yield from Fixed
    for name, make in inspect.getmembers(outcomes, inspect.isfunction):
        if not name.startswith("_"):
            parameters = inspect.signature(make).parameters
            assert set(parameters) <= set(VALUES), f"give the parameters of {name} some values in VALUES"
            for values in itertools.product(*(VALUES[parameter] for parameter in parameters)):
                yield make(**dict(zip(parameters, values, strict=True)))


@pytest.mark.parametrize("stored", sorted(set(made())))
def test_an_outcome_that_code_can_record_has_words_in_german_too(stored: str) -> None:
    with override("en"):
        english = outcome_words(stored)
    with override("de"):
        german = outcome_words(stored)
    assert german != english
    assert not ENGLISH.search(german)


def test_every_refusal_of_a_sign_in_has_words() -> None:
    assert set(SIGN_IN_REFUSALS) == set(Kind)


def test_only_the_module_of_outcomes_makes_them() -> None:
    making = {
        path.relative_to(PROJECT).as_posix()
        for package in PROGRAM
        for path in (PROJECT / package).rglob("*.py")
        if re.search(r"\bOutcome\(|\bcast\(.?Outcome", path.read_text(encoding="utf-8"))
    }
    assert making == {"orders/privacy/outcomes.py"}
