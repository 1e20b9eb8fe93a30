"""Somebody in front of the machine on which a hotline runs, typing commands."""

from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import select

from hotline.cli import rosters, shifts
from hotline.core.errors import BadRows
from hotline.directory.liaisons import Liaison
from tests.scenery.world import World


class Operator:
    """Somebody in front of the machine on which this hotline runs."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder

    def enter(self, *words: str | Path) -> Result:
        group, *others = [str(word) for word in words]
        command = next(command for command in (*rosters.COMMANDS, *shifts.COMMANDS) if command.name == group)
        result = CliRunner().invoke(command, others, obj=self.world.service.settings)
        assert result.exception is None or isinstance(result.exception, SystemExit | BadRows), (
            result.exception
        )
        return result

    def file(self, content: str) -> Path:
        path = self.folder / "file.csv"
        path.write_text(content)
        return path

    def liaison(self, name: str) -> Liaison:
        with self.world.service.database.reading() as session:
            found = session.scalars(select(Liaison).where(Liaison.name == name)).one()
            session.expunge_all()
            return found

    def number(self, name: str) -> str:
        return str(self.liaison(name).id)
