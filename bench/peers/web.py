"""The order page as a FastAPI app. The two peers that use it differ only in their HTTP client."""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from jinja2 import Environment, FileSystemLoader
from starlette.middleware.gzip import GZipMiddleware

from bench.peers import database, order

UPSTREAM = os.environ.get("BENCH_UPSTREAM", "")
CREDENTIAL = (os.environ.get("BENCH_CLIENT_KEY", ""), os.environ.get("BENCH_TOKEN", ""))
REF = re.compile(r"(?!\.\.?$)[A-Za-z0-9._~-]{1,128}")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store, private",
}
PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)

Fetch = Callable[[str], Awaitable[tuple[int, bytes]]]
"""Get a path of the CDP: (status, body). May raise OSError or TimeoutError."""


def agent(request: Request) -> database.Agent:
    """The signed-in agent. Raises HTTPException (401) if nobody is signed in."""
    signed_in = database.signed_in(request.cookies.get(database.COOKIE, ""))
    if signed_in is None:
        raise HTTPException(401, "Sign in.")
    return signed_in


async def here(request: Request) -> database.Agent:
    """The signed-in agent, looked up on the event loop: a query by key in a local file takes less time than a switch to a thread."""
    return agent(request)


async def read_order(fetch: Fetch, ref: str) -> tuple[dict[str, Any], int]:
    """The order with all its items, and the number of calls. Raises HTTPException if the CDP does not answer with status 200."""
    path = f"/v2/orders/{quote(ref, safe='')}"
    body, calls = await answered(fetch, f"{path}?expand=orderItems"), 1
    if order.needs_more(body):
        items: list[Any] = []
        while True:
            page = await answered(fetch, f"{path}/orderItems?expand=true&limit={order.PAGE}&offset={len(items)}")
            calls += 1
            items += page["items"]
            if len(page["items"]) < order.PAGE:
                break
        body["orderItems"]["items"] = items
    return body, calls


async def answered(fetch: Fetch, path: str) -> dict[str, Any]:
    try:
        status, body = await fetch(path)
    except (OSError, TimeoutError) as error:
        raise HTTPException(502, "The CDP did not answer.") from error
    if status == 404:
        raise HTTPException(404, "The CDP does not know this order.")
    if status != 200:
        raise HTTPException(502, "The CDP did not answer as documented.")
    return order.parse(body)


def make(open_client: Callable[[FastAPI], AbstractAsyncContextManager[None]]) -> FastAPI:
    """The app. `open_client` opens the shared client for the app's lifetime and sets `app.state.fetch`."""
    app = FastAPI(lifespan=open_client, openapi_url=None)
    app.add_middleware(GZipMiddleware, minimum_size=500, compresslevel=6)
    template = PAGES.get_template("order.html")

    @app.get("/orders/{ref}/")
    async def order_page(request: Request, ref: str, who: Annotated[database.Agent, Depends(here)]) -> HTMLResponse:
        if not REF.fullmatch(ref):
            raise HTTPException(404, "Not a reference.")
        began = time.perf_counter()
        body, calls = await read_order(request.app.state.fetch, ref)
        seconds = time.perf_counter() - began
        now = datetime.now(UTC)
        seen = order.view(body, now)
        request_id = uuid.uuid4().hex
        await database.in_turn(
            database.record,
            who,
            order_ref=body["ref"],
            reference=seen["reference"],
            route="–".join(seen["route"]),
            request_id=request_id,
            ticket=request.query_params.get("ticket", "")[:64],
        )
        html = template.render(**seen, agent=who, csrf=who.csrf, now=now, calls=calls, seconds=seconds)
        return HTMLResponse(html, headers={**HEADERS, "X-Request-Id": request_id})

    @app.get("/livez")
    async def livez() -> PlainTextResponse:
        return PlainTextResponse("ok")

    return app
