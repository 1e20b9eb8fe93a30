"""What the beginning of a message's key meant is its kind; which dispatch it tells of, and which copy of a
broadcast it is, are columns of their own. Keys stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FORMER = {"received": "case", "nobody": "case", "late": "case", "gone_on": "case", "still_on_it": "news"}
"""Kinds, and what each was before."""
BEGINS = {kind: f"{kind}:" for kind in FORMER} | {"still_on_it": "still:"}
"""How the key of each begins."""
INDEXED = ("address_id", "dispatch_id", "copy_id")
"""By what it refers to, so that deleting an address or a copy does not read every message."""
UNFINISHED = sa.text("state IN ('waiting', 'sending')")

MESSAGES = sa.table("messages", *(sa.column(name) for name in ("key", "kind", "dispatch_id", "copy_id")))


def upgrade() -> None:
    op.drop_index("ix_messages_unfinished", "messages")
    with op.batch_alter_table("messages") as messages:
        messages.alter_column("about", new_column_name="kind")
        messages.add_column(sa.Column("dispatch_id", sa.Integer(), nullable=True))
        messages.add_column(sa.Column("copy_id", sa.Integer(), nullable=True))
        messages.create_foreign_key(op.f("fk_messages_dispatch_id"), "dispatches", ["dispatch_id"], ["id"])
        messages.create_foreign_key(op.f("fk_messages_copy_id"), "copies", ["copy_id"], ["id"])
    _split_kinds()
    _refer("dispatch", "dispatch:", "dispatches", "dispatch_id")
    _refer("broadcast", "copy:", "copies", "copy_id")
    # Last, for every row that changes would be written into each of them.
    for column in INDEXED:
        op.create_index(op.f(f"ix_messages_{column}"), "messages", [column])
    _index_unfinished()


def _split_kinds() -> None:
    """In one statement, for each reads the whole table."""
    theirs = {
        kind: sa.and_(MESSAGES.c.kind == former, _begins_with(BEGINS[kind]))
        for kind, former in FORMER.items()
    }
    anew = sa.case(*((condition, sa.literal(kind)) for kind, condition in theirs.items()))
    op.execute(sa.update(MESSAGES).where(sa.or_(*theirs.values())).values(kind=anew))


def _begins_with(beginning: str) -> sa.ColumnElement[bool]:
    return sa.func.substr(MESSAGES.c.key, 1, len(beginning)) == beginning


def _refer(kind: str, beginning: str, table: str, column: str) -> None:
    """The key names a row by its number; where a liaison was told in several ways, the channel follows."""
    named = sa.func.rtrim(sa.func.substr(MESSAGES.c.key, len(beginning) + 1), "/_abcdefghijklmnopqrstuvwxyz")
    others = sa.table(table, sa.column("id", sa.Integer()))
    there = sa.select(others.c.id).where(others.c.id == sa.cast(named, sa.Integer())).scalar_subquery()
    theirs = (MESSAGES.c.kind == kind, _begins_with(beginning))
    op.execute(sa.update(MESSAGES).where(*theirs).values({column: there}))


def _index_unfinished() -> None:
    op.create_index(
        "ix_messages_unfinished", "messages", ["state"], postgresql_where=UNFINISHED, sqlite_where=UNFINISHED
    )


def downgrade() -> None:
    former = sa.case(FORMER, value=MESSAGES.c.kind)
    op.execute(sa.update(MESSAGES).where(MESSAGES.c.kind.in_(FORMER)).values(kind=former))
    op.drop_index("ix_messages_unfinished", "messages")
    with op.batch_alter_table("messages") as messages:
        for column in INDEXED:
            messages.drop_index(op.f(f"ix_messages_{column}"))
        messages.drop_constraint(op.f("fk_messages_copy_id"), type_="foreignkey")
        messages.drop_constraint(op.f("fk_messages_dispatch_id"), type_="foreignkey")
        messages.drop_column("copy_id")
        messages.drop_column("dispatch_id")
        messages.alter_column("kind", new_column_name="about")
    _index_unfinished()
