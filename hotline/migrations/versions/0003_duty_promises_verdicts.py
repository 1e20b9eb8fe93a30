"""Dispatch that never sleeps: duty, roles and bars, the standing
order, promises, verdicts, incidents, and the auditor's reports."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _who()
    _what()
    _bring_over()
    with op.batch_alter_table("cases") as cases:
        for column in ("promised_at", "verdict", "verdict_at"):
            cases.drop_column(column)
        for column in ("urgency", "round_began_at"):
            cases.alter_column(column, nullable=False)
        cases.alter_column("wants_woman", server_default=None)
    with op.batch_alter_table("liaisons") as liaisons:
        for column in ("supervisor", "woman"):
            liaisons.alter_column(column, server_default=None)
    with op.batch_alter_table("dispatches") as dispatches:
        for column in ("rung", "place"):
            dispatches.alter_column(column, server_default=None)


def _who() -> None:
    with op.batch_alter_table("bodies") as bodies:
        bodies.add_column(sa.Column("parent_code", sa.String(length=32), nullable=True))
        bodies.create_foreign_key(op.f("fk_bodies_parent_code"), "bodies", ["parent_code"], ["code"])
    with op.batch_alter_table("liaisons") as liaisons:
        liaisons.add_column(sa.Column("supervisor", sa.Boolean(), nullable=False, server_default=sa.false()))
        liaisons.add_column(sa.Column("woman", sa.Boolean(), nullable=False, server_default=sa.false()))
        liaisons.add_column(sa.Column("until", MOMENT, nullable=True))
        liaisons.add_column(sa.Column("said_at", MOMENT, nullable=True))
        liaisons.add_column(sa.Column("said_until", MOMENT, nullable=True))
    op.create_table(
        "roles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("liaison_id", sa.Integer(), nullable=False),
        sa.Column("body_code", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["liaison_id"], ["liaisons.id"], name=op.f("fk_roles_liaison_id")),
        sa.ForeignKeyConstraint(["body_code"], ["bodies.code"], name=op.f("fk_roles_body_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
    )
    op.create_index(op.f("ix_roles_liaison_id"), "roles", ["liaison_id"])
    op.execute("INSERT INTO roles (liaison_id, body_code) SELECT id, body_code FROM liaisons")
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("liaison_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.String(length=7), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["liaison_id"], ["liaisons.id"], name=op.f("fk_shifts_liaison_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index(op.f("ix_shifts_liaison_id"), "shifts", ["liaison_id"])
    op.create_table(
        "duty_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("liaison_id", sa.Integer(), nullable=False),
        sa.Column("begins_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=120), nullable=False),
        sa.Column("part_of", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["liaison_id"], ["liaisons.id"], name=op.f("fk_duty_changes_liaison_id")),
        sa.ForeignKeyConstraint(["part_of"], ["duty_changes.id"], name=op.f("fk_duty_changes_part_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_changes")),
    )
    op.create_index(op.f("ix_duty_changes_liaison_id"), "duty_changes", ["liaison_id"])
    op.create_table(
        "pings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("liaison_id", sa.Integer(), nullable=False),
        sa.Column("evening", sa.String(length=10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["liaison_id"], ["liaisons.id"], name=op.f("fk_pings_liaison_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pings")),
        sa.UniqueConstraint("liaison_id", "evening", name=op.f("uq_pings_liaison_id_evening")),
    )


def _what() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("category_code", sa.String(length=16), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_incidents_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index("ix_incidents_place", "incidents", ["area_code", "category_code", "last_at"])
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("urgency", sa.Integer(), nullable=True))
        cases.add_column(sa.Column("round_began_at", MOMENT, nullable=True))
        cases.add_column(sa.Column("there_at", MOMENT, nullable=True))
        cases.add_column(sa.Column("incident_id", sa.Uuid(), nullable=True))
        cases.add_column(sa.Column("named_body", sa.String(length=32), nullable=True))
        cases.add_column(sa.Column("wants_woman", sa.Boolean(), nullable=False, server_default=sa.false()))
        cases.create_foreign_key(op.f("fk_cases_incident_id"), "incidents", ["incident_id"], ["id"])
        cases.create_foreign_key(op.f("fk_cases_named_body"), "bodies", ["named_body"], ["code"])
        cases.create_index(op.f("ix_cases_incident_id"), ["incident_id"])
        cases.create_index(op.f("ix_cases_opened_at"), ["opened_at"])
    op.create_table(
        "bars",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("liaison_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_bars_case_id")),
        sa.ForeignKeyConstraint(["liaison_id"], ["liaisons.id"], name=op.f("fk_bars_liaison_id")),
        sa.PrimaryKeyConstraint("case_id", "liaison_id", name=op.f("pk_bars")),
    )
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_promises_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index(op.f("ix_promises_case_id"), "promises", ["case_id"])
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("dispatch_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("word", sa.String(length=12), nullable=True),
        sa.Column("said_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_verdicts_case_id")),
        sa.ForeignKeyConstraint(["dispatch_id"], ["dispatches.id"], name=op.f("fk_verdicts_dispatch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_case_id"), "verdicts", ["case_id"])
    with op.batch_alter_table("dispatches") as dispatches:
        dispatches.add_column(
            sa.Column("rung", sa.String(length=16), nullable=False, server_default="primary")
        )
        dispatches.add_column(sa.Column("place", sa.Integer(), nullable=False, server_default="0"))
        dispatches.add_column(sa.Column("answer_by", MOMENT, nullable=True))
        dispatches.add_column(sa.Column("locked_why", sa.LargeBinary(), nullable=True))
        dispatches.add_column(sa.Column("stepped_at", MOMENT, nullable=True))
        dispatches.add_column(sa.Column("wondered_at", MOMENT, nullable=True))
    op.execute("UPDATE dispatches SET stepped_at = taken_at, answer_by = at")
    op.create_table(
        "audits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("unfinished", sa.Integer(), nullable=False),
        sa.Column("mended", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("found", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audits")),
    )
    op.create_index(op.f("ix_audits_at"), "audits", ["at"])
    with op.batch_alter_table("errands") as errands:
        errands.add_column(sa.Column("wanted_at", MOMENT, nullable=True))
    op.execute("UPDATE errands SET wanted_at = due_at")
    with op.batch_alter_table("errands") as errands:
        errands.alter_column("wanted_at", nullable=False)
    unfinished = sa.text("state IN ('waiting', 'sending')")
    op.create_index(
        "ix_messages_unfinished", "messages", ["state"], postgresql_where=unfinished, sqlite_where=unfinished
    )


def _bring_over() -> None:
    """What stood in the cases themselves becomes rows of its own."""
    urgent = {"danger": 3, "violence": 2, "threat": 2, "gender": 2, "missing": 2}
    whens = " ".join(f"WHEN category_code = '{code}' THEN {urgency}" for code, urgency in urgent.items())
    op.execute(f"UPDATE cases SET urgency = CASE WHEN in_danger THEN 3 {whens} ELSE 1 END")  # noqa: S608
    op.execute(
        "UPDATE cases SET round_began_at = CASE WHEN round > 1 AND "
        "verdict_at IS NOT NULL THEN verdict_at ELSE opened_at END"
    )
    op.execute(
        "INSERT INTO promises (case_id, made_at, due_at, state, ended_at) "
        "SELECT id, round_began_at, promised_at, CASE WHEN state = 'open' THEN 'open' "
        "WHEN acknowledged_at <= promised_at THEN 'kept' ELSE 'missed' END, acknowledged_at FROM cases"
    )
    op.execute(
        "INSERT INTO verdicts (case_id, round, asked_at, word, said_at) "
        "SELECT id, CASE WHEN verdict IN ('not_helped', 'danger') AND round > 1 "
        "THEN round - 1 ELSE round END, asked_at, verdict, verdict_at FROM cases "
        "WHERE verdict IS NOT NULL OR asked_at IS NOT NULL"
    )


def downgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("promised_at", MOMENT, nullable=True))
        cases.add_column(sa.Column("verdict", sa.String(length=12), nullable=True))
        cases.add_column(sa.Column("verdict_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE cases SET promised_at = (SELECT max(due_at) FROM promises WHERE promises.case_id = cases.id)"
    )
    op.execute("UPDATE cases SET promised_at = opened_at WHERE promised_at IS NULL")
    latest = (
        "(SELECT {} FROM verdicts WHERE verdicts.case_id = "
        "cases.id AND word IS NOT NULL ORDER BY id DESC LIMIT 1)"
    )
    word, said_at = latest.format("word"), latest.format("said_at")
    op.execute(f"UPDATE cases SET verdict = {word}, verdict_at = {said_at}")  # noqa: S608
    op.execute("DELETE FROM errands WHERE what IN ('promise', 'still', 'lapse', 'ready', 'warn')")
    op.drop_index("ix_messages_unfinished", "messages")
    op.drop_table("audits")
    with op.batch_alter_table("errands") as errands:
        errands.drop_column("wanted_at")
    with op.batch_alter_table("dispatches") as dispatches:
        for column in ("wondered_at", "stepped_at", "locked_why", "answer_by", "place", "rung"):
            dispatches.drop_column(column)
    op.drop_table("verdicts")
    op.drop_table("promises")
    op.drop_table("bars")
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("promised_at", nullable=False)
        cases.drop_constraint(op.f("fk_cases_incident_id"), type_="foreignkey")
        cases.drop_constraint(op.f("fk_cases_named_body"), type_="foreignkey")
        cases.drop_index(op.f("ix_cases_incident_id"))
        cases.drop_index(op.f("ix_cases_opened_at"))
        for column in ("wants_woman", "named_body", "incident_id", "there_at", "round_began_at", "urgency"):
            cases.drop_column(column)
    op.drop_table("incidents")
    op.drop_table("pings")
    op.drop_table("duty_changes")
    op.drop_table("shifts")
    op.drop_table("roles")
    with op.batch_alter_table("liaisons") as liaisons:
        for column in ("said_until", "said_at", "until", "woman", "supervisor"):
            liaisons.drop_column(column)
    with op.batch_alter_table("bodies") as bodies:
        bodies.drop_constraint(op.f("fk_bodies_parent_code"), type_="foreignkey")
        bodies.drop_column("parent_code")
