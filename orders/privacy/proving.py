"""Proof that the access records are unchanged: every chain is read and checked link by link.

The check finds records that were changed, moved, redated, removed, or written without the sealing key. The removal of a chain's last
records is found if one of them was noted as a head in another chain. The records alone cannot show that all chains lost everything after
some moment, for example because an old copy of the database was restored. A head stored elsewhere shows this.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hmac import compare_digest
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connections
from django.db.models import Q, QuerySet

from orders.privacy import owner
from orders.privacy.access_record import AccessRecord
from orders.privacy.chain import day_of, seal, seal_keys
from orders.privacy.partitions import repeated_ids
from orders.privacy.record_kinds import Action

_BEGUN = re.compile(r"(?P<count>\d+) records up to (?P<last>\d+)")
_PRUNED = re.compile(r"before (?P<limit>\d{4}-\d\d-\d\d), (?P<left>\d+) without a chain left")
_COLUMNS = tuple(column.attname for column in AccessRecord._meta.concrete_fields)  # noqa: SLF001  (Django's own name for it)
Row = dict[str, Any]
CHUNK = 10_000  # some 20 MB; planning a read of all partitions takes milliseconds, so smaller chunks take longer


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain at some moment; written as `chain/link/seal`."""

    chain: str
    link: int
    seal: str

    def __str__(self) -> str:
        return f"{self.chain}/{self.link}/{self.seal}"

    @classmethod
    def read(cls, text: str) -> Head | None:
        """The head written in `text`; None if `text` is not a head."""
        match = re.fullmatch(r"(\d{8}-[0-9a-f]{12})/([1-9]\d{0,8})/([0-9a-f]{64})", text.strip())
        return cls(match[1], int(match[2]), match[3]) if match else None


@dataclass(slots=True)
class Proof:
    """The result of checking all access records.

    `records` counts those in chains; `without_chain` counts those from before chaining began, unless they are past the age limit.
    `faults` has a sentence for each fault.
    """

    chains: int = 0
    records: int = 0
    without_chain: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Noted:
    """What some records note about others: heads of chains, the start of chaining, and removals of old records.

    `heads` has, for each chain and link, the id of each row that noted it and the seal that the row noted. `pruned` has, for each
    removal, its time, the first day kept, and how many of the records without a chain were kept.
    """

    heads: dict[tuple[str, int], list[tuple[int, str]]] = field(default_factory=dict)
    begun: tuple[int, int] = (0, 0)  # the number of records without a chain, and the id of the last one
    pruned: list[tuple[datetime, date, int]] = field(default_factory=list)

    @property
    def limit(self) -> date:
        """The day (UTC) before which old records have been removed; date.min if none have."""
        return max((limit for _at, limit, _left in self.pruned), default=date.min)

    def unchained(self) -> tuple[int, int]:
        """How many records without a chain must still exist, and the highest id that any of them may have."""
        left = max(self.pruned)[2] if self.pruned else self.begun[0]
        return left, self.begun[1]


def prove(since: Head | None = None, *, first: date | None = None) -> Proof:
    """Read and check every record. It is a fault if `since`, a head that was stored elsewhere, can no longer be found unchanged.

    With `first`, only the chains of that day (UTC) and of later days are read; records without a chain are not checked, and repeated ids
    are not looked for. Raises ValueError if both `since` and `first` are given: a head from before `first` would be reported as missing.
    """
    if since and first:
        raise ValueError("A head can only be looked for in all chains.")
    proof, noted, ends = Proof(), _Noted(), dict[str, int]()
    faults: dict[str, list[str]] = {}
    kept = f"The head that was kept ({since.chain}, link {since.link})" if since else ""
    kept_found = False
    for row in _chained(first).filter(link=None):
        proof.records += 1
        faults.setdefault(row["chain"], []).append(_without_place(row))
    for chain, rows in groupby(_in_order(_chained(first).exclude(link=None)), key=itemgetter("chain")):
        for row in _proved(chain, rows, proof, faults.setdefault(chain, [])):
            ends[chain] = row["link"]
            _note(noted, row)
            if since and (chain, row["link"]) == (since.chain, since.link):
                kept_found = compare_digest(row["seal"], since.seal)
    proof.chains = len(faults)
    # Records beyond the age limit may be partly gone: a prune may have been interrupted.
    proof.faults += [
        fault for chain, chain_faults in faults.items() if _is_kept(chain, noted) for fault in chain_faults
    ]
    _compare_with_heads(proof, noted, ends, first or date.min)
    if first is None:
        _check_unchained(proof, noted)
        for number in repeated_ids(connections[_records().db]):
            proof.faults.append(f"row {number} occurs in two partitions: one was added without the key.")
    if since and not kept_found:
        proof.faults.append(
            f"{kept} is not there: records were removed or an old copy of the database was put back.{_newest()}"
            if _is_kept(since.chain, noted)
            else f"{kept} is older than the records that are kept, and shows nothing any more: keep a newer one."
        )
    return proof


def _records() -> QuerySet[AccessRecord]:
    """All records, read through the connection of the tables' owner if one is configured."""
    return AccessRecord.objects.using(owner.alias())


def _chained(first: date | None) -> QuerySet[AccessRecord, Row]:
    """The records in chains, without those of days before `first`."""
    rows: QuerySet[AccessRecord, Row] = _records().exclude(chain="").values(*_COLUMNS)
    return rows if first is None else rows.filter(chain__gte=f"{first:%Y%m%d}")


