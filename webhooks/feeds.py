"""Our calm messages on the web, for whoever wants them: a feed, and
each message as a file that other warning systems understand."""

from collections.abc import Callable

from flask import Blueprint, Response, request

from hotline.broadcasts import feeds as broadcast_feeds
from hotline.context import Service, UnitOfWork
from hotline.core.database import Locked

RSS, CAP = "application/rss+xml", "application/cap+xml"
KEPT = 60
"""`max-age` in seconds: short, for a message that was taken back must be gone soon."""


def feeds(service: Service) -> Blueprint:
    """`/feed/rss.xml` and `/feed/<name>.xml`, for anybody to read. 503 without the database."""
    pages = Blueprint("feeds", __name__, url_prefix="/feed")

    @pages.get("/rss.xml")
    def rss() -> Response:
        return _answer(service, broadcast_feeds.rss, RSS)

    @pages.get("/<name>.xml")
    def message(name: str) -> Response:
        return _answer(service, lambda work: broadcast_feeds.cap_of(work, name), CAP)

    return pages


def _answer(service: Service, file_of: Callable[[UnitOfWork], bytes | None], kind: str) -> Response:
    try:
        with service.read() as work:
            file = file_of(work)
    except Locked:
        return Response("Service Unavailable\n", 503, mimetype="text/plain")
    return Response("Not Found\n", 404, mimetype="text/plain") if file is None else _file(file, kind)


def _file(file: bytes, kind: str) -> Response:
    """The file, unless whoever asks has it already."""
    response = Response(file, content_type=f"{kind}; charset=utf-8")
    response.cache_control.public, response.cache_control.max_age = True, KEPT
    response.add_etag()
    response.make_conditional(request)
    return response
