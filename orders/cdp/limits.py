"""How long and how much: every limit of a call and of what a page reads, with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes and counts. An operator may change them; callers cannot switch any of them off."""

    connect: float = 2.0  # a host that does not take a connection in 2 s will not answer the customer in time
    call: float = 6.0  # one resource with its retries: two slow ones in a row still fit into a page
    page: float = 10.0  # everything a page waits for; with rendering a person stays under 12 s
    body: int = 2_000_000  # bytes, packed and unpacked: 100 expanded items are about 150 kB, so 2 MB is no order
    error_body: int = 65_536  # read off a refused call, so that its connection can be used again
    read_size: int = 65_536  # one small read
    retries: int = 2  # more tries help nobody within 6 s and burden a CDP in trouble
    backoff: float = 0.1  # the first wait is up to this long, each further one up to twice the last
    waiting_pages: int = 1_000  # at a time in one process: a page that waits costs some 100 kB
    side_by_side: int = 25  # nobody knows the vendor's limits: what one page may ask at a time
    pool_threads: int = 100  # four full fan-outs; a page always works on its own thread too
    connections: int = 1_000  # kept open per host, so that no waiting page throws one away
    page_size: int = 100  # the most the API gives in one answer
    most_records: int = 1_000  # a collection longer than this is a loop, not an order
    page_bytes: int = 20_000_000  # of all answers of a page: ten of the largest
    page_values: int = 1_500_000  # in them: reading takes its time by values; the largest order seen has 40,000
    most_pages: int = 200  # of ten, from a server that ignores the size asked for; more would only burden it
