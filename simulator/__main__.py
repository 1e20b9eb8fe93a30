"""Starts the simulator: `python -m simulator --callbacks http://127.0.0.1:8000/africastalking/SECRET`, then open http://127.0.0.1:8055."""

import click

from simulator.network import Network
from simulator.phones import NotANumber
from simulator.server import Simulator

DEFAULT_PHONES = "+254711000111=Citizen;+254722000222=Liaison"


def pairs(phones: str) -> list[tuple[str, str]]:
    """Numbers and labels from `number=label;number=label`, or from bare numbers with commas between."""
    found = (pair.partition("=") for pair in phones.split(";" if "=" in phones else ","))
    return [(number.strip(), label.strip()) for number, _, label in found if number.strip()]


@click.command(context_settings={"auto_envvar_prefix": "SIMULATOR", "show_default": True})
@click.option("--host", default="127.0.0.1", help="Where to listen. Anything but this machine shows the phones to others.")
@click.option("--port", default=8055, help="0 takes a free one.")
@click.option("--callbacks", required=True, help="The hotline's public address, up to and including the secret.")
@click.option("--service-code", default="*384*4455#", help="What people dial.")
@click.option("--short-code", default="22384", help="Where texts come from and go to.")
@click.option("--api-key", default="simulated", help="What the hotline has to show.")
@click.option("--senders", default="", help="Further names that texts may come from, with commas between.")
@click.option("--phones", default=DEFAULT_PHONES, help="Those of the start; the page opens the first two.")
def start(*, host: str, port: int, callbacks: str, service_code: str, short_code: str, api_key: str, senders: str, phones: str) -> None:
    """The outside world on this machine: a carrier, and phones in the browser."""
    network = Network(callbacks, service_code, short_code, api_key=api_key, senders=tuple(filter(None, senders.split(","))))
    try:
        for number, label in pairs(phones):
            network.exchange.expect(number, label)
        simulator = Simulator(network, host, port)
    except (NotANumber, OSError) as error:
        network.close()
        raise click.ClickException(str(error)) from None
    click.echo(f"The phones are at {simulator.url} and dial {service_code}. Nothing leaves this machine. Stop with Ctrl-C.")
    try:
        simulator.serve_for_ever()
    except KeyboardInterrupt:
        click.echo("The phones are put away.")


if __name__ == "__main__":
    start(prog_name="python -m simulator")
