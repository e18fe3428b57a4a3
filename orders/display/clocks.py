"""Dates, times and durations in the user's language; times by the 24-hour or 12-hour clock, as the user prefers.

An itinerary's local times are naive and shown as they are. The CDP's own timestamps are in UTC and shown in the user's zone,
which is always named. Formatted dates and times are cached, because the same few occur many times in an order.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from accounts.language import language
from accounts.language import translate as _
from accounts.preferences import current

# Plain "en" would mean American month-first dates; the trade writes 15 Aug 2025.
REGION_OF = {"en": "en_GB"}


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Babel's locale for a Django language code; British English for "en" and for codes unknown to Babel."""
    try:
        return Locale.parse(REGION_OF.get(language, language.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


@lru_cache(maxsize=4096)
def _skeleton(skeleton: str, day: date, code: str) -> str:
    return format_skeleton(
        skeleton, datetime(day.year, day.month, day.day, tzinfo=UTC), locale=locale_of(code)
    ).replace(",", "")


@lru_cache(maxsize=4096)
def _time(hour: int, minute: int, second: int | None, clock: str, code: str) -> str:
    if clock == "12":
        moment = datetime(2000, 1, 1, hour, minute, second or 0, tzinfo=UTC)
        return format_skeleton("hm" if second is None else "hms", moment, locale=locale_of(code))
    return f"{hour:02}:{minute:02}" if second is None else f"{hour:02}:{minute:02}:{second:02}"


def clock(value: datetime | None) -> str:
    """A time of day, not converted to another zone: "16:00", or "4:00 pm" for users of the 12-hour clock; "" for None."""
    return "" if value is None else _time(value.hour, value.minute, None, current().clock, language())


def day(value: date | None) -> str:
    """A date with its weekday and year: "Fri 15 Aug 2025"; "" for None."""
    return "" if value is None else _skeleton("yMMMEd", _date(value), language())


def short_day(value: date | None) -> str:
    """A date with its weekday but without the year: "Fri 15 Aug"; "" for None."""
    return "" if value is None else _skeleton("MMMEd", _date(value), language())


def plain_day(value: date | None) -> str:
    """A date with its year but without the weekday: "15 Aug 2025"; "" for None."""
    return "" if value is None else _skeleton("yMMMd", _date(value), language())


def day_clock(value: datetime | None) -> str:
    """A date without the year, and the time of day: "Fri 15 Aug 16:00"; a dash for None."""
    return "–" if value is None else f"{short_day(value)} {clock(value)}"


def _date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def iso(value: datetime | date | None) -> str:
    """The text for an HTML `datetime` attribute: an instant in UTC ("…Z"), a naive local time, or a date; "" for None."""
    if isinstance(value, datetime):
        return (
            value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value.tzinfo else value.strftime("%Y-%m-%dT%H:%M")
        )
    return value.isoformat() if value else ""


def stamp(value: datetime | None) -> SafeString | str:
    """The HTML for an aware instant in the user's zone, which is named: "15 Aug 2025 18:00 CEST"; "" for None."""
    if value is None:
        return ""
    return _stamp(value, timezone.get_current_timezone(), current().clock, language())


@lru_cache(maxsize=4096)
def _stamp(value: datetime, zone: tzinfo, _clock: str, _language: str) -> SafeString:
    there = timezone.localtime(value, zone)
    return format_html(
        '<time datetime="{}">{} {} {}</time>', iso(value), plain_day(there), clock(there), zone_word(there)
    )


def stamp_seconds(value: datetime) -> SafeString:
    """The HTML for an aware instant to the second, in the user's zone, which is named: "15 Aug 2025 18:00:55 CEST"."""
    there = timezone.localtime(value)
    return format_html('<time datetime="{}">{} {}</time>', iso(value), plain_day(there), _to_the_second(there))


def stamp_clock(value: datetime | None) -> SafeString | str:
    """The HTML for an aware instant without its date, in the user's zone: "14:02:07 UTC"; "" for None."""
    if value is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', iso(value), _to_the_second(timezone.localtime(value)))


def _to_the_second(there: datetime) -> str:
    seconds = _time(there.hour, there.minute, there.second, current().clock, language())
    return f"{seconds} {zone_word(there)}"


def zone_word(value: datetime) -> str:
    """The short name of an aware time's zone ("CEST"), or its offset ("UTC+5:45") if the name does not consist only of letters."""
    name = value.tzname() or ""
    return name if name.isalpha() else offset_word(value.utcoffset())


def offset_word(value: timedelta | None) -> str:
    """An offset from UTC as text: "UTC+1", "UTC−3:30", "UTC"; "" for None."""
    if value is None:
        return ""
    minutes = int(value.total_seconds() // 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")


def duration(minutes: int | None) -> str:
    """Minutes as text: "10 h 40 min", "−25 min"; from 48 hours on, in days and hours only: "2 d 3 h"; "" for None."""
    if minutes is None:
        return ""
    sign, minutes = ("−", -minutes) if minutes < 0 else ("", minutes)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        days, hours = divmod(hours, 24)
        parts = [_("%(count)s d") % {"count": days}, _("%(count)s h") % {"count": hours} if hours else ""]
    else:
        parts = [_("%(count)s h") % {"count": hours} if hours else ""]
        parts.append(_("%(count)s min") % {"count": rest} if rest or not hours else "")
    return sign + " ".join(part for part in parts if part)


def day_change(days: int | None) -> str:
    """A number of days with its sign, such as the difference between two dates: "+1 day", "−1 day"; "" for 0 or None."""
    if not days:
        return ""
    return ngettext("%(sign)s%(count)s day", "%(sign)s%(count)s days", abs(days)) % {
        "sign": "+" if days > 0 else "−",
        "count": abs(days),
    }


def seconds(value: float | None) -> str:
    """A duration in seconds: "0.4 s", or with two decimals ("0.03 s") if it is below 0.095; "" for None."""
    if value is None:
        return ""
    return _("%(count)s s") % {
        "count": f"{value:.{1 if value >= 0.095 else 2}f}".replace(
            ".", locale_of(language()).number_symbols["latn"]["decimal"]
        )
    }
