"""Starts the simulator: `python -m simulator --callbacks
http://127.0.0.1:8000/africastalking/SECRET`, then open http://127.0.0.1:8055."""

import click

from simulator.network import TELEGRAM_TOKEN, Network
from simulator.phones import NotANumber, number_from
from simulator.server import Simulator

DEFAULT_PHONES = "+254711000111=Citizen;+254722000222=Liaison"
DEFAULT_CHATS = "7001=Asha"


def pairs(phones: str) -> list[tuple[str, str]]:
    """Numbers and labels from `number=label;number=label`, or from bare numbers with commas between."""
    found = (pair.partition("=") for pair in phones.split(";" if "=" in phones else ","))
    return [(number.strip(), label.strip()) for number, _, label in found if number.strip()]


def accounts(chats: str) -> list[tuple[int, str, str]]:
    """Users, names and numbers from `user=name=number;user=name`. Raises NotANumber."""
    found = ([part.strip() for part in chat.split("=", 2)] for chat in chats.split(";") if chat.strip())
    return [account(*parts) for parts in found]


def account(user: str, name: str = "", number: str = "") -> tuple[int, str, str]:
    if not user.isdecimal():
        raise NotANumber(f"“{user}” is no Telegram user. Write chats as 7001=Asha=+254711000111.")
    return int(user), name, number_from(number) if number else ""


@click.command(context_settings={"auto_envvar_prefix": "SIMULATOR", "show_default": True})
@click.option(
    "--host",
    default="127.0.0.1",
    help="Where to listen. Anything but this machine shows the phones to others.",
)
@click.option("--port", default=8055, help="0 takes a free one.")
@click.option(
    "--callbacks", required=True, help="The hotline's public address, up to and including the secret."
)
@click.option("--service-code", default="*384*4455#", help="What people dial.")
@click.option("--short-code", default="22384", help="Where texts come from and go to.")
@click.option("--api-key", default="simulated", help="What the hotline has to show.")
@click.option("--senders", default="", help="Further names that texts may come from, with commas between.")
@click.option("--phones", default=DEFAULT_PHONES, help="Those of the start; the page opens the first two.")
@click.option("--telegram-token", default=TELEGRAM_TOKEN, help="What the hotline has to show to Telegram.")
@click.option(
    "--chats",
    default=DEFAULT_CHATS,
    help="Telegram accounts of the start: user=name=number, with semicolons between.",
)
@click.option("--texts-a-second", default=0, help="As many texts as the carrier takes; 0 for any number.")
def start(
    *,
    host: str,
    port: int,
    callbacks: str,
    service_code: str,
    short_code: str,
    api_key: str,
    senders: str,
    phones: str,
    telegram_token: str,
    chats: str,
    texts_a_second: int,
) -> None:
    """The outside world on this machine: a carrier, Telegram, and phones in the browser."""
    names = tuple(filter(None, senders.split(",")))
    network = Network(
        callbacks,
        service_code,
        short_code,
        api_key=api_key,
        senders=names,
        telegram_token=telegram_token,
        texts_a_second=texts_a_second,
    )
    try:
        for number, label in pairs(phones):
            network.exchange.expect(number, label)
        for user, name, number in accounts(chats):
            network.telegram.chats.expect(user, name, number)
        simulator = Simulator(network, host, port)
    except (NotANumber, OSError) as error:
        network.close()
        raise click.ClickException(str(error)) from None
    click.echo(
        f"The phones are at {simulator.url} and dial {service_code}. "
        "Nothing leaves this machine. Stop with Ctrl-C."
    )
    try:
        simulator.serve_for_ever()
    except KeyboardInterrupt:
        click.echo("The phones are put away.")


if __name__ == "__main__":
    start(prog_name="python -m simulator")
