"""The public door, put together: dial-ins are served as plain WSGI, and the rest by a small Flask app."""

import logging
import os
from typing import TYPE_CHECKING

from flask import Flask

from hotline.carriers import carrier_of
from hotline.carriers.carrier import Carrier
from hotline.cases.citizen_menus import Caller
from hotline.context import Service
from hotline.conversation.ussd_store import Conversations
from hotline.core.database import Database
from hotline.core.errors import Misconfigured
from hotline.core.redis_link import RedisPipeline
from hotline.operations.queue import Poster
from hotline.operations.supervisor import leave_with_parent
from hotline.settings import from_environment as settings_from
from ussd.pages import Limits
from ussd.sessions import Line, earlier_caller
from webhooks.carriers import Dialled, events, sorry
from webhooks.feeds import feeds
from webhooks.guards import MOST_BYTES
from webhooks.health import health
from webhooks.metrics import metrics
from webhooks.telegram import telegram

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def from_environment() -> "WSGIApplication":
    """The door as the environment sets it up, for the web server to serve."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s", datefmt="%H:%M:%S")
    leave_with_parent()
    settings = settings_from(os.environ)
    if not settings.callback_secrets:
        raise Misconfigured(
            "CALLBACK_SECRETS is empty, so no carrier could call. `itikia urls` suggests one."
        )
    poster = Poster(settings.redis_url)
    service = Service(settings, Database(settings.database_url), post=poster)
    return door(service, carrier_of(settings), poster)


def door(service: Service, carrier: Carrier, poster: Poster) -> "WSGIApplication":
    settings = service.settings
    trips = RedisPipeline(settings.redis_url)
    conversations = Conversations(settings.redis_url, settings.keys.vault, Caller, earlier_caller)
    line = Line(service, conversations, Limits(carrier.page_septets, carrier.page_units))
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.url_map.merge_slashes = False  # it would redirect, and no carrier follows
    app.register_blueprint(health(service, poster))
    app.register_blueprint(metrics(service))
    app.register_blueprint(feeds(service))
    app.register_blueprint(events(settings, carrier, line, service))
    app.register_blueprint(telegram(settings, trips))
    app.register_error_handler(Exception, sorry)
    return Dialled(settings, carrier, line, app)
