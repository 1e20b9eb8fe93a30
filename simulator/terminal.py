"""A phone in the terminal, for the simulator that runs on this machine."""

import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import click
import requests

from simulator.client import NotPossible, Phone, Town
from simulator.shown import Received

HELP = """  (just Enter)     press the green key: dial the hotline, or send an empty answer
  *384*4455*1#     dial a code
  1  or any words  answer the page on the screen
  /text words      send a text to the hotline, or answer the one that came
  /texts           read all texts again
  /wait 10         wait up to so many seconds for a text
  /hang            press the red key
  /off  /on        switch the phone off, and on
  /help            these lines
  /quit            put the phone away"""
WIDTH = 34


@dataclass
class Terminal:
    """What the holder of one phone sees and types."""

    town: Town
    phone: Phone
    short_code: str
    _shown: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def obey(self, line: str) -> bool:
        """Do what one typed line says; False when it says to stop."""
        word, _, rest = line.partition(" ")
        match word:
            case "/quit":
                return False
            case "/help":
                click.echo(HELP)
            case "/hang":
                self.phone.hang_up()
                click.echo("  (hung up)")
            case "/on" | "/off":
                self.phone.change(on=word == "/on")
                click.echo(f"  (switched {word[1:]})")
            case "/text":
                self.phone.text(self.short_code, rest)
                click.echo(f"  (sent to {self.short_code})")
            case "/texts":
                self._read_again()
            case "/wait":
                self._wait(float(rest or 10))
            case _:
                self._press(line)
        return True

    def show_new_texts(self) -> int:
        """Show the texts that have come since the last time; how many they were."""
        with self._lock:
            new = [text for text in self.phone.inbox() if text.id not in self._shown]
            for text in new:
                self._shown.add(text.id)
                click.echo(in_frame(f"Text from {text.sender}", text.body))
        return len(new)

    def _press(self, line: str) -> None:
        screen = self.phone.reply(line) if self.phone.in_call else self.phone.dial(line)
        click.echo(in_frame("Answer:" if self.phone.in_call else "The call has ended.", screen))

    def _read_again(self) -> None:
        texts: list[Received] = self.phone.inbox()
        for text in texts:
            self._shown.add(text.id)
            click.echo(in_frame(f"Text from {text.sender}", text.body))
        if not texts:
            click.echo("  (no texts)")

    def _wait(self, seconds: float) -> None:
        if self.show_new_texts():
            return
        try:
            self.phone.wait_for_text(seconds=seconds)
        except TimeoutError:
            click.echo("  (no text came)")
        self.show_new_texts()


def in_frame(title: str, words: str) -> str:
    """A screen in a frame of lines, with what it is underneath."""
    lines = [piece for line in words.splitlines() or [""] for piece in folded(line)]
    return "\n".join(
        [
            "┌" + "─" * (WIDTH + 2) + "┐",
            *(f"│ {line:<{WIDTH}} │" for line in lines),
            "└" + "─" * (WIDTH + 2) + "┘",
            f"  {title}",
        ]
    )


def folded(line: str) -> Iterator[str]:
    """A line as a narrow screen breaks it: at a space where there is one."""
    while len(line) > WIDTH:
        at = line.rfind(" ", 0, WIDTH + 1)
        yield line[: at if at > 0 else WIDTH]
        line = line[at + 1 if at > 0 else WIDTH :]
    yield line


def watch(terminal: Terminal, other_line: Phone) -> None:
    """Show texts as they come, until the simulator is gone. Listens on a line of its own."""
    seen = ""
    while True:
        try:
            seen = other_line.row_after(seen, 20)["version"]
            terminal.show_new_texts()
        except requests.RequestException:
            return


@click.command()
@click.argument("number")
@click.option(
    "--simulator",
    default="http://127.0.0.1:8055",
    envvar="SIMULATOR_URL",
    show_default=True,
    help="Where the simulator runs.",
)
@click.option("--label", default="", help="Whose phone it is.")
def phone(number: str, simulator: str, label: str) -> None:
    """A phone in the terminal: dial the hotline, answer its pages, read and answer its texts."""
    town = Town(simulator)
    try:
        terminal = Terminal(town, town.phone(number, label), town.short_code)
        click.echo(f"This is the phone {terminal.phone.number}.\n{HELP}")
        converse(terminal, simulator)
    except requests.RequestException:
        raise click.ClickException(
            f"No simulator answers at {simulator}. Start it with `itikia run`."
        ) from None
    except NotPossible as error:
        raise click.ClickException(str(error)) from None


def converse(terminal: Terminal, simulator: str) -> None:
    """Take line after line until there are no more."""
    if sys.stdin.isatty():
        threading.Thread(
            target=watch, args=(terminal, Town(simulator).phone(terminal.phone.number)), daemon=True
        ).start()
    for line in lines():
        try:
            if not terminal.obey(line):
                return
        except NotPossible as error:
            click.echo(f"  ({error})")
        except ValueError:
            click.echo("  (/wait needs a number of seconds)")
        terminal.show_new_texts()


def lines() -> Iterator[str]:
    """What is typed, line by line, with a prompt for people and none for a pipe."""
    source = sys.stdin
    while True:
        if source.isatty():
            click.echo("> ", nl=False)
        if not (line := source.readline()):
            return
        yield line.rstrip("\n")
