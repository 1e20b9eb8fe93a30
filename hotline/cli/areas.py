"""`itikia areas`: the places of the country, from a spreadsheet."""

from pathlib import Path

import click

from hotline.cli import terminal
from hotline.context import Service, ready
from hotline.core.errors import Misconfigured
from hotline.places import areas
from hotline.places import loading as area_loading
from hotline.settings import Settings


@click.group("areas")
def areas_() -> None:
    """Where: counties, constituencies, wards."""


@areas_.command("load")
@terminal.FILE
@click.pass_obj
def load_areas(settings: Settings, file: Path) -> None:
    """Load the country's areas from a CSV FILE with the columns code, name, parent and aliases.

    The country itself is the one row without a parent. Nothing is loaded if any row is wrong.
    """
    read = area_loading.read(file)
    country = next(area.code for area in read if area.parent is None)
    if country != settings.country.code:
        raise Misconfigured(
            f"The file is about {country}, and COUNTRY is {settings.country.code}. Nothing was loaded."
        )
    with ready(settings) as service:
        number = areas_into(service, read)
    click.echo(f"Loaded {number} areas.")


def areas_into(service: Service, read: list[areas.Area]) -> int:
    with service.database.writing() as session:
        area_loading.save(session, read)
    return len(read)


COMMANDS: tuple[click.Command, ...] = (areas_,)
