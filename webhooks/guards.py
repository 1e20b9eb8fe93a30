"""Who may come in, and with what: the secret in the address,
the size of the body, and fields that are named once."""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

MOST_BYTES = 16 * 1024
"""More than any callback needs, less than anybody can hurt us with."""
FORM = "application/x-www-form-urlencoded"


class Refused(ValueError):
    """A request that knows the secret but cannot be read.
    Says what is wrong with it and never what was in it."""


def is_secret(given: str, secrets: Sequence[str]) -> bool:
    """Whether this is one of our secrets, in constant time: `compare_digest`
    for each, and a list for all, since a generator would stop at the first."""
    return any([hmac.compare_digest(given.encode(), secret.encode()) for secret in secrets])  # noqa: C419


def read_form(environ: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form that was posted. Raises `Refused`."""
    if environ["REQUEST_METHOD"] != "POST":
        raise Refused("not a POST")
    if not environ.get("CONTENT_TYPE", "").lower().startswith(FORM):
        raise Refused("not a form")
    return fields(_body(environ))


def _body(environ: Mapping[str, Any]) -> bytes:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise Refused("too large")
    # Some proxies pass a body on in chunks, without its length; the server finds its end.
    streams = "HTTP_TRANSFER_ENCODING" in environ
    body: bytes = environ["wsgi.input"].read(MOST_BYTES + 1 if streams else int(length))
    if len(body) > MOST_BYTES:
        raise Refused("too large")
    return body


def fields(body: bytes) -> dict[str, str]:
    """The fields of a form's body. Raises `Refused` for one that is
    named twice: there is no telling which of the two is meant."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=40)
    except ValueError:
        raise Refused("not UTF-8 in a form, or too many fields") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise Refused("a field is named twice")
    return form
