"""Every page in every state, light and dark, from a wide screen to a ticket's side panel."""

from __future__ import annotations

import pytest

from tests.experience.tour import Visit

pytestmark = pytest.mark.django_db

Visits = dict[str, Visit]


def noted(visits: Visits, what: str) -> dict[str, object]:
    """What was noted of one kind, by the state's name; nothing where all is well."""
    return {name: found for name, visit in visits.items() if (found := getattr(visit, what))}


def test_every_state_is_reached(visits: Visits) -> None:
    assert noted(visits, "trouble") == {}


def test_axe_objects_to_nothing(visits: Visits) -> None:
    assert noted(visits, "axe") == {}


def test_nothing_scrolls_sideways(visits: Visits) -> None:
    assert noted(visits, "sideways") == {}


def test_no_words_are_cut_off_by_wide_spacing_or_large_letters(visits: Visits) -> None:
    assert noted(visits, "clipped") == {}


def test_the_console_is_silent(visits: Visits) -> None:
    assert noted(visits, "said") == {}


def test_the_policy_has_nothing_to_refuse(visits: Visits) -> None:
    assert noted(visits, "refused") == {}


def test_no_other_host_is_asked(visits: Visits) -> None:
    assert noted(visits, "elsewhere") == {}


def test_the_browser_keeps_nothing(visits: Visits) -> None:
    assert noted(visits, "kept") == {}


def test_nothing_is_for_the_mouse_alone(visits: Visits) -> None:
    assert noted(visits, "only_for_the_mouse") == {}
