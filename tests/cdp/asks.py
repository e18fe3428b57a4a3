"""The requests that the client can make, found by the signatures of its methods, so that tests of all requests miss none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from inspect import Parameter, signature
from typing import Any

from orders.cdp.client import CdpClient

TERM = "a@example.com"

Ask = Callable[[CdpClient], Any]
AskWith = Callable[[CdpClient, str], Any]


def _found() -> Iterator[tuple[str, bool, AskWith]]:
    """For each method that takes one ref or search term: its name, whether it takes a ref, and a function that calls it with a text."""
    for method, call in vars(CdpClient).items():
        if method.startswith("_") or not callable(call):
            continue
        _self, *parameters = signature(call).parameters.values()
        for parameter in parameters:
            name, kind = parameter.name, str(parameter.annotation)
            if parameter.kind is Parameter.KEYWORD_ONLY and kind.startswith("str"):
                yield f"{method}({name})", name.endswith("ref"), partial(_with, call, name)
            elif name.endswith("ref"):
                yield method, True, call


def _with(call: Callable[..., Any], name: str, client: CdpClient, text: str) -> Any:
    return call(client, **{name: text})


BY_REF = {name: call for name, is_ref, call in _found() if is_ref and name != "order_at_hand"}  # which makes no call
BY_TERM = {name: call for name, is_ref, call in _found() if not is_ref}


def asks(ref: str) -> dict[str, Ask]:
    """Every request of the client, by name: for this ref or, if it is a search, for TERM."""
    by_ref = {name: lambda client, call=call: call(client, ref) for name, call in BY_REF.items()}
    by_term = {name: lambda client, call=call: call(client, TERM) for name, call in BY_TERM.items()}
    return {
        **by_ref,
        **by_term,
        "_list_items": lambda client: client._list_items(ref, at_least=0),
        "probe": CdpClient.probe,
    }
