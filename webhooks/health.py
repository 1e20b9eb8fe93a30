"""Is the door open, and does what stands behind it answer? For whoever watches from outside."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from hotline.context import Service
from hotline.core.database import Locked
from hotline.operations.queue import Poster


def health(service: Service, poster: Poster) -> Blueprint:
    """`/health`: 200 while reports can be taken, which needs the database and not the queue; else 503."""
    pages = Blueprint("health", __name__)

    @pages.get("/health")
    def look() -> tuple[Response, int]:
        database = _answers(service)
        return jsonify(database=database, queue=poster.reachable()), 200 if database else 503

    return pages


def _answers(service: Service) -> bool:
    try:
        with service.database.reading() as session:
            session.execute(text("SELECT 1"))
    except Locked:
        return False
    return True
