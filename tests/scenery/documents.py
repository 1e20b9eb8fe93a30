"""What is wrong with a document: it names what is not there, or tells to type what cannot be typed."""

import itertools
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from pkgutil import resolve_name

import click

from hotline.settings import from_environment
from simulator.__main__ import start as simulator

ROOT = Path(__file__).parent.parent.parent
OURS = ("hotline", "bot", "ussd", "webhooks", "simulator", "tests", "benchmarks", "locales", "docs")
FILES = (".py", ".md", ".csv", ".po", ".pot", ".toml", ".png", ".txt")

DOTTED = re.compile(rf"(?:{'|'.join(OURS)})(?:\.\w+)+")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^(?: {4,}.*\n)+", re.MULTILINE)
INLINE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*)", re.MULTILINE)
SETTING = re.compile(r"\b([A-Z][A-Z0-9_]+)=")
ITIKIA = re.compile(r"(?:^|(?<=[\s`/]))itikia(?: [^\n`]*)?$", re.MULTILINE)
MAKE = re.compile(r"(?:^|\s)make ([\w./-]+)", re.MULTILINE)
MODULE = re.compile(
    r"(?:python -m )?\b((?:benchmarks|bot|simulator)\.?\w*)((?: --?[\w-]+(?:[ =][^-\s]\S*)?)*)"
)
IN_A_BLOCK = re.compile(r"(?<![\w/.:<])([a-z_]+(?:/[a-z_]+)*(?:/|\.py|/[a-z_]+))(?![\w/.])")


def documents() -> list[Path]:
    beside = (path for package in OURS for path in (ROOT / package).rglob("*.md"))
    return sorted({ROOT / "README.md", ROOT / "CONTRIBUTING.md", *beside})


# What stands in a document


def blocks(text: str) -> list[str]:
    """What is set apart as it is typed or drawn."""
    return FENCE.findall(text) + INDENTED.findall(FENCE.sub("", text))


def prose(text: str) -> str:
    return INDENTED.sub("\n", FENCE.sub("", text))


def spans(text: str) -> list[str]:
    """What stands in backticks, each on one line."""
    return [" ".join(found.split()) for found in INLINE.findall(prose(text))]


def typed(text: str) -> list[str]:
    """Whatever may be a command: a span, or a line of a block."""
    return [*spans(text), *(line.strip() for block in blocks(text) for line in block.splitlines())]


@cache
def anchors(document: Path) -> frozenset[str]:
    """The headings as a link names them."""
    seen = Counter[str]()
    found = set()
    for heading in HEADING.findall(prose(document.read_text())):
        slug = re.sub(r"[^\w\- ]", "", heading.casefold()).strip().replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return frozenset(found)


# What is wrong with it


