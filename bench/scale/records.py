"""Access records of a company: how many are kept, their size, and how long the nightly commands take.

The figures are per record, as measured with 200,000 to five million records. The totals are proportional to the number of records.
"""

from __future__ import annotations

KEPT = (90, 400)  # days: the least that `prune_access_records` accepts, and the period of the shipped timer
CHECKED_NIGHTLY = 8  # days, where checking them all no longer fits a night
WORKED = 5 / 7  # of all days
SIZE = 614  # bytes with its indexes, of five million in a partition for each month
DUMPED = 90  # bytes in a backup of PostgreSQL, of 200,000
CHECKED = (
    40e-6  # seconds of one core, of 200,000 in the chains of one process; 36 and what the notes of other chains add
)
PRUNED = 68e-6  # seconds, with the pauses between batches, of 2.5 million deleted one by one
NIGHT = 8 * 3600.0  # seconds


def kept(a_day: float, days: int) -> float:
    """The number of records in the table if each is kept for `days` days. `a_day` is the number on a working day."""
    return a_day * days * WORKED


def agents_until(records: float, a_day_each: float, days: int) -> int:
    """The number of agents for whom the table holds `records` records if each is kept for `days` days.

    `a_day_each` is the number of one agent's records on a working day.
    """
    return int(records / kept(a_day_each, days))
