"""Other systems' spellings of the statuses in `statuses`: synonyms, short forms, codes, and words in other languages."""

from __future__ import annotations

import re
from unicodedata import normalize

# Other spellings, as `key` returns them, by the code of their row.
_SPELLED = {
    "CANCEL_REQUESTED": "CANCELLATIONREQUESTED CANCELLATIONREQUEST CANCELREQUEST",
    "CANCELLATION_PENDING": "PENDINGCANCELLATION PENDINGCANCEL CANCELPENDING CANCELPENDINGAPPROVAL CANCELLING TOBECANCELLED",
    "CANCELLATION_REJECTED": "CANCELREJECTED CANCELLATIONDENIED CANCELLATIONDECLINED CANCELDENIED CANCELDECLINED",
    "CANCEL_FAILED": "CANCELLATIONFAILED",
    "CANCELLED_REFUNDED": "CANCELLEDANDREFUNDED",
    # Agents' short forms, codes of reservation systems, and words in other languages with their endings.
    "CANCELLED": "FULLYCANCELLED CANCELLATIONCONFIRMED CANCELLATIONCOMPLETED CXL CXLD XLD CANX CNX CNXD CNCLD CNL HX "
    "STORNIERT ANNULLIERT ANNULE ANNULEE ANNULES CANCELADO CANCELADA ANULADO ANULADA ANNULLATO ANNULLATA GEANNULEERD "
    "ANULOWANE ANULOWANY AVBOKAD KANSELLERT PERUUTETTU",
    "PARTIALLY_CANCELLED": "PARTIALLYCANCEL PARTIALLYCANCELLATION",
    "CONFIRMED": "HK KK BESTATIGT CONFIRME CONFIRMEE CONFIRMADO CONFIRMADA",
    "REFUNDED": "FULLYREFUNDED",
    "REFUND_REQUESTED": "REFUNDREQUEST",
    "REFUND_PENDING": "PENDINGREFUND",
    "REFUND_REJECTED": "REFUNDDENIED REFUNDDECLINED",
    "PAYMENT_PENDING": "PENDINGPAYMENT AWAITINGPAYMENT",
    "PAYMENT_DECLINED": "PAYMENTREJECTED",
    "ON_HOLD": "HOLD HELD",
    "VOID": "VOIDED",
    "WAITLISTED": "WAITLIST WAITINGLIST HL",
    "COMPLETED": "COMPLETE",
    "IN_PROGRESS": "PROCESSING",
    "NO_SHOW": "NOSHOWED",
    "REJECTED": "UC UN",
}
ALSO = {spelling: code for code, spellings in _SPELLED.items() for spelling in spellings.split()}

_USUAL = (
    (re.compile(r"CANCELL?(?=ED|ATION|ING)"), "CANCELL"),
    (re.compile(r"PARTIALL?Y|PARTIAL|PARTLY"), "PARTIALLY"),
)
# Words that may stand beside "cancelled" (who cancelled what, and on which terms) without changing what it means.
_BEFORE_IT = (
    "AGENT AIRLINE AUTO AUTOMATICALLY BOOKING CARRIER CUSTOMER FLIGHT FULLY INVOLUNTARILY INVOLUNTARY IS ITEM ORDER PASSENGER "
    "PAX PNR SYSTEM USER VOLUNTARILY VOLUNTARY WAS"
)
_AFTER_IT = "BUT DUE FEE NO PENALTY PENDING REFUND REFUNDED REQUESTED SHOW WITH WITHOUT"
_BEFORE = frozenset(_BEFORE_IT.split())
_AFTER = _BEFORE | frozenset(_AFTER_IT.split())


def key(text: str) -> str:
    """The letters and digits of a status in capitals, without accents; CANCELED becomes CANCELLED, and PARTLY becomes PARTIALLY."""
    letters = "".join(letter for letter in normalize("NFKD", text).upper() if letter.isalnum())
    for spelling, usual in _USUAL:
        letters = spelling.sub(usual, letters, count=1)
    return letters


def says_cancelled(text: str) -> bool:
    """Whether the words of a status mean a full cancellation.

    "Cancelled by airline", "AUTO_CANCELLED" and "Canceled (no show)" do; "To be cancelled", "not cancelled" and "payment cancelled" do not.
    """
    if key(text).startswith("CANCELLEDBY"):
        return True
    spaced = " ".join(re.split(r"[\W_]+", text.upper())).replace("CANCELED", "CANCELLED")
    before, cancelled, after = spaced.partition("CANCELLED")
    return bool(cancelled) and _BEFORE.issuperset(before.split()) and _AFTER.issuperset(after.split())
