"""The peer with httpx: one AsyncClient for the process, as httpx's own guide recommends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from bench.peers.web import CREDENTIAL, UPSTREAM, make


@asynccontextmanager
async def client(app: FastAPI) -> AsyncIterator[None]:
    async with httpx.AsyncClient(
        base_url=UPSTREAM,
        auth=CREDENTIAL,
        headers={"Accept": "application/json"},
        timeout=httpx.Timeout(6, connect=2),
        limits=httpx.Limits(max_connections=256, max_keepalive_connections=256),
        trust_env=False,
    ) as shared:

        async def fetch(path: str) -> tuple[int, bytes]:
            try:
                answer = await shared.get(path)
            except httpx.TransportError as error:
                raise OSError("no answer") from error
            return answer.status_code, answer.content

        app.state.fetch = fetch
        yield


app = make(client)
