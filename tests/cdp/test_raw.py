from __future__ import annotations

import pytest

from orders.cdp.raw import indent


def test_a_text_is_laid_out_as_it_came() -> None:
    assert indent('{"price":100.00,"price":NaN,"none":{},"list":[1,[],"a,b:{\\"}"]}') == (
        '{\n  "price": 100.00,\n  "price": NaN,\n  "none": {},\n  "list": [\n    1,\n    [],\n    "a,b:{\\"}"\n  ]\n}'
    )


@pytest.mark.parametrize("text", ["", "<html>\n  <b>", "null", "plain words,\n  as they are"])
def test_what_is_no_object_stays_as_it_is(text: str) -> None:
    assert indent(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":[1,2', '{\n  "a": [\n    1,\n    2'),
        ('{"a":"cut', '{\n  "a": "cut'),
        ('{"a" 1 2}', '{\n  "a" 1 2\n}'),
        ("}}]", "}}]"),
        ("[]]}", "[]\n]\n}"),
    ],
)
def test_a_broken_text_is_shown_as_far_as_it_goes(text: str, shown: str) -> None:
    assert indent(text) == shown


@pytest.mark.parametrize(
    "text", ["[" * 500_000, '{"a":' * 200_000, "[" * 400_000 + "]" * 400_000, '"' * 500_000, "[" + "1," * 400_000]
)
def test_depth_and_size_do_not_blow_up(text: str) -> None:
    assert len(indent(text)) < 4 * len(text) + 1000


def test_half_characters_are_replaced() -> None:
    assert indent('{"a":"\ud800"}') == '{\n  "a": "\ufffd"\n}'
