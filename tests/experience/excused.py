"""The one table of exceptions, each for one finding in one state, with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Excuse:
    """An exception: in states whose name begins with `state`, findings of this kind that contain `words` are not counted.

    `sometimes` marks findings that depend on the browser's timing; every other exception must be needed.
    """

    state: str
    kind: str
    words: str
    reason: str
    sometimes: bool = False


EXCUSED = (
    Excuse("window of a frame, allowed", "said", "Scripts may close only the windows", "the window is a tab here, which stays open to be seen"),
    Excuse("admin, user", "html", "Attribute “disabled” not allowed on element “div”", "Django's widget for a password that cannot be read"),
    Excuse("admin, user", "said", "Autofocus processing was blocked", "Django asks for the focus twice, in a form with an error and for the first field", sometimes=True),
    Excuse("second step, asked, wrong code", "said", "Autofocus processing was blocked", "the field has the focus already, as the app gives it to what is wrong", sometimes=True),
    Excuse("admin, records", "axe", "label-title-only: #searchbar", "Django's label of the search field is a picture"),
    Excuse("provider, signed out", "said", "info: Clear-Site-Data header on", "the browser says that it forgot what signing out told it to"),
    Excuse("admin", "kept", "session django.admin.filtersState: ", "Django notes which filters of a list are unfolded, once the browser has said so", sometimes=True),
)  # fmt: skip


def excuse(state: str, kind: str, finding: str) -> Excuse | None:
    """The exception that covers this finding, if any."""
    return next(
        (
            exception
            for exception in EXCUSED
            if state.startswith(exception.state) and exception.kind == kind and exception.words in finding
        ),
        None,
    )
