"""The peer with aiohttp: one ClientSession for the process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from fastapi import FastAPI

from bench.peers.web import CREDENTIAL, UPSTREAM, make


@asynccontextmanager
async def client(app: FastAPI) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(
        base_url=UPSTREAM,
        auth=aiohttp.BasicAuth(*CREDENTIAL),
        headers={"Accept": "application/json"},
        timeout=aiohttp.ClientTimeout(total=6, connect=2),
        connector=aiohttp.TCPConnector(limit=256),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as shared:

        async def fetch(path: str) -> tuple[int, bytes]:
            async with shared.get(path, allow_redirects=False) as answer:
                return answer.status, await answer.read()

        app.state.fetch = fetch
        yield


app = make(client)
