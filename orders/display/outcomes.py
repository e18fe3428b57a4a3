"""The outcomes and details of access records in the user's language. Both are stored in a few English forms, which are parsed here."""

from __future__ import annotations

import re

from accounts.language import translate as _
from orders import problems
from orders.display.people import field_kind
from orders.display.vocabulary import DETAILS, OUTCOMES, REVEALED
from orders.display.words import in_words, readable
from orders.problems.faults import LastResult

FORMS = tuple((re.compile(form), phrase) for form, phrase in OUTCOMES.items())
DETAIL_FORMS = tuple((re.compile(form), phrase) for form, phrase in DETAILS.items())
REVEAL = re.compile(r"(?P<how>shown|refused): (?P<kind>contact|traveller|custom) (?P<field>.+)", re.DOTALL)


def outcome_words(stored: str) -> str:
    """A stored outcome in the user's language: "gezeigt: 25 von 60" for "shown: 25 of 60"; an unknown form stays as stored."""
    if stored != "shown: custom data" and (reveal := REVEAL.fullmatch(stored)):
        return _reveal(**reveal.groupdict())
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
            named = match.groupdict()
            if "why" in named:
                named["why"] = problems.failure_word(named["why"])
            return _(phrase) % named
    return problems.result_word(part) if part in set(LastResult) else ""


def _reveal(how: str, kind: str, field: str) -> str:
    """The outcome of a request to see hidden values, in words: "shown: Passport (contact)", "refused: Custom data"."""
    outcome = _("shown: %(what)s") if how == "shown" else _("refused: %(what)s")
    if kind == "custom":
        return outcome % {"what": _("Custom data")}
    known = in_words(REVEALED, field_kind(field), field)
    what = readable(field.removeprefix("extra_")) if field.startswith("extra_") else known
    return outcome % {"what": f"{what} ({in_words(REVEALED, kind, kind)})"}
