"""Agents who work without a pause: they open orders, search, and sign in again."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import requests
import urllib3

from tests.live import PASSWORD, sign_in
from tests.operations.balancing import NAME

REFERENCE = "B94TXY"


@dataclass
class Traffic:
    """The agents' results: `seen` counts them by action and status, `failed` lists missing and wrong answers.

    `shown` has the request ids of the orders that were shown, `openers` the agents who saw one, `strange` the statuses of pages that no
    server of ours made.
    """

    seen: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    failed_at: list[float] = field(default_factory=list)  # by time.monotonic
    shown: set[str] = field(default_factory=set)
    openers: set[str] = field(default_factory=set)
    strange: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.seen.values())

    def note(self, answer: requests.Response, *_args: object, **_more: object) -> None:
        """Take note of an answer; a session calls this for each."""
        if answer.status_code == 200 and answer.request.method == "GET" and "/orders/" in answer.url:
            self.shown.add(answer.headers["X-Request-ID"])
        if "X-Request-ID" not in answer.headers:
            self.strange.append(answer.status_code)

    def fail(self, what: str) -> None:
        self.failed.append(what)
        self.failed_at.append(time.monotonic())

    def go_on(self, answers: int = 24) -> None:
        """Wait until that many more answers have arrived without a failure in between."""
        goal = self.total + answers
        failures = len(self.failed)

        def enough() -> bool:
            nonlocal goal, failures
            if len(self.failed) > failures:
                failures, goal = len(self.failed), self.total + answers
            return self.total >= goal

        self.until(enough)

    def until(self, enough: Callable[[], bool]) -> None:
        limit = time.monotonic() + 180
        while not enough():
            assert time.monotonic() < limit, (self.seen, self.failed)
            time.sleep(0.05)


@contextmanager
def agents_at_work(port: int, names: list[str]) -> Iterator[Traffic]:
    """Each agent repeatedly opens an order (GET), looks up a reference (POST), and signs in again on a connection of its own (POST).

    When the block begins, each of them is signed in and has opened an order.
    """
    traffic, over, counting = Traffic(), threading.Event(), threading.Lock()
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def work(session: requests.Session, name: str) -> None:
        while not over.is_set():
            for does, is_right in RIGHT.items():
                kind = does.__name__.strip("_")
                try:
                    answer = does(session, port, name)
                except requests.RequestException as error:
                    traffic.fail(f"{kind}: {type(error).__name__}")
                    continue
                with counting:
                    traffic.seen[f"{kind}: {answer.status_code}"] += 1
                if not is_right(answer):
                    traffic.fail(f"{kind}: {answer.status_code}")
                elif does is _open_an_order:
                    traffic.openers.add(name)

    with ExitStack() as stack:
        sessions = [stack.enter_context(_signed_in(port, name)) for name in names]
        for session in sessions:
            session.hooks["response"].append(traffic.note)
        working = [threading.Thread(target=work, args=pair) for pair in zip(sessions, names, strict=True)]
        for thread in working:
            thread.start()
        try:
            traffic.until(lambda: traffic.openers == set(names))
            yield traffic
        finally:
            over.set()
            for thread in working:
                thread.join(60)


@contextmanager
def opening_orders(url: str, names: list[str]) -> Iterator[list[int]]:
    """People who open order after order on a server without TLS. Yields the statuses they saw: 0 for a page without the order."""
    over, seen = threading.Event(), list[int]()

    def work(name: str) -> None:
        with requests.Session() as session:
            session.trust_env = False
            sign_in(session, url, name)
            while not over.is_set():
                answer = session.get(f"{url}/orders/{REFERENCE}/", timeout=20, allow_redirects=False)
                seen.append(answer.status_code if _shows_the_order(answer) or answer.status_code != 200 else 0)

    working = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in working:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in working:
            thread.join(30)


def as_a_browser(port: int) -> requests.Session:
    """A session over TLS that accepts any certificate and uses the host name that people do."""
    session = requests.Session()
    session.trust_env, session.verify = False, False
    session.headers.update(
        {
            "Host": f"{NAME}:{port}",
            "Origin": f"https://{NAME}:{port}",
            "Referer": f"https://{NAME}:{port}/",
        }
    )
    return session


def _signed_in(port: int, name: str) -> requests.Session:
    session = as_a_browser(port)
    answer = _post(session, port, "/accounts/login/", username=name, password=PASSWORD)
    assert _is_signed_in(answer), answer.status_code
    return session


def _open_an_order(session: requests.Session, port: int, _name: str) -> requests.Response:
    return session.get(f"https://127.0.0.1:{port}/orders/{REFERENCE}/", timeout=30, allow_redirects=False)


def _search(session: requests.Session, port: int, _name: str) -> requests.Response:
    return _post(session, port, "/", "/orders/", q=REFERENCE)


def _sign_in_anew(session_of_before: requests.Session, port: int, name: str) -> requests.Response:
    with as_a_browser(port) as session:
        session.hooks = session_of_before.hooks
        return _post(session, port, "/accounts/login/", username=name, password=PASSWORD)


def _post(session: requests.Session, port: int, page: str, to: str = "", **fields: str) -> requests.Response:
    """The answer to the form of `page`, or the page itself if it has no form."""
    form = session.get(f"https://127.0.0.1:{port}{page}", timeout=30)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    if token is None:
        return form
    data = {"csrfmiddlewaretoken": token[1], **fields}
    return session.post(f"https://127.0.0.1:{port}{to or page}", data=data, timeout=30, allow_redirects=False)


def _shows_the_order(answer: requests.Response) -> bool:
    return answer.status_code == 200 and REFERENCE in answer.text


def _leads_to_the_order(answer: requests.Response) -> bool:
    """Whether the answer leads to the order, and not to the sign-in, as for a person who is signed out."""
    return answer.status_code in (302, 303) and answer.headers["Location"].startswith("/orders/")


def _is_signed_in(answer: requests.Response) -> bool:
    """Whether the sign-in succeeded; a refused one is 200, with the form."""
    return answer.status_code == 302 and answer.headers["Location"] == "/"


RIGHT: dict[Callable[[requests.Session, int, str], requests.Response], Callable[[requests.Response], bool]] = {
    _open_an_order: _shows_the_order,
    _search: _leads_to_the_order,
    _sign_in_anew: _is_signed_in,
}
