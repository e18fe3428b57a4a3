"""Second factors (an authenticator app and passkeys) and ten recovery codes, stored and verified with allauth.

The secrets of apps and recovery codes are sealed (encrypted) like CDP credentials, each for one person and kind. A copy in another
person's row cannot be opened. Each code works only once: the database stores the used recovery codes and the last app code's time step.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Literal

import structlog
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpRequest

from accounts import open_sessions
from accounts.sign_on.choices import SecondFactor
from orders.privacy import account_events, sealing
from orders.privacy.record_kinds import Action
from orders.privacy.sealing import Binding, CredentialUnreadable

Kind = Authenticator.Type
FACTORS = (Kind.TOTP, Kind.WEBAUTHN)
SEALED = {Kind.TOTP: "secret", Kind.RECOVERY_CODES: "seed"}
ISSUER = "cdpviewer"
_PENDING = "totp_pending"
log = structlog.stdlib.get_logger("accounts.sign_on")
_place: ContextVar[Binding | None] = ContextVar("the place that a sealed secret belongs to", default=None)


def binding(user_id: int, kind: str) -> Binding:
    """The binding with which a secret of this kind is sealed for this person."""
    return Binding(owner=str(user_id), connection="", region="", field=f"second factor {kind}")


@contextmanager
def at(user_id: int, kind: str) -> Iterator[None]:
    """Inside the block, let allauth seal and open secrets of this person and kind."""
    token = _place.set(binding(user_id, kind))
    try:
        yield
    finally:
        _place.reset(token)


class Adapter(DefaultMFAAdapter):
    """allauth's adapter for second factors: it seals and opens their secrets, but raises CredentialUnreadable outside `at`."""

    def encrypt(self, text: str) -> str:
        return sealing.seal(text, _here())

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text, _here())

    def get_totp_issuer(self) -> str:
        return ISSUER

    def _get_site_name(self) -> str:
        return ISSUER

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return str(user.get_username())

    def _get_user_identifier(self, user: AbstractBaseUser) -> str:
        return user.get_username()


def _here() -> Binding:
    place = _place.get()
    if place is None:
        raise CredentialUnreadable("a second factor is opened outside of its place")
    return place


def of(person: Any) -> list[Authenticator]:
    """The rows of the person's second factors and recovery codes, the oldest first."""
    return list(Authenticator.objects.filter(user_id=person.pk).order_by("pk"))


def exist(person: Any) -> bool:
    """Whether the person has a second factor; recovery codes alone do not count."""
    return bool(Authenticator.objects.filter(user_id=person.pk, type__in=FACTORS).exists())


def pending_secret(request: HttpRequest) -> str:
    """The secret for setting up an authenticator app. It is stored in the session, sealed, and stays the same until the app is set up."""
    place = binding(request.user.pk or 0, "pending")
    try:
        return sealing.unseal(request.session.get(_PENDING, ""), place)
    except CredentialUnreadable:
        secret: str = generate_totp_secret()
        request.session[_PENDING] = sealing.seal(secret, place)
        return secret


def add_app(request: HttpRequest, person: Any, code: str) -> bool:
    """If `code` matches the pending secret, add the app with that secret, replacing any earlier app. Return whether `code` matches."""
    secret = pending_secret(request)
    counter = _matching(secret, code, after=-1)
    if counter is None:
        return False
    with transaction.atomic(), at(person.pk, Kind.TOTP):
        Authenticator.objects.filter(user_id=person.pk, type=Kind.TOTP).delete()
        data = {"secret": Adapter().encrypt(secret), "used": counter}
        Authenticator.objects.create(user=person, type=Kind.TOTP, data=data)
        account_events.record(Action.FACTOR_ADDED, about=person, detail=Kind.TOTP.value)
    request.session.pop(_PENDING, None)
    return True


def add_passkey(person: Any, name: str, credential: dict[str, Any]) -> bool:
    """Store a passkey if the browser's answer (`credential`) is valid for the challenge. Return whether it is valid."""
    try:
        webauthn.parse_registration_response(credential)
        webauthn.complete_registration(credential)
    except Exception as error:  # noqa: BLE001  (see _refused)
        return _refused(error)
    with transaction.atomic():
        webauthn.WebAuthn.add(person, name, credential)
        account_events.record(Action.FACTOR_ADDED, about=person, detail=Kind.WEBAUTHN.value)
    return True


def new_recovery_codes(person: Any) -> list[str]:
    """Ten new codes that each work once; earlier ones become invalid."""
    with transaction.atomic(), at(person.pk, Kind.RECOVERY_CODES):
        Authenticator.objects.filter(user_id=person.pk, type=Kind.RECOVERY_CODES).delete()
        made = RecoveryCodes.activate(person)
        account_events.record(Action.FACTOR_ADDED, about=person, detail=Kind.RECOVERY_CODES.value)
        codes: list[str] = made.generate_codes()
    return codes


def codes_left(row: Authenticator) -> int:
    """The number of unused recovery codes in `row`, a row of the type RECOVERY_CODES."""
    return 10 - int(row.data.get("used_mask", 0)).bit_count()


