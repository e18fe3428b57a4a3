"""Models for preferences, sign-in attempts, view counts, frames on other sites, and passwords that somebody else set."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SetPassword(models.Model):
    """A note that the user's password was set by another person or a command, named in `set_by`. Timestamps are aware UTC.

    `used_at` is None until the user signs in with this password, `changed_at` until the user replaces it.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    set_by = models.CharField(max_length=150)
    set_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[SetPassword]]

    class Meta:
        db_table = "orders_setpassword"
        default_permissions = ()

    def __str__(self) -> str:
        return f"password of user {self.user_id}, set by somebody else"


class Preferences(models.Model):
    """A user's preferences.

    An empty `language` means the browser's language; `clock` is "24" or "12"; `theme` is "system", "light" or "dark".
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    language = models.CharField(_("language"), max_length=16, blank=True, default="")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    clock = models.CharField(_("clock"), max_length=2, default="24")
    theme = models.CharField(_("theme"), max_length=8, default="system")
    shortcuts = models.BooleanField(_("keyboard shortcuts"), default=True)

    objects: ClassVar[models.Manager[Preferences]]

    class Meta:
        db_table = "orders_preferences"
        default_permissions = ()

    def __str__(self) -> str:
        return f"preferences of user {self.user_id}"


class ViewCount(models.Model):
    """The number of views counted for a user: `in_minute` in the minute `minute`, and `on_day` on the day `day`.

    Minutes and days are numbered from the start of 1970 (UTC). `noted_minute` and `noted_day` are the last minute and day for which an
    exceeded limit was recorded.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    minute = models.IntegerField()
    in_minute = models.IntegerField()
    day = models.IntegerField()
    on_day = models.IntegerField()
    noted_minute = models.IntegerField(default=0)
    noted_day = models.IntegerField(default=0)

    objects: ClassVar[models.Manager[ViewCount]]

    class Meta:
        db_table = "orders_viewcount"
        default_permissions = ()

    def __str__(self) -> str:
        return f"views of user {self.user_id}"


class SignInFailure(models.Model):
    """A sign-in attempt that is in progress or has failed. Name, address and device are keyed hashes.

    `at` (aware UTC) is when the attempt began or, if it has failed, when it failed. Each attempt deletes the rows older than a day.
    `device` identifies a browser in which the user has signed in before ("" if unknown). `new_address` is true if the
    browser was unknown and, when the attempt began, no row held the same name and address with an unknown browser.
    `under_way` is true until the password has been checked.
    """

    at = models.DateTimeField(db_index=True)
    name = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    device = models.CharField(max_length=64, blank=True, default="")
    new_address = models.BooleanField(default=False)
    under_way = models.BooleanField(default=False)

    class Meta:
        db_table = "orders_signinfailure"
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["name", "at"], name="sign_in_failure_name"),
            models.Index(fields=["address", "at"], name="sign_in_failure_address"),
            models.Index(fields=["device", "at"], name="sign_in_failure_device"),
        ]

    def __str__(self) -> str:
        return f"attempt at {self.at:%Y-%m-%d %H:%M:%S}"


class EmbedGrant(models.Model):
    """A user's consent to a frame on another site. The frame can exchange its secret for a token before `until` (aware UTC).

    `challenge` is the hash of that secret; `session` is the hashed key of the session in which the user consented.
    """

    challenge = models.CharField(max_length=43, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=40)
    origin = models.CharField(max_length=280)
    until = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"frame of {self.origin}, allowed by user {self.user_id}"


class EmbedSession(models.Model):
    """The token (as a hash) of a frame in which a user reads orders. Timestamps are aware UTC.

    `session` is the hashed key of the session in which the user allowed the frame; `until` is the latest time at which that session can
    end.
    """

    token_sha256 = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=40)
    origin = models.CharField(max_length=280)
    seen_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"frame of {self.origin}, user {self.user_id}"
