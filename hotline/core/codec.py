"""Values as JSON, and back as the kind that they were:
what a look-up answers, and what is kept of a conversation."""

from functools import cache
from typing import Any, TypeVar

import msgspec
from typing_extensions import TypeForm

Value = TypeVar("Value")

_encode = msgspec.json.Encoder(order="deterministic").encode
_fields_in = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def encode(value: object) -> str:
    """Equal values give the same text. Raises `UnicodeEncodeError`, a `ValueError`, where words
    hold half of a surrogate pair, which is no text."""
    return _encode(value).decode()


def decode(text: str | bytes, kind: TypeForm[Value]) -> Value:
    """The value that `encode` made this of.

    Raises `ValueError` where it is of another kind, or a dataclass with a field that this kind has not:
    another release may have written it, and meant something by it. Of what stands within it, such
    a field is passed over.
    """
    decoder, fields = _reader(kind)  # type: ignore[arg-type]  # types can be hashed
    if fields and not fields.issuperset(_fields_in(text)):
        raise ValueError("a field that is not known here")
    value: Value = decoder.decode(text)
    return value


def decodes(text: str, kind: Any) -> bool:
    try:
        decode(text, kind)
    except ValueError:
        return False
    return True


@cache
def _reader(kind: Any) -> tuple[msgspec.json.Decoder[Any], frozenset[str]]:
    """Its decoder, made once, for making it takes longer than decoding; and the fields of a dataclass."""
    return msgspec.json.Decoder(kind), frozenset(getattr(kind, "__dataclass_fields__", ()))
