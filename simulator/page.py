"""The page with the phones and the chats, for a browser on this machine."""

from flask import Blueprint, render_template

from simulator.network import Network

KEYS = (
    *(("1", ""), ("2", "abc"), ("3", "def")),
    *(("4", "ghi"), ("5", "jkl"), ("6", "mno")),
    *(("7", "pqrs"), ("8", "tuv"), ("9", "wxyz")),
    *(("*", ""), ("0", "+"), ("#", "")),
)

PLACES = (
    ("Kaptembwo, Nakuru", -0.2987, 36.0434),
    ("Nairobi", -1.28333, 36.81667),
    ("Mombasa", -4.05466, 39.66359),
    ("Lagos", 6.45407, 3.39467),
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
            places=PLACES,
        )

    return front