def wrong_links(document: Path, text: str) -> Iterator[str]:
    for link in LINK.findall(INLINE.sub("", prose(text))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _hash, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists():
            yield f"{link}: there is no such file"
        elif anchor and anchor not in anchors(target):
            yield f"{link}: there is no such heading"


def wrong_paths(document: Path, text: str) -> Iterator[str]:
    """A path in backticks is from the root, or from the folder that the document is in."""
    for span in spans(text):
        if DOTTED.fullmatch(span) and not span.endswith(FILES) and not is_ours(span):
            yield f"{span}: nothing of ours has that name"
        if looks_like_a_path(span) and not any(
            (folder / span).exists() for folder in (ROOT, document.parent)
        ):
            yield f"{span}: there is no such file"


def looks_like_a_path(span: str) -> bool:
    if not re.fullmatch(r"[\w.-]+(?:/[\w.-]+)*/?", span):
        return False
    first, slash, _rest = span.partition("/")
    is_deep = bool(slash) and (first in OURS or span.endswith((*FILES, "/")))
    return is_deep or span.endswith((".py", ".md", ".toml"))


def is_ours(name: str) -> bool:
    try:
        resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def wrong_rooms(text: str) -> Iterator[str]:
    """A room in a drawing is from the root, or from `hotline/`; a drawing leaves off `.py`."""
    above = (ROOT, ROOT / "hotline")
    rooms = {path.name for folder in above for path in folder.iterdir() if path.is_dir()}
    for name in itertools.chain.from_iterable(map(IN_A_BLOCK.findall, blocks(text))):
        is_room = name.partition("/")[0] in rooms or name.endswith(("/", ".py"))
        there = (folder / each for folder in above for each in (name, f"{name}.py"))
        if is_room and not any(path.exists() for path in there):
            yield f"{name}: there is no such room"


def wrong_commands(text: str) -> Iterator[str]:
    for line in typed(text):
        for found in ITIKIA.findall(line):
            words = shlex.split(found, comments=True)[1:]
            if complaint := wrong_words(itikia(), words):
                yield f"{found}: {complaint}"


@cache
def itikia() -> click.Command:
    (script,) = entry_points(group="console_scripts", name="itikia")
    loaded = script.load()
    assert isinstance(loaded, click.Command)
    return loaded


def wrong_words(command: click.Command, words: Sequence[str]) -> str:
    """What is wrong with these words after the command, if anything. Files need not be there."""
    context = click.Context(command)
    if isinstance(command, click.Group) and words and not words[0].startswith("-"):
        below = command.get_command(context, words[0])
        return wrong_words(below, words[1:]) if below else f"there is no command {words[0]}"
    try:
        values, left, _order = command.make_parser(context).parse_args(list(words))
    except click.UsageError as error:
        return error.format_message()
    for name, choices in offered(command):
        if isinstance(value := values.get(name), str) and value not in choices:
            return f"{name} cannot be {value}"
    return f"too many words: {' '.join(left)}" if left and not isinstance(command, click.Group) else ""


def offered(command: click.Command) -> Iterator[tuple[str, Collection[str]]]:
    """What may be chosen, of each option or argument at which there is something to choose."""
    for each in command.params:
        if isinstance(each.type, click.Choice) and each.name:
            yield each.name, each.type.choices


def wrong_targets(text: str) -> Iterator[str]:
    known = set(re.findall(r"^([\w./-]+) *:", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = (target for line in typed(text) for target in MAKE.findall(line))
    yield from (f"make {target}: there is no such target" for target in named if target not in known)


def wrong_tests(text: str) -> Iterator[str]:
    for line in typed(text):
        for words in re.findall(r"^(?:\.venv/bin/)?pytest( .*)", line):
            paths = [word for word in shlex.split(words, comments=True) if "/" in word]
            yield from (
                f"pytest {path}: there is no such test" for path in paths if not (ROOT / path).exists()
            )


def wrong_modules(text: str) -> Iterator[str]:
    for line in (
        line for line in typed(text) if line.startswith(("benchmarks.", ".venv/bin/python", "python"))
    ):
        for name, options in MODULE.findall(line):
            if find_spec(name) is None:
                yield f"{name}: there is no such module"
            elif unknown := [each for each in re.findall(r"--[\w-]+", options) if each not in help_of(name)]:
                yield f"{name}: {', '.join(unknown)} is no option"


@cache
def help_of(module: str) -> str:
    command = [sys.executable, "-m", module, "--help"]
    environ = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environ).stdout


class Asked(dict[str, str]):
    """An environment that notes what is looked for in it."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(name)
        return default


@cache
def settings() -> frozenset[str]:
    environ = Asked()
    from_environment(environ)
    return frozenset(environ.names) | {
        f"SIMULATOR_{each.name.upper()}" for each in simulator.params if each.name
    }


def wrong_settings(text: str) -> Iterator[str]:
    for line in typed(text):
        yield from (
            f"{name}=: there is no such setting" for name in SETTING.findall(line) if name not in settings()
        )


def complaints(document: Path, text: str) -> list[str]:
    return [
        *wrong_links(document, text), *wrong_paths(document, text), *wrong_rooms(text), *wrong_commands(text),
        *wrong_targets(text), *wrong_tests(text), *wrong_modules(text), *wrong_settings(text),
    ]  # fmt: skip