def _in_order(rows: QuerySet[AccessRecord, Row]) -> Iterator[Row]:
    """The rows in order of chain and link, read in chunks of CHUNK rows, with one or two statements for each.

    With a single statement, PostgreSQL would first copy all rows to temporary files, or a transaction would have to stay open for hours.
    """
    rows = rows.order_by("chain", "link", "pk")
    chunk = list(rows[:CHUNK])
    while chunk:
        yield from chunk
        last = chunk[-1]
        same = rows.filter(
            Q(chain=last["chain"], link__gte=last["link"]), Q(link__gt=last["link"]) | Q(pk__gt=last["id"])
        )
        chunk = list(same[:CHUNK])
        if len(chunk) < CHUNK:
            chunk += rows.filter(chain__gt=last["chain"])[: CHUNK - len(chunk)]


def _newest() -> str:
    """A sentence with the time of the newest record, after which others may be missing; "" if there is no record."""
    newest = _records().order_by("-at").values_list("at", flat=True).first()
    return f" The newest record is of {newest.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC." if newest else ""


def _is_kept(chain: str, noted: _Noted) -> bool:
    """Whether the chain's day is within the age limit; True if the chain's name has no day."""
    return (day_of(chain) or date.max) >= noted.limit


def _proved(chain: str, rows: Iterator[Row], proof: Proof, faults: list[str]) -> Iterator[Row]:
    """The rows of one chain that are unchanged, and those right after a gap, which cannot be checked.

    For every other row and for each gap, a sentence is added to `faults`. Every row is counted in `proof.records`.
    """
    before: Row | None = None
    for row in rows:
        proof.records += 1
        last = before["link"] if before else 0
        if row["link"] <= last:
            faults.append(_without_place(row))
            continue
        if row["link"] > last + 1:
            gap = (
                f"link {last + 1} of chain {chain} is"
                if row["link"] == last + 2
                else f"links {last + 1} to {row['link'] - 1} of chain {chain} are"
            )
            faults.append(f"{gap} missing before row {row['id']}, which cannot be proved without.")
            yield row
        elif not _is_sealed(row, before["seal"] if before else ""):
            faults.append(f"{_place(row)} is not as it was written: changed, moved, or added without the key.")
        elif row["at"].astimezone(UTC).date() != day_of(chain):
            faults.append(f"{_place(row)} has another day than its chain.")
        else:
            yield row
        before = row


def _place(row: Row) -> str:
    return f"row {row['id']} (chain {row['chain']}, link {row['link']})"


def _without_place(row: Row) -> str:
    return f"{_place(row)} occurs twice or has no position: it was added without the key."


def _is_sealed(row: Row, before: str) -> bool:
    return any(compare_digest(seal(key, before, row), row["seal"]) for key in seal_keys())


def _note(noted: _Noted, row: Row) -> None:
    if row["what"] == Action.CHAIN_SEEN:
        chain, _slash, link = row["detail"].partition("/")
        noted.heads.setdefault((chain, int(link)), []).append((row["id"], row["subject"]))
    elif row["what"] == Action.CHAINS_BEGUN and (begun := _BEGUN.fullmatch(row["detail"])):
        noted.begun = int(begun["count"]), int(begun["last"])
    elif row["what"] == Action.RECORDS_PRUNED and (pruned := _PRUNED.fullmatch(row["detail"])):
        noted.pruned.append((row["at"], date.fromisoformat(pruned["limit"]), int(pruned["left"])))


def _compare_with_heads(proof: Proof, noted: _Noted, ends: dict[str, int], first: date) -> None:
    """Check that no chain ends before a head noted for it, and that each of these heads still has the seal that was noted.

    Chains beyond the age limit and those of days before `first` are left out.
    """
    heads = {
        place: notes
        for place, notes in noted.heads.items()
        if _is_kept(place[0], noted) and (day_of(place[0]) or date.max) >= first
    }
    seals = _seals_of(list(heads))
    for (chain, link), notes in heads.items():
        # A link whose seal is there was added after the chain was read.
        if link > ends.get(chain, 0) and (chain, link) not in seals:
            proof.faults.append(
                f"chain {chain} ends after link {ends.get(chain, 0)}, but row {notes[0][0]} saw its link {link}: its end was removed."
            )
        elif (chain, link) in seals:
            proof.faults += [
                f"link {link} of chain {chain} is not the one that row {row} saw."
                for row, noted_seal in notes
                if not compare_digest(seals[chain, link], noted_seal)
            ]


def _seals_of(links: list[tuple[str, int]]) -> dict[tuple[str, int], str]:
    seals = dict[tuple[str, int], str]()
    for chain, places in groupby(sorted(links), key=itemgetter(0)):
        rows = _records().filter(chain=chain, link__in=[link for _chain, link in places])
        seals |= {(chain, link or 0): row_seal for link, row_seal in rows.values_list("link", "seal")}
    return seals


def _check_unchained(proof: Proof, noted: _Noted) -> None:
    """Check that all records without a chain are from before chaining began, and that none within the age limit is missing."""
    expected, last = noted.unchained()
    unchained = _records().filter(chain="")
    for number in unchained.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True):
        proof.faults.append(f"row {number} has no chain: it was added without the key.")
    limit = datetime.combine(noted.limit, datetime.min.time(), tzinfo=UTC)
    proof.without_chain = unchained.filter(pk__lte=last, at__gte=limit).count()
    if proof.without_chain < expected:
        proof.faults.append(
            f"{expected - proof.without_chain} of the {expected} records from before the chains were removed."
        )
