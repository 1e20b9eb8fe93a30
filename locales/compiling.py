"""Compiles the languages when the project is installed, so
that no compiled file is ever committed or forgotten."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools.command.build_py import build_py

LOCALES = Path(__file__).parent


class BuildWithLanguages(build_py):  # type: ignore[misc]  # setuptools has no types
    """Setuptools' own step that gathers the files, after the languages are compiled beside their sources."""

    def run(self) -> None:
        for source in LOCALES.glob("*/LC_MESSAGES/*.po"):
            with source.open("rb") as said, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(said))
        super().run()
