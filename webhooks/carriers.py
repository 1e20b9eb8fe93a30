"""What a carrier calls: turns of a dial-in, texts, receipts,
the end of a dial-in, and people who want no more texts."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from hotline.broadcasts import receipts as copy_receipts
from hotline.carriers.carrier import Carrier, Malformed, Receipt
from hotline.context import Service
from hotline.core.database import Locked
from hotline.core.i18n import say
from hotline.front_desk import phrases as desk_phrases
from hotline.front_desk import texts
from hotline.operations import receipts
from hotline.settings import Settings
from ussd.sessions import Line, Reply
from webhooks.guards import Refused, is_secret, read_form

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

log = logging.getLogger(__name__)

Event = Callable[[Mapping[str, str]], None]


class Dialled:
    """Turns of a dial-in, served ahead of everything else: somebody looks at a screen and waits.

    Past the secret it always answers 200 with a page; anything
    else would cut the caller off with the operator's own error.
    """

    def __init__(self, settings: Settings, carrier: Carrier, line: Line, rest: "WSGIApplication") -> None:
        self._carrier, self._line, self._rest = carrier, line, rest
        self._secrets = settings.callback_secrets
        self._before, self._after = f"/{carrier.name}/", "/ussd"
        sorry = desk_phrases.not_saved(settings.country.emergency)
        self._sorry = Reply(say(sorry, settings.country.languages[0]), ended=True)

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        path: str = environ["PATH_INFO"].rstrip("/")
        if not (path.startswith(self._before) and path.endswith(self._after)):
            return self._rest(environ, start_response)
        if not is_secret(path[len(self._before) : -len(self._after)], self._secrets):
            return self._rest(environ, start_response)
        body = self._carrier.page(*self._reply(environ)).encode()
        start_response(
            "200 OK", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
        )
        return [body]

    def _reply(self, environ: dict[str, Any]) -> Reply:
        try:
            return self._line.turn(self._carrier.turn(read_form(environ)))
        except (Refused, Malformed) as error:
            log.warning("a turn that cannot be read: %s", error)
        except Exception as error:
            log.error("a turn failed at the door: %s", type(error).__name__)  # noqa: TRY400
        return self._sorry


def events(settings: Settings, carrier: Carrier, line: Line, service: Service) -> Blueprint:
    """The carrier's other calls. 200 only once what they brought
    is committed; 503 makes the carrier bring it again."""
    pages = Blueprint("carriers", __name__, url_prefix=f"/{carrier.name}/<secret>")

    def text(form: Mapping[str, str]) -> None:
        with service.transaction() as work:
            texts.text_arrives(work, carrier.inbound_text(form))

    def receipt(form: Mapping[str, str]) -> None:
        told = carrier.receipt(form)
        if told.final or not _is_no_news(service, told):
            with service.transaction() as work:
                receipts.receipt_arrives(work, told)

    def opt_out(form: Mapping[str, str]) -> None:
        with service.transaction() as work:
            receipts.opt_out_arrives(work, carrier.opt_out(form))

    def ended(form: Mapping[str, str]) -> None:
        line.ended(carrier.ended(form))

    kinds: dict[str, Event] = {"texts": text, "receipts": receipt, "optouts": opt_out, "ended": ended}

    @pages.post("/<kind>")
    def take(secret: str, kind: str) -> Response:
        if not is_secret(secret, settings.callback_secrets) or kind not in kinds:
            abort(404)
        return _taken(kinds[kind])

    return pages


def _is_no_news(service: Service, receipt: Receipt) -> bool:
    with service.database.reading() as session:
        return copy_receipts.is_no_news(session, receipt)


def _taken(event: Event) -> Response:
    try:
        form = read_form(request.environ)
        try:
            event(form)
        except Locked:  # two who wanted the same rows: one of them was sent back, and tries once more
            event(form)
    except (Refused, Malformed) as error:
        log.warning("a callback that cannot be read: %s", error)
        return Response("this cannot be read\n", 400, mimetype="text/plain")
    except Locked as error:
        log.warning("a callback must come again: the database does not answer (%s)", type(error).__name__)
        return Response("come again\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")


def sorry(error: Exception) -> Response:
    """The last resort: no page ever shows how we fell over, and no log what was in it."""
    # The same for both, so that nobody learns what there is.
    if isinstance(error, NotFound | MethodNotAllowed):
        return Response("Not Found\n", 404, mimetype="text/plain")
    if isinstance(error, HTTPException):
        return Response(f"{error.name}\n", error.code, mimetype="text/plain")
    log.error("a request failed: %s", type(error).__name__)
    return Response("something is broken here\n", 500, mimetype="text/plain")
