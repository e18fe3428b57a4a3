"""Faults that replace or alter the answer."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.jsontext import Json, Twice, Verbatim, dumps

HTML = b"<!doctype html><html><head><title>Service</title></head><body><h1>Please stand by</h1></body></html>"
_DEEP = "[" * 2000 + "]" * 2000


def instead(fault: str, body: bytes) -> tuple[bytes, str] | None:
    """The body and content type that a fault sends in place of the JSON text; None if the fault does not replace the text."""
    json = "application/json"
    match fault:
        case "html":
            return HTML, "text/html;charset=utf-8"
        case "empty":
            return b"", json
        case "null" | "list" | "text":
            return {"null": b"null", "list": b"[]", "text": b'"an order"'}[fault], json
        case "cut-off":
            return body[: len(body) // 2], json
        case "deep-bare":
            return _DEEP.encode(), json
        case "latin1":
            return body[:-1] + b',"note":"caf\xe9"}', json
        case "bom":
            return b"\xef\xbb\xbf" + body, json
        case "big-body":
            return body[:-1] + b',"padding":"' + b"x" * 3_000_000 + b'"}', json
    return None


def altered(fault: str, document: Json, elsewhere: str) -> Json:
    """The document as a fault alters it, or unchanged if the fault alters no documents. `elsewhere` is the base URL of another host."""
    match fault:
        case "deep":
            return document | {"deep": Verbatim(_DEEP)}
        case "wrong-types":
            return {key: _other_type(value) for key, value in document.items()}
        case "duplicate-keys":
            return _records(document, Twice)
        case "nan":
            return _each_value(document, _not_numbers)
        case "lone-surrogates":
            return _each_value(document, _half_characters)
        case "no-ref":
            return _records(document, lambda record: {key: part for key, part in record.items() if key != "ref"})
        case "no-ref-no-href":
            return _records(
                document, lambda record: {k: part for k, part in record.items() if k not in ("ref", "href")}
            )
        case "other-host":
            return _each_value(document, lambda key, value: _moved(key, value, elsewhere))
    return document


def _records(value: Json, change: Callable[[dict[str, Json]], dict[str, Json]]) -> Json:
    """Apply `change` to every record, from the inside out.

    A record is an object with the key `ref` and without the key `order`, or any object in a list.
    """
    if isinstance(value, list):
        return [change(_records(part, change)) if isinstance(part, dict) else part for part in value]
    if isinstance(value, dict):
        inner = {key: _records(part, change) for key, part in value.items()}
        return change(inner) if "ref" in inner and "order" not in inner else inner
    return value


def _each_value(value: Json, change: Callable[[str, Json], Json], key: str = "") -> Json:
    if isinstance(value, dict):
        return {name: _each_value(part, change, name) for name, part in value.items()}
    if isinstance(value, list):
        return [_each_value(part, change, key) for part in value]
    return change(key, value)


def _other_type(value: Json) -> Json:
    if isinstance(value, str):
        return 7 if len(value) % 2 else {"value": value}
    if isinstance(value, dict) and isinstance(value.get("items"), list):
        return value | {"items": [_other_type(part) for part in value["items"]], "offset": "none", "limit": []}
    if isinstance(value, dict):
        return [{key: _other_type(part)} for key, part in value.items()]
    if isinstance(value, list):
        return [_other_type(part) for part in value] if any(isinstance(part, dict) for part in value) else "a, b"
    return {"amount": str(value)}


def _not_numbers(key: str, value: Json) -> Json:
    if key in ("price", "originalPrice"):
        return Verbatim("NaN")
    if key == "quantity":
        return Verbatim("Infinity")
    return Verbatim("-Infinity") if key in ("offset", "limit") else value


def _half_characters(key: str, value: Json) -> Json:
    if not isinstance(value, str) or key in ("href", "ref") or key.endswith(("At", "Time")):
        return value
    return f"{value}\ud83d"


def _moved(key: str, value: Json, elsewhere: str) -> Json:
    if key != "href" or not isinstance(value, str):
        return value
    return f"{elsewhere}/{value.split('/', 3)[3]}"


def text(document: Json) -> bytes:
    """The document as JSON in UTF-8."""
    return dumps(document)
