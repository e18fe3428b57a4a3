"""The outcomes and details of access records in the user's language. Both are stored in a few English forms, which are parsed here."""

from __future__ import annotations

import re

from accounts.language import translate as _
from orders import problems
from orders.display.people import field_kind
from orders.display.vocabulary import DETAILS, OUTCOMES, REVEALED, SIGN_IN_REFUSALS
from orders.display.words import in_words, readable
from orders.privacy.outcomes import Whose
from orders.problems.faults import LastResult

# Patterns of the values in `Form`.
VALUES = {
    **{name: rf"(?P<{name}>\d+)" for name in ("count", "loaded", "total")},
    **{name: rf"(?P<{name}>[a-z-]+)" for name in ("why", "kind")},
    "whose": f"(?P<whose>{'|'.join(Whose)})",
    "field": "(?P<field>.+)",
}
FORMS = tuple((re.compile(form.format(**VALUES), re.DOTALL), phrase) for form, phrase in OUTCOMES.items())
DETAIL_FORMS = tuple((re.compile(form), phrase) for form, phrase in DETAILS.items())


def outcome_words(stored: str) -> str:
    """A stored outcome in the user's language: "gezeigt: 25 von 60" for "shown: 25 of 60"; an unknown form stays as stored."""
    # The name of a hidden field may contain commas.
    if words := _part(stored):
        return words
    parts = [_part(part) for part in stored.split(", ")]
    return ", ".join(parts) if all(parts) else stored


def detail_words(stored: str) -> str:
    """The detail of an account event: "Gruppe Supervisors" for "group Supervisors"; an unknown form stays as stored."""
    for form, phrase in DETAIL_FORMS:
        if match := form.fullmatch(stored):
            return _(phrase) % match.groupdict()
    return stored


def _part(part: str) -> str:
    """One comma-separated part of an outcome in the user's language; "" if its form is unknown."""
    for form, phrase in FORMS:
        if match := form.fullmatch(part):
            return _(phrase) % _named(match.groupdict())
    return problems.result_word(part) if part in set(LastResult) else ""


def _named(values: dict[str, str]) -> dict[str, str]:
    """The values of a form, in the user's language."""
    if "why" in values:
        return {"why": problems.failure_word(values["why"])}
    if "kind" in values:
        return {"kind": in_words(SIGN_IN_REFUSALS, values["kind"], values["kind"])}
    return {"what": _revealed(**values)} if "field" in values else values


def _revealed(whose: str, field: str) -> str:
    """The hidden values that were asked for, in words: "Passport (contact)", "Custom data"."""
    if whose == Whose.CUSTOM:
        return _("Custom data")
    known = in_words(REVEALED, field_kind(field), field)
    what = readable(field.removeprefix("extra_")) if field.startswith("extra_") else known
    return f"{what} ({in_words(REVEALED, whose, whose)})"
