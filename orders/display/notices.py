"""Things to check in words: a title, an icon, and a sentence with the facts."""

from __future__ import annotations

from typing import assert_never

from django.utils.text import capfirst

from accounts.language import translate as _
from orders.display.clocks import clock, day_change, duration
from orders.display.vocabulary import NOTICES
from orders.display.words import status_word, whole_number
from orders.itinerary.codes import NoticeKind, Verdict
from orders.itinerary.notices import HOUSE_RULES
from orders.itinerary.statuses import status
from orders.itinerary.trip import Clock, Evidence, Notice

DAY_MINUTES = 24 * 60


def notice_word(notice: Notice) -> str:
    """The title of a thing to check: "Tight connection", or a status: "Declined"."""
    return status_word(notice.status) if notice.kind is NoticeKind.STATUS else _(NOTICES[notice.kind][0])


def notice_icon(notice: Notice) -> str:
    """The sprite's symbol for a thing to check."""
    return status(notice.status).icon if notice.kind is NoticeKind.STATUS else NOTICES[notice.kind][1]


def notice_detail(notice: Notice) -> str:  # noqa: C901, PLR0912 - one case for each kind, which the type checker holds complete
    """The sentence under the title: "35 min. We advise at least 1 h."; "" if the title is all there is to report."""
    match notice.kind:
        case NoticeKind.TIGHT:
            times = {"time": duration(notice.minutes), "limit": duration(notice.limit)}
            return _("%(time)s. We advise at least %(limit)s.") % times
        case NoticeKind.OVERNIGHT:
            hours = {"from": f"{HOUSE_RULES.night_from:%H:%M}", "to": f"{HOUSE_RULES.night_to:%H:%M}"}
            return _("Between %(from)s and %(to)s.") % hours
        case NoticeKind.LONG:
            return sentence(duration(notice.minutes))
        case NoticeKind.OVERLAP:
            return _("The next flight leaves before this one arrives.")
        case NoticeKind.AIRPORT_CHANGE:
            return _("Arrives at %(from)s, leaves from %(to)s.") % _from_to(notice)
        case NoticeKind.CARRIER_CHANGE:
            return _("From %(from)s to %(to)s.") % _from_to(notice)
        case NoticeKind.SURFACE:
            return _("No flight from %(from)s to %(to)s: by land, or not in this order.") % _from_to(notice)
        case NoticeKind.LOOKS_LIKE_UTC | NoticeKind.LOOKS_LIKE_LOCAL | NoticeKind.IMPOSSIBLE_TIME:
            return sentence(evidence_words(notice.evidence)) if notice.evidence else ""
        case NoticeKind.LONG_FLIGHT:
            return _long_flight(notice.minutes, notice.evidence) if notice.evidence else ""
        case NoticeKind.CLOCK_SKIPPED | NoticeKind.CLOCK_REPEATED:
            return _clock_change(notice.kind, notice.clock) if notice.clock else ""
        case NoticeKind.MISSING_TIME:
            return _missing_time(notice.names)
        case NoticeKind.UNREADABLE_TIME:
            return _("What was sent as a time was not understood; the details have it as sent.")
        case NoticeKind.UNKNOWN_PLACE:
            return _unknown_place(notice.names[0])
        case NoticeKind.ITEMS_DISAGREE:
            return _("The items give different arrival times for this flight.")
        case NoticeKind.DUPLICATE:
            return _("An item names this flight more than once.")
        case NoticeKind.PARTLY_CANCELLED:
            counts = {"gone": notice.count, "all": notice.total, "booked": notice.booked}
            return _("Cancelled for %(gone)s of %(all)s travellers; %(booked)s still booked.") % counts
        case NoticeKind.STATUS:
            if notice.count == notice.total:
                return ""
            return _("%(count)s of %(all)s travellers") % {"count": notice.count, "all": notice.total}
        case _ as kind:
            assert_never(kind)


