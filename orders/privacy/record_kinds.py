"""What an access record can be about: looks at orders and people, account events, and the records' own chains."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The groups of records that the activity page filters by."""

    ORDERS = "orders", _("orders")
    PEOPLE = "people", _("people looked at")
    ACCOUNT = "account", _("account events")


class What(models.TextChoices):
    """What was seen or done; stored in `AccessRecord.what`, 24 characters at most."""

    ORDER_OPENED = "order_opened", _("order opened")
    CONTACTS_SEEN = "contacts_seen", _("contacts seen")
    TRAVELLERS_SEEN = "travellers_seen", _("travellers seen")
    FIELD_REVEALED = "field_revealed", _("field revealed")
    REVEAL_REFUSED = "reveal_refused", _("reveal refused")
    GUEST_ORDERS_SEEN = "guest_orders_seen", _("guest’s orders seen")
    ORDERS_LISTED = "orders_listed", _("orders listed to choose from")
    SEARCHED_REFERENCE = "searched_reference", _("search by reference")
    SEARCHED_EMAIL = "searched_email", _("search by e-mail")
    SEARCHED_PHONE = "searched_phone", _("search by phone")
    SEARCHED_NAME = "searched_name", _("search by name")
    RAW_SEEN = "raw_seen", _("raw data seen")
    CUSTOM_DATA_SEEN = "custom_data_seen", _("custom data seen")
    CALENDAR_SEEN = "calendar_seen", _("calendar file taken")

    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
    LOCKED_OUT = "locked_out", _("slowed down after wrong passwords")
    SIGNED_OUT = "signed_out", _("signed out")
    PASSWORD_CHANGED = "password_changed", _("own password changed")
    PASSWORD_SET = "password_set", _("password set by somebody else")
    PERSON_ADDED = "person_added", _("user added")
    PERSON_RENAMED = "person_renamed", _("user renamed")
    PERSON_DEACTIVATED = "person_deactivated", _("user deactivated")
    PERSON_ACTIVATED = "person_activated", _("user activated again")
    RIGHTS_GIVEN = "rights_given", _("rights given")
    RIGHTS_TAKEN = "rights_taken", _("rights taken")
    CONNECTION_ADDED = "connection_added", _("connection added")
    CONNECTION_REPLACED = "connection_replaced", _("credential replaced")
    CONNECTION_CHANGED = "connection_changed", _("connection renamed or changed")
    CONNECTION_DEFAULT = "connection_default", _("connection made the default")
    CONNECTION_TRIED = "connection_tried", _("connection tested")
    CONNECTION_CONFIRMED = "connection_confirmed", _("connection confirmed")
    CONNECTION_DELETED = "connection_deleted", _("connection deleted")
    VIEWS_LIMITED = "views_limited", _("too many views")
    ACTIVITY_EXPORTED = "activity_exported", _("activity exported")
    RECORDS_PRUNED = "records_pruned", _("old records removed")

    # About the chains of the records themselves; `check_records` reads them, the activity page leaves them out.
    CHAINS_BEGUN = "chains_begun", _("chaining of records begun")
    CHAIN_SEEN = "chain_seen", _("head of another chain noted")
    HEAD_TAKEN = "head_taken", _("head printed")


CHAINING = frozenset({What.CHAINS_BEGUN, What.CHAIN_SEEN, What.HEAD_TAKEN})
_PEOPLE = frozenset(
    {
        What.CONTACTS_SEEN,
        What.TRAVELLERS_SEEN,
        What.FIELD_REVEALED,
        What.REVEAL_REFUSED,
        What.GUEST_ORDERS_SEEN,
        What.SEARCHED_EMAIL,
        What.SEARCHED_PHONE,
        What.SEARCHED_NAME,
    }
)
_ORDERS = frozenset(
    {
        What.ORDER_OPENED,
        What.ORDERS_LISTED,
        What.SEARCHED_REFERENCE,
        What.RAW_SEEN,
        What.CUSTOM_DATA_SEEN,
        What.CALENDAR_SEEN,
    }
)
OF_KIND: dict[Kind, frozenset[What]] = {
    Kind.ORDERS: _ORDERS,
    Kind.PEOPLE: _PEOPLE,
    Kind.ACCOUNT: frozenset(What) - _ORDERS - _PEOPLE - CHAINING,
}
