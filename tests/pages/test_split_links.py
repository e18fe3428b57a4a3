"""A link whose value holds an unencoded `?`: which part of the query belongs to the value."""

from __future__ import annotations

import pytest

from accounts.split_links import split


@pytest.mark.parametrize(
    ("path", "query", "value", "parameters"),
    [
        ("/orders/paid", "%20B94TXY/?ticket=RM-16", " B94TXY/", "ticket=RM-16"),
        ("/orders/B94TXY", "/?ticket=RM-16", "/", "ticket=RM-16"),
        ("/orders/B94TXY", "?ticket=RM-16", "/", "ticket=RM-16"),
        ("/orders/a/", "b/?ticket=1&connection=main", "b/", "ticket=1&connection=main"),
        ("/orders/paid", "sure?%20B94TXY/?ticket=1", "sure? B94TXY/", "ticket=1"),
        ("/orders/paid", "%20yes%20&%20B94TXY/?ticket=1", " yes & B94TXY/", "ticket=1"),
        ("/orders/paid", "%20B94TXY+1/?ticket=1", " B94TXY+1/", "ticket=1"),
        ("/orders/paid", "%20B94TXY/", " B94TXY/", ""),
        ("/orders/paid", "%20B94TXY", " B94TXY", ""),
        ("/orders/https://api.example/v2/orders", "referenceId=B94TXY/", "referenceId=B94TXY/", ""),
        ("/orders/https://api.example/v2/orders", "referenceId=B94TXY/?ticket=1", "referenceId=B94TXY/", "ticket=1"),
        ("/orders/http://o.example/orders/B94TXY/", "ticket=OLD/?ticket=1", "ticket=OLD/", "ticket=1"),
        ("/orders/B94TXY", "%FF/?ticket=1", "\ufffd/", "ticket=1"),
    ],
)
def test_the_value_and_the_parameters_are_taken_apart(path: str, query: str, value: str, parameters: str) -> None:
    assert split(path, query) == (value, parameters)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/orders/B94TXY/", "ticket=1"),
        ("/orders/B94TXY", "ticket=1"),
        ("/orders/B94TXY", "ticket=INC/5"),
        ("/orders/B94TXY/", "ticket=what?&connection=main"),
        ("/orders/B94TXY/", "utm_source=mail"),
        ("/orders/B94TXY/", "connection=a?b"),
        ("/orders/B94TXY/contacts/", "ticket=1&connection=main"),
    ],
)
def test_a_query_that_is_only_parameters_stays_whole(path: str, query: str) -> None:
    assert split(path, query) == ("", query)