def notice_line(notice: Notice) -> str:
    """Title and sentence in one line of a text; the title is left out if the sentence says all of it."""
    word, detail = notice_word(notice), notice_detail(notice)
    if notice.doubts_reading or notice.kind is NoticeKind.IMPOSSIBLE_TIME:
        return f"{word}: {evidence_words(notice.evidence).rstrip('.')}." if notice.evidence else word
    if notice.kind is NoticeKind.STATUS and detail:
        return f"{word}: {detail}"
    return detail or word


def evidence_words(evidence: Evidence) -> str:
    """The figures behind a verdict, in lower case and without a full stop, as the middle of a sentence."""
    if evidence.local_minutes is None or evidence.utc_minutes is None:
        if evidence.verdict is Verdict.UNKNOWN_PLACE:
            return _("the zone of a place is not known, so no flight time can be known")
        return _("a time is missing, so no flight time can be known")
    if evidence.verdict is Verdict.IMPOSSIBLE:
        return _impossible(evidence, evidence.local_minutes, evidence.utc_minutes)
    facts = _facts(evidence)
    if evidence.local_minutes == evidence.utc_minutes:
        return _("both readings give %(local)s for %(km)s km") % facts
    if evidence.verdict is Verdict.UNCLEAR:
        return (
            _("as local, this flight would take %(local)s for %(km)s km; as UTC, %(utc)s; neither fits clearly better")
            % facts
        )
    return _("as local, this flight would take %(local)s for %(km)s km; as UTC, %(utc)s") % facts


def sentence(words: str) -> str:
    """Words as a sentence, with one full stop even after an abbreviation ("10 Std. 35 Min.")."""
    return capfirst(words.rstrip(".")) + "."


def _impossible(evidence: Evidence, local: int, utc: int) -> str:
    facts = _facts(evidence)
    if evidence.expected_minutes is None:
        return _("that would take %(local)s, as UTC %(utc)s") % facts
    if evidence.days_off is not None:
        moved = {"fits": duration(local - evidence.days_off * DAY_MINUTES), "days": day_change(-evidence.days_off)}
        return _(
            "this flight would take %(local)s for %(km)s km; the date looks wrong: moved by %(days)s it is %(fits)s"
        ) % (facts | moved)
    if local < 0 and utc < 0:
        early = {"time": duration(-local), "expected": facts["expected"]}
        return _("it would land %(time)s before it leaves (usual: %(expected)s)") % early
    return _("this flight would take %(local)s for %(km)s km, as UTC %(utc)s; about %(expected)s is usual") % facts


def _facts(evidence: Evidence) -> dict[str, str]:
    return {
        "local": duration(evidence.local_minutes),
        "utc": duration(evidence.utc_minutes),
        "km": "?" if evidence.distance_km is None else whole_number(evidence.distance_km),
        "expected": duration(evidence.expected_minutes),
    }


def _from_to(notice: Notice) -> dict[str, str]:
    return dict(zip(("from", "to"), notice.names, strict=True))


def _long_flight(minutes: int, evidence: Evidence) -> str:
    facts = _facts(evidence) | {"time": duration(minutes)}
    return _("%(time)s for %(km)s km, where about %(expected)s is usual: perhaps with stops under one number.") % facts


def _clock_change(kind: NoticeKind, end: Clock) -> str:
    time = {"time": clock(end.wall)}
    if kind is NoticeKind.CLOCK_SKIPPED:
        return _("Clocks go forward that night, so %(time)s does not exist.") % time
    if end.fold:
        return _("Clocks go back that night, so %(time)s occurs twice; the second fits this flight.") % time
    return _("Clocks go back that night, so %(time)s occurs twice; taken as the first.") % time


def _missing_time(codes: tuple[str, ...]) -> str:
    if not codes:
        return ""
    if len(codes) == 1:
        return _("No time was sent for %(code)s.") % {"code": codes[0]}
    return _("No times were sent for %(here)s and %(there)s.") % dict(zip(("here", "there"), codes, strict=True))


def _unknown_place(code: str) -> str:
    if not any(map(str.isalnum, code)):
        return _("No airport code was sent, so the duration is unknown.")
    return _("%(code)s is not a place we know, so its times have no zone.") % {"code": code}
