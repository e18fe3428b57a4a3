"""Minutes, days and day marks as words."""

from __future__ import annotations

from collections.abc import Callable


def grouped(number: int, _: Callable[[str], str] = str) -> str:
    """`8395` -> "8,395", with the language's own mark between thousands: that of the translated "1,000"."""
    return f"{number:,}".replace(",", _("1,000")[1:-3]) if abs(number) >= 1000 else str(number)


def in_words(minutes: int, _: Callable[[str], str] = str) -> str:
    """`80` -> "1 h 20 min", `60` -> "1 h", `45` -> "45 min"; negative minutes keep their sign: "−15 min"."""
    sign = "−" if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    if hours and rest:
        return sign + _("%(hours)s h %(minutes)s min") % {
            "hours": grouped(hours, _),
            "minutes": rest,
        }
    if hours:
        return sign + _("%(hours)s h") % {"hours": grouped(hours, _)}
    return sign + _("%(minutes)s min") % {"minutes": rest}


def day_mark(days: int | None, _: Callable[[str], str] = str) -> str:
    """`1` -> "+1 day", `2` -> "+2 days", `-1` -> "−1 day", nothing for the same day or an unknown one."""
    if not days:
        return ""
    sign = "+" if days > 0 else "−"
    if abs(days) == 1:
        return sign + _("1 day")
    return sign + _("%(days)s days") % {"days": grouped(abs(days), _)}