def accepts(person: Any, code: str) -> bool:
    """Whether `code` is a current code from the app, later than the last one used, or an unused recovery code. If so, it is used up.

    Raises CredentialUnreadable if a secret needed for this cannot be opened.
    """
    typed = code.replace(" ", "").replace("-", "")
    return _accepts_app(person, typed) or _accepts_recovery(person, typed)


def _accepts_app(person: Any, code: str) -> bool:
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(user_id=person.pk, type=Kind.TOTP).first()
        if row is None:
            return False
        secret = sealing.unseal(row.data["secret"], binding(person.pk, Kind.TOTP))
        counter = _matching(secret, code, after=row.data.get("used", -1))
        if counter is None:
            return False
        row.data["used"] = counter
        row.save(update_fields=["data"])
        row.record_usage()
    return True


def _matching(secret: str, code: str, *, after: int) -> int | None:
    """The number of the 30-second time step that `code` is for; None if the code is wrong, or the step is not later than `after`.

    Codes of the steps just before and after the current one are accepted as well.
    """
    counter: int
    for counter in yield_hotp_counters_from_time():
        if counter > after and compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            return counter
    return None


def _accepts_recovery(person: Any, code: str) -> bool:
    row = Authenticator.objects.filter(user_id=person.pk, type=Kind.RECOVERY_CODES).first()
    if row is None:
        return False
    with at(person.pk, Kind.RECOVERY_CODES):
        codes = RecoveryCodes(row)
        if not codes.validate_code(code):
            return False
    codes.instance.record_usage()
    return True


def passkey_challenge(person: Any) -> dict[str, Any]:
    """The challenge for the person's passkeys; {} if the person has no passkey."""
    if not Authenticator.objects.filter(user_id=person.pk, type=Kind.WEBAUTHN).exists():
        return {}
    asked: dict[str, Any] = webauthn.begin_authentication(person)
    return asked


def accepts_passkey(person: Any, credential: dict[str, Any]) -> bool:
    """Whether `credential` is a valid answer, from one of the person's passkeys, to the challenge. If so, the passkey's use is recorded."""
    try:
        webauthn.parse_authentication_response(credential)
        row = webauthn.complete_authentication(person, credential)
    except Exception as error:  # noqa: BLE001  (see _refused)
        return _refused(error)
    row.record_usage()
    return True


def _refused(error: Exception) -> Literal[False]:
    """Return False for a wrong or malformed answer, for which fido2 raises errors of many types. A DatabaseError is raised again."""
    if isinstance(error, DatabaseError):
        raise error
    if not isinstance(error, ValidationError):
        log.warning("passkey_malformed", error=type(error).__name__)
    return False


def remove(person: Any, pk: int, *, here: str) -> bool:
    """Remove one factor; if no other is left, also remove the recovery codes. Return False if the person has no such factor.

    If none is left and a second factor is required, end the person's sessions, except the one whose hashed key is in `here`.
    """
    with transaction.atomic():
        row = Authenticator.objects.filter(user_id=person.pk, pk=pk).first()
        if row is None:
            return False
        kind = row.type
        row.delete()
        account_events.record(Action.FACTOR_REMOVED, about=person, detail=kind)
        if not exist(person):
            Authenticator.objects.filter(user_id=person.pk).delete()
            _end_others(person, here)
    return True


def reset(person: Any, *, here: str = "") -> int:
    """Remove and count the rows of a person's second factors and recovery codes. If there are any, record this and call `_end_others`."""
    with transaction.atomic():
        rows = Authenticator.objects.filter(user_id=person.pk)
        count: int = rows.count()
        if count:
            rows.delete()
            account_events.record(Action.FACTOR_RESET, about=person, detail=f"{count} removed")
            _end_others(person, here)
    return count


def _end_others(person: Any, here: str) -> None:
    """If a second factor is required, end the person's sessions, except the one whose hashed key is in `here`."""
    if settings.SIGN_ON.second_factor is SecondFactor.REQUIRED:
        open_sessions.end(person, but=here)


def sealed_values() -> Iterator[tuple[Authenticator, str]]:
    """Yield each row that has a sealed secret, together with the name of that secret in the row's `data`."""
    for row in Authenticator.objects.filter(type__in=SEALED).order_by("pk").iterator():
        yield row, SEALED[Kind(row.type)]


def open_sealed(row: Authenticator) -> str:
    """Return a row's secret, still sealed, after checking that it can be opened. Raises CredentialUnreadable if it cannot."""
    sealed: str = row.data[SEALED[Kind(row.type)]]
    sealing.unseal(sealed, binding(row.user_id, row.type))
    return sealed


def reseal(pk: int, *, dry_run: bool) -> str:
    """Reseal one row's secret under the server's first key; with `dry_run`, only check whether this is possible.

    Return "resealed" (also with `dry_run`), "already" (under the first key) or "unreadable"; "" if the row is gone.
    """
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=pk).first()
        if row is None:
            return ""
        try:
            sealed = open_sealed(row)
            fresh = sealing.reseal(sealed)
        except CredentialUnreadable:
            return "unreadable"
        if sealing.key_position(sealed) == 0:
            return "already"
        if not dry_run:
            row.data[SEALED[Kind(row.type)]] = fresh
            row.save(update_fields=["data"])
    return "resealed"
