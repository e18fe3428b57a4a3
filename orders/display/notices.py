"""The title, icon and text of each thing to check."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.text import capfirst

from accounts.language import translate as _
from orders.display.clocks import clock, day_change, duration
from orders.display.vocabulary import NOTICES
from orders.display.words import status_word, whole_number
from orders.itinerary.codes import NoticeKind, Verdict
from orders.itinerary.notices import HOUSE_RULES
from orders.itinerary.statuses import status
from orders.itinerary.trip import Evidence, Notice

DAY_MINUTES = 24 * 60


def notice_word(notice: Notice) -> str:
    """The title of a thing to check, such as "Tight connection"; for a status, the status in words, such as "Declined"."""
    return status_word(notice.status) if notice.kind is NoticeKind.STATUS else _(NOTICES[notice.kind][0])


def notice_icon(notice: Notice) -> str:
    """The id of the symbol in static/icons.svg for a thing to check."""
    return status(notice.status).icon if notice.kind is NoticeKind.STATUS else NOTICES[notice.kind][1]


def notice_detail(notice: Notice) -> str:
    """The text under the title: "35 min. We advise at least 1 h."; "" if the title is all there is to report."""
    return SENTENCES[notice.kind](notice)


def notice_line(notice: Notice) -> str:
    """A thing to check on one line: its text, or its title if it has no text.

    The title also comes before a text about a status, or about times that are in doubt or impossible.
    """
    word, detail = notice_word(notice), notice_detail(notice)
    if notice.doubts_reading or notice.kind is NoticeKind.IMPOSSIBLE_TIME:
        return f"{word}: {evidence_words(notice.evidence).rstrip('.')}." if notice.evidence else word
    if notice.kind is NoticeKind.STATUS and detail:
        return f"{word}: {detail}"
    return detail or word


def evidence_words(evidence: Evidence) -> str:
    """The figures behind a verdict, or why they are unknown: a sentence without an initial capital or a final full stop.

    If the sentence ends with an abbreviation, the full stop of the abbreviation is kept.
    """
    if evidence.local_minutes is None or evidence.utc_minutes is None:
        if evidence.verdict is Verdict.UNKNOWN_PLACE:
            return _("a time zone is unknown, and so is the duration")
        return _("a time is missing or could not be read, so the duration is unknown")
    if (evidence.local_minutes < 0) != (evidence.utc_minutes < 0) and evidence.days_off is None:
        return _before_it_leaves(evidence.local_minutes, evidence.utc_minutes)
    if evidence.verdict is Verdict.IMPOSSIBLE:
        return _impossible(evidence, evidence.local_minutes, evidence.utc_minutes)
    facts = _facts(evidence)
    if evidence.local_minutes == evidence.utc_minutes:
        return (
            _("whether the times were sent as local times or in UTC, this flight takes %(local)s to cover %(km)s km")
            % facts
        )
    if evidence.verdict is Verdict.UNCLEAR:
        return (
            _(
                "if the times were sent as local times, this flight takes %(local)s to cover %(km)s km; "
                "if in UTC, %(utc)s; neither is clearly more likely"
            )
            % facts
        )
    return (
        _("if the times were sent as local times, this flight takes %(local)s to cover %(km)s km; if in UTC, %(utc)s")
        % facts
    )


def sentence(words: str) -> str:
    """`words` as a sentence: with an initial capital, and a single full stop even after an abbreviation ("10 Std. 35 Min.")."""
    return capfirst(words.rstrip(".")) + "."


def _before_it_leaves(local: int, utc: int) -> str:
    """The words for a flight that, under one of the two readings, lands before it leaves."""
    if local < 0:
        return _(
            "if the times were sent as local times, this flight would land %(early)s before it leaves; if in UTC, it would take %(utc)s"
        ) % {"early": duration(-local), "utc": duration(utc)}
    return _(
        "if the times were sent as local times, this flight would take %(local)s; if in UTC, it would land %(early)s before it leaves"
    ) % {"local": duration(local), "early": duration(-utc)}


def _impossible(evidence: Evidence, local: int, utc: int) -> str:
    facts = _facts(evidence)
    if evidence.expected_minutes is None:
        if local < 0 and utc < 0:
            return _("this flight would land %(time)s before it leaves") % {"time": duration(-local)}
        if local == utc:
            return _("this flight would take %(local)s") % facts
        return _("this flight would take %(local)s if the times were sent as local times, %(utc)s if in UTC") % facts
    if evidence.days_off is not None:
        moved = {"fits": duration(local - evidence.days_off * DAY_MINUTES), "days": day_change(-evidence.days_off)}
        if local < 0:
            early = {"early": duration(-local)}
            return _(
                "this flight would land %(early)s before it leaves, but take %(fits)s if the arrival date were changed by %(days)s, "
                "so a date is probably wrong"
            ) % (early | moved)
        return _(
            "this flight would take %(local)s to cover %(km)s km, "
            "but %(fits)s if the arrival date were changed by %(days)s, so a date is probably wrong"
        ) % (facts | moved)
    if local < 0 and utc < 0:
        early = {"time": duration(-local), "expected": facts["expected"]}
        return _("this flight would land %(time)s before it leaves (usual: %(expected)s)") % early
    if local == utc:
        return _("this flight would take %(local)s to cover %(km)s km; about %(expected)s is usual") % facts
    return (
        _(
            "this flight would take %(local)s to cover %(km)s km if the times were sent as local times, "
            "%(utc)s if in UTC; about %(expected)s is usual"
        )
        % facts
    )


def _facts(evidence: Evidence) -> dict[str, str]:
    return {
        "local": duration(evidence.local_minutes),
        "utc": duration(evidence.utc_minutes),
        "km": "?" if evidence.distance_km is None else whole_number(evidence.distance_km),
        "expected": duration(evidence.expected_minutes),
    }


def _tight(notice: Notice) -> str:
    times = {"time": duration(notice.minutes), "limit": duration(notice.limit)}
    return _("%(time)s. We advise at least %(limit)s.") % times


def _overnight(_notice: Notice) -> str:
    hours = {"from": f"{HOUSE_RULES.night_from:%H:%M}", "to": f"{HOUSE_RULES.night_to:%H:%M}"}
    return _("Between %(from)s and %(to)s.") % hours


def _long(notice: Notice) -> str:
    return sentence(duration(notice.minutes))


def _overlap(_notice: Notice) -> str:
    return _("The next flight leaves before an earlier one arrives.")


def _airport_change(notice: Notice) -> str:
    return _("Arrives at %(from)s; the next flight leaves from %(to)s.") % _from_to(notice)


def _carrier_change(notice: Notice) -> str:
    return _("From %(from)s to %(to)s.") % _from_to(notice)


def _surface(notice: Notice) -> str:
    return _(
        "This order has no flight from %(from)s to %(to)s; there may be ground transport or another booking."
    ) % _from_to(notice)


def _from_to(notice: Notice) -> dict[str, str]:
    return dict(zip(("from", "to"), notice.names, strict=True))


def _evidence(notice: Notice) -> str:
    return sentence(evidence_words(notice.evidence)) if notice.evidence else ""


def _long_flight(notice: Notice) -> str:
    if notice.evidence is None:
        return ""
    facts = _facts(notice.evidence) | {"time": duration(notice.minutes)}
    return _("%(time)s to cover %(km)s km; about %(expected)s is usual. There may be a stop on the way.") % facts


def _clock_skipped(notice: Notice) -> str:
    return _("Clocks go forward that night, so %(time)s does not exist.") % _time_of(notice)


def _clock_repeated(notice: Notice) -> str:
    if notice.clock is not None and notice.clock.fold:
        phrase = _("Clocks go back that night, so %(time)s occurs twice; the second fits this flight.")
    else:
        phrase = _("Clocks go back that night, so %(time)s occurs twice; the first is assumed.")
    return phrase % _time_of(notice)


def _time_of(notice: Notice) -> dict[str, str]:
    return {"time": clock(notice.clock.wall) if notice.clock is not None else ""}


def _missing_time(notice: Notice) -> str:
    if not notice.names:
        return ""
    if len(notice.names) == 1:
        return _("No time was sent for %(code)s.") % {"code": notice.names[0]}
    return _("No times were sent for %(here)s or %(there)s.") % dict(zip(("here", "there"), notice.names, strict=True))


def _unreadable_time(_notice: Notice) -> str:
    return _("A time could not be read; the flight’s details in cdpviewer show it as sent.")


def _unknown_place(notice: Notice) -> str:
    return _("%(code)s is not a known airport code, so the time zone is unknown.") % {"code": notice.names[0]}


def _missing_place(_notice: Notice) -> str:
    return _("No airport code was sent, so the duration is unknown.")


def _items_disagree(_notice: Notice) -> str:
    return _("The items give different arrival times for this flight.")


def _duplicate(_notice: Notice) -> str:
    return _("An item lists this flight more than once.")


def _partly_cancelled(notice: Notice) -> str:
    counts = {"gone": notice.count, "all": notice.total, "booked": notice.booked}
    return _("Cancelled for %(gone)s of %(all)s travellers; %(booked)s still booked.") % counts


def _of_status(notice: Notice) -> str:
    if notice.count == notice.total:
        return ""
    return _("%(count)s of %(all)s travellers") % {"count": notice.count, "all": notice.total}


SENTENCES: dict[NoticeKind, Callable[[Notice], str]] = {
    NoticeKind.TIGHT: _tight,
    NoticeKind.OVERNIGHT: _overnight,
    NoticeKind.LONG: _long,
    NoticeKind.OVERLAP: _overlap,
    NoticeKind.AIRPORT_CHANGE: _airport_change,
    NoticeKind.CARRIER_CHANGE: _carrier_change,
    NoticeKind.SURFACE: _surface,
    NoticeKind.LOOKS_LIKE_UTC: _evidence,
    NoticeKind.LOOKS_LIKE_LOCAL: _evidence,
    NoticeKind.IMPOSSIBLE_TIME: _evidence,
    NoticeKind.LONG_FLIGHT: _long_flight,
    NoticeKind.CLOCK_SKIPPED: _clock_skipped,
    NoticeKind.CLOCK_REPEATED: _clock_repeated,
    NoticeKind.MISSING_TIME: _missing_time,
    NoticeKind.UNREADABLE_TIME: _unreadable_time,
    NoticeKind.UNKNOWN_PLACE: _unknown_place,
    NoticeKind.MISSING_PLACE: _missing_place,
    NoticeKind.ITEMS_DISAGREE: _items_disagree,
    NoticeKind.DUPLICATE: _duplicate,
    NoticeKind.PARTLY_CANCELLED: _partly_cancelled,
    NoticeKind.STATUS: _of_status,
}
