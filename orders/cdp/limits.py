"""Limits on outbound calls and on the data that one page reads, with the reasons for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits, in seconds, bytes or counts. Operators can change some of them (`cdpviewer.remote.limits`)."""

    connect: float = 2.0  # a host that takes longer to accept a connection is unlikely to answer in time
    call: float = 6.0  # for one resource, retries included
    page: float = 10.0  # for all that a page waits for; with rendering, the page takes less than 12 s
    body: int = 2_000_000  # bytes of an answer, compressed or decompressed: 100 expanded items take about 150 kB
    error_body: int = 65_536  # bytes read from a refusal, so that its connection can be reused
    read_size: int = 65_536  # bytes per read of an answer
    retries: int = 2  # more would not help within 6 s, and would burden a failing CDP
    backoff: float = 0.1  # seconds: the longest wait before the first retry; doubled for each further retry
    waiting_pages: int = 1_000  # per process: a waiting page takes about 100 kB
    side_by_side: int = 25  # concurrent calls of a page; the vendor's limits are not published
    pool_threads: int = 2_000  # greenlets in the server; two per waiting page: a ticket link is tried two ways at once
    connections: int = 1_000  # kept open per host, so that no waiting page has to close one
    page_size: int = 100  # the API's maximum
    most_records: int = 1_000  # a longer collection is probably a loop, not an order
    page_bytes: int = 20_000_000  # in all answers of a page: ten answers of maximum size
    page_values: int = 1_500_000  # in all answers of a page: parsing takes time; the largest known order has 40,000
    most_pages: int = 200  # enough even if a server ignores the requested size and sends ten entries a page
