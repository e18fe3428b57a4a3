"""A Roundup tracker, run by the Python that has it: `roundup_site.py TRACKER PORT`, with the values of its issues as JSON on stdin.

Prints the numbers of the issues as JSON, then serves with Roundup's WSGI application: roundup-server does not run as root.
"""

from __future__ import annotations

import json
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIServer, make_server

from roundup import instance
from roundup.cgi.wsgi_handler import RequestDispatcher


class Threads(ThreadingMixIn, WSGIServer):
    """A server with a thread for each request, since a browser opens more connections than it uses."""

    daemon_threads = True


def fill(tracker: str, values: dict[str, str]) -> dict[str, str]:
    """Create an issue for each value; returns their numbers by the names of the values."""
    db = instance.open(tracker).open("admin")
    numbers = {
        name: db.issue.create(title=f"Issue: {name}", priority="1", booking_reference=value)
        for name, value in values.items()
    }
    db.commit()
    db.close()
    return numbers


tracker, port = sys.argv[1], int(sys.argv[2])
print(json.dumps(fill(tracker, json.load(sys.stdin))), flush=True)
with make_server("localhost", port, RequestDispatcher(tracker), server_class=Threads) as server:
    server.serve_forever()
