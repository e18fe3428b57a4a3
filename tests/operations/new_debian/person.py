"""A person in the new Debian, through nginx: signs in, enters a connection to the stand-in CDP, searches for an order and reads it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from pathlib import Path

import requests

NAME = "orders.example.com"
SITE = f"https://{NAME}"
SERVER = "http://127.0.0.1:8000"
ORDER = "d680c9be-4c07-4731-857e-9602034b15f2"
# Status, price and itinerary of the stand-in's order B94TXY.
SHOWN = ("Purchased", "100.00", "Dublin", "London Heathrow", "Las Vegas", "BX 459", "BX 460", "16:00", "22:40")


def ready(seconds: float = 60) -> None:
    """Wait until `/readyz` answers 200. Raises AssertionError after `seconds`."""
    ends = time.monotonic() + seconds
    answer = "no answer"
    while time.monotonic() < ends:
        try:
            response = requests.get(f"{SERVER}/readyz", timeout=2)
        except requests.RequestException:
            pass
        else:
            answer = f"{response.status_code} {response.text}"
            if response.status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError(f"/readyz: {answer}")


def browser() -> requests.Session:
    """A session that trusts only the chapter's certificate."""
    session = requests.Session()
    session.trust_env, session.verify = False, f"/etc/ssl/{NAME}.pem"
    return session


def post(session: requests.Session, page: str, to: str = "", **fields: str) -> requests.Response:
    """Fill in the form of a page and send it; returns the answer after redirects."""
    form = session.get(SITE + page, timeout=20)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
    assert token, (form.status_code, form.url)
    return session.post(
        SITE + (to or page),
        {"csrfmiddlewaretoken": token[1], **fields},
        headers={"Referer": SITE + page, "Origin": SITE},
        timeout=20,
    )


def signed_in() -> requests.Session:
    """The session of the chapter's first person, on the start page."""
    session = browser()
    password = Path("/root/first-password").read_text().strip()
    home = post(session, "/accounts/login/", username="admin", password=password)
    assert home.status_code == 200 and home.url.startswith(SITE) and "/accounts/login" not in home.url, home.url
    assert "admin" in home.text
    return session


def read_the_order(session: requests.Session) -> str:
    """Search for the order; returns the page's request id."""
    page = post(session, "/", "/orders/", q="B94TXY")
    assert page.status_code == 200, page.status_code
    missing = [text for text in SHOWN if text not in page.text]
    assert not missing, (page.url, missing)
    return page.headers["X-Request-ID"]


def recorded(request_id: str) -> str:
    """PostgreSQL's record of a page that showed an order, as `person|order|outcome`."""
    query = "SELECT user_name, order_ref, outcome FROM orders_accessrecord WHERE what = 'order_opened' AND request_id = :'id'"
    command = [
        "/usr/bin/su",
        "postgres",
        "-c",
        f"psql --no-psqlrc --tuples-only --no-align --set=id={shlex.quote(request_id)} cdpviewer",
    ]
    return subprocess.run(command, check=True, cwd="/", input=query, stdout=subprocess.PIPE, text=True).stdout.strip()


def main() -> None:
    ready()
    assert requests.get(f"http://{NAME}", allow_redirects=False, timeout=5).status_code == 301
    session = signed_in()
    print("signed in as admin", flush=True)
    if "CDP_TOKEN" in os.environ:
        saved = post(
            session, "/connections/add/", name="Stand-in", region="sandbox", version="v2", clock="local",
            client_key=os.environ["CDP_KEY"], token=os.environ["CDP_TOKEN"],
        )  # fmt: skip
        assert saved.status_code == 200 and "Stand-in" in saved.text and "/add/" not in saved.url, saved.url
        print("a connection was entered, and the CDP accepted it", flush=True)
    record = recorded(read_the_order(session))
    assert record == f"admin|{ORDER}|shown", record
    print(f"an order was opened, with the record {record}", flush=True)


if __name__ == "__main__":
    main()
