"""`python -m sandbox --port N`: run the stand-in until SIGTERM or Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import errno
import os
import secrets
import signal
import sys
from pathlib import Path

from sandbox.faults import FAULTS
from sandbox.server import Listener
from sandbox.service import Service
from sandbox.world import load


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A stand-in for the CDP on loopback.")
    parser.add_argument("--port", type=int, default=9000, help="port on 127.0.0.1 (9000); 0 takes a free one")
    parser.add_argument("--latency-ms", type=float, default=0, help="wait so long before each answer")
    parser.add_argument("--drip-seconds", type=float, default=1, help="pause between two bytes of the slow faults")
    parser.add_argument("--data", type=Path, help="folder of world files (the sandbox's own)")
    parser.add_argument("--client-key", default="sandbox-key", help="user name of Basic auth")
    parser.add_argument("--token", help="password; better SANDBOX_TOKEN or --token-file; a fresh one without any")
    parser.add_argument("--token-file", type=Path, help="file that holds the token")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[@PART]", help="a fault for everything")
    parser.add_argument("--list-faults", action="store_true", help="print the faults and end")
    parser.add_argument("--no-expand", action="store_true", help="do not do expand=true on collections")
    parser.add_argument(
        "--list-items", action="store_true", help="lists of orders with expand=true hold their items too"
    )
    parser.add_argument("--miss", type=int, choices=(200, 404), default=200, help="status of a search without a hit")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Run the sandbox. Return exit status 0 after a signal or `--list-faults`, or 2 if it cannot start."""
    given = arguments(argv)
    if given.list_faults:
        print("\n".join(f"{name:16} {meaning}" for name, meaning in FAULTS.items()))
        return 0
    token = given.token or os.environ.get("SANDBOX_TOKEN", "")
    try:
        if given.token_file and not token:
            token = given.token_file.read_text(encoding="utf-8").strip()
        service = Service(
            load(given.data),
            given.client_key,
            token or secrets.token_urlsafe(24),
            miss=given.miss,
            expand=not given.no_expand,
            list_items=given.list_items,
        )
        for fault in given.fault:
            name, _, part = fault.partition("@")
            service.faults.set("*", name, part)
        if not token:
            print(f"token: {service.token}", flush=True)
        listener = Listener(service, port=given.port, latency=given.latency_ms / 1000, drip=given.drip_seconds)
        asyncio.run(_serve(service, listener))
    except (OSError, ValueError, OverflowError) as problem:
        print(_sentence(problem, given.port), file=sys.stderr)
        return 2
    return 0


def _sentence(problem: Exception, port: int) -> str:
    if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
        return f"Port {port} is taken: end what listens there or choose another with --port."
    return f"The sandbox cannot start: {problem}"


async def _serve(service: Service, listener: Listener) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await listener.apply()
    print(f"sandbox: {service.own} ({len(service.world.orders)} orders)", flush=True)
    await ended.wait()
    listener.close()


if __name__ == "__main__":
    sys.exit(main())
