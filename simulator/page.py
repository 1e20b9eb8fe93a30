"""The page with the phones, for a browser on this machine."""

from flask import Blueprint, render_template

from simulator.network import Network

KEYS = (
    *(("1", ""), ("2", "abc"), ("3", "def")),
    *(("4", "ghi"), ("5", "jkl"), ("6", "mno")),
    *(("7", "pqrs"), ("8", "tuv"), ("9", "wxyz")),
    *(("*", ""), ("0", "+"), ("#", "")),
)


def page(network: Network) -> Blueprint:
    """The one page, at /."""
    front = Blueprint("page", __name__)

    @front.get("/")
    def phones() -> str:
        return render_template(
            "phones.html",
            service_code=network.calls.service_code,
            short_code=network.texts.short_code,
            keys=KEYS,
        )

    return front
