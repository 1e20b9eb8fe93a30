"""What the hotline asks of Telegram in one call, in whichever of
three shapes it came, and the words in which Telegram declines."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import Request
from werkzeug.datastructures import FileStorage


class Declined(Exception):
    """Telegram will not do this: an HTTP code, its own words, and sometimes when to ask again."""

    def __init__(self, code: int, words: str, retry_after: int = 0) -> None:
        super().__init__(words)
        self.code, self.words, self.retry_after = code, words, retry_after

    def view(self) -> dict[str, Any]:
        """The body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.words}
        return {**body, "parameters": {"retry_after": self.retry_after}} if self.retry_after else body


def bad(words: str) -> Declined:
    """The request itself is wrong."""
    return Declined(400, f"Bad Request: {words}")


class Asked:
    """The fields of one call. A field of a form may hold JSON
    as text; the field of a JSON body holds the thing itself."""

    def __init__(self, fields: Mapping[str, Any], files: Mapping[str, FileStorage]) -> None:
        self._fields, self._files = fields, files

    @classmethod
    def of(cls, request: Request) -> "Asked":
        """Raises Declined when the body cannot be read."""
        body = request.get_json(silent=True) if request.is_json and request.content_length else {}
        if not isinstance(body, dict):
            raise bad("can't parse request body as JSON object")
        return cls({**request.args, **request.form, **body}, request.files)

    def __contains__(self, name: str) -> bool:
        return self._fields.get(name) not in (None, "")

    def text(self, name: str) -> str:
        value = self._fields.get(name)
        written = "" if value is None else value if isinstance(value, str) else json.dumps(value)
        try:
            written.encode()
        except UnicodeEncodeError:
            raise bad("strings must be encoded in UTF-8") from None
        return written

    def number(self, name: str, default: int = 0) -> int:
        if name not in self:
            return default
        try:
            return int(self.text(name))
        except ValueError:
            raise bad(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "1", "yes")

    def thing(self, name: str, kind: type[dict[str, Any]] | type[list[Any]]) -> Any:
        """An object or a list; None when there is none. Raises Declined."""
        if name not in self:
            return None
        value = self._fields[name]
        try:
            value = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            value = None
        if not isinstance(value, kind):
            raise bad(f"can't parse {name} JSON object")
        return value

    def upload(self, name: str) -> FileStorage | None:
        """The file that came along under this name, or under the name that the field gives."""
        return self._files.get(self.text(name).removeprefix("attach://")) or self._files.get(name)


Method = Callable[[Asked], Any]
"""One method of the Bot API: from what was asked to the result."""
