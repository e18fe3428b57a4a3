"""The actions in access records: views of orders and people, account events, and notes about the records' own chains."""

from __future__ import annotations

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The groups of access records; all but CHAINS are filters on the activity page."""

    ORDERS = "orders", _("orders")
    PEOPLE = "people", _("people viewed")
    ACCOUNT = "account", _("account events")
    # About the records' own chains: `check_records` reads them, and the activity page leaves them out.
    CHAINS = "chains", _("chains of records")


class Action(models.TextChoices):
    """The view or event that a record is about, stored in `AccessRecord.what` (at most 24 characters).

    An action defined without a kind is an account event.
    """

    kind: Kind

    def __new__(cls, value: str, kind: Kind = Kind.ACCOUNT) -> Action:
        """A member with this stored value and kind; Django has already removed the label."""
        member = str.__new__(cls, value)
        member._value_, member.kind = value, kind
        return member

    ORDER_OPENED = "order_opened", Kind.ORDERS, _("opened order")
    ORDERS_LISTED = "orders_listed", Kind.ORDERS, _("listed matching orders")
    ORDER_LOOKED_UP = "order_looked_up", Kind.ORDERS, _("looked up order")
    SEARCHED_REFERENCE = "searched_reference", Kind.ORDERS, _("searched by reference")
    RAW_SEEN = "raw_seen", Kind.ORDERS, _("viewed raw data")
    CUSTOM_DATA_SEEN = "custom_data_seen", Kind.ORDERS, _("viewed custom data")
    CALENDAR_SEEN = "calendar_seen", Kind.ORDERS, _("downloaded calendar file")

    CONTACTS_SEEN = "contacts_seen", Kind.PEOPLE, _("viewed contacts")
    TRAVELLERS_SEEN = "travellers_seen", Kind.PEOPLE, _("viewed travellers")
    FIELD_REVEALED = "field_revealed", Kind.PEOPLE, _("revealed hidden field")
    REVEAL_REFUSED = "reveal_refused", Kind.PEOPLE, _("was refused access to a hidden field")
    GUEST_ORDERS_SEEN = "guest_orders_seen", Kind.PEOPLE, _("viewed a customer’s orders")
    SEARCHED_EMAIL = "searched_email", Kind.PEOPLE, _("searched by e-mail")
    SEARCHED_PHONE = "searched_phone", Kind.PEOPLE, _("searched by phone")
    SEARCHED_NAME = "searched_name", Kind.PEOPLE, _("searched by name")

    SIGNED_IN = "signed_in", _("signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("sign-in failed")
    LOCKED_OUT = "locked_out", _("sign-in attempts limited after failures")
    SIGNED_OUT = "signed_out", _("signed out")
    SESSION_ENDED = "session_ended", _("session ended")
    FACTOR_ADDED = "factor_added", _("second factor added")
    FACTOR_REMOVED = "factor_removed", _("second factor removed")
    FACTOR_RESET = "factor_reset", _("reset a user’s second factor")
    PASSWORD_CHANGED = "password_changed", _("changed own password")
    PASSWORD_SET = "password_set", _("set a user’s password")
    PASSWORD_ENDED = "password_ended", _("password removed")
    PASSWORD_LINK_MADE = "password_link_made", _("password link created")
    PERSON_ADDED = "person_added", _("user added")
    PERSON_RENAMED = "person_renamed", _("user renamed")
    PERSON_DEACTIVATED = "person_deactivated", _("user deactivated")
    PERSON_ACTIVATED = "person_activated", _("user reactivated")
    RIGHTS_GIVEN = "rights_given", _("rights granted")
    RIGHTS_TAKEN = "rights_taken", _("rights removed")
    CONNECTION_ADDED = "connection_added", _("connection added")
    CONNECTION_REPLACED = "connection_replaced", _("credential replaced")
    CONNECTION_CHANGED = "connection_changed", _("connection settings changed")
    CONNECTION_DEFAULT = "connection_default", _("connection set as default")
    CONNECTION_TRIED = "connection_tried", _("connection tested")
    CONNECTION_CONFIRMED = "connection_confirmed", _("connection confirmed")
    CONNECTION_DELETED = "connection_deleted", _("connection deleted")
    INTEGRATION_ADDED = "integration_added", _("integration added")
    INTEGRATION_REVOKED = "integration_revoked", _("integration revoked")
    VIEWS_LIMITED = "views_limited", _("too many views")
    ACTIVITY_EXPORTED = "activity_exported", _("activity exported")
    RECORDS_PRUNED = "records_pruned", _("old records removed")

    CHAINS_BEGUN = "chains_begun", Kind.CHAINS, _("record chaining started")
    CHAIN_SEEN = "chain_seen", Kind.CHAINS, _("another chain’s head recorded")
    HEAD_TAKEN = "head_taken", Kind.CHAINS, _("chain head printed")


def choices() -> list[tuple[str, str | Promise]]:
    """The stored value and label of each action. This is a function so that a new action needs no migration."""
    return [(action.value, action.label) for action in Action]


CHAINING = frozenset(action for action in Action if action.kind is Kind.CHAINS)
OF_KIND: dict[Kind, frozenset[Action]] = {
    kind: frozenset(action for action in Action if action.kind is kind) for kind in Kind
}
