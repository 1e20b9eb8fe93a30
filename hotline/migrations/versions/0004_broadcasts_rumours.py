"""Calm messages and the rumour desk: subscriptions, broadcasts with their wordings, hands and copies,
rumours, questions and sources."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
UNFINISHED = sa.text("state IN ('draft', 'checked', 'submitted', 'approved', 'cooling', 'first', 'sending')")


def upgrade() -> None:
    op.create_table(
        "balances",
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("left", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("carrier", name=op.f("pk_balances")),
    )
    op.create_table(
        "rumours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("locked_claim", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("checker_id", sa.Integer(), nullable=True),
        sa.Column("same_as_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("told", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_rumours_area_code")),
        sa.ForeignKeyConstraint(["checker_id"], ["liaisons.id"], name=op.f("fk_rumours_checker_id")),
        sa.ForeignKeyConstraint(["same_as_id"], ["rumours.id"], name=op.f("fk_rumours_same_as_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rumours")),
    )
    op.create_index(op.f("ix_rumours_area_code"), "rumours", ["area_code"])
    op.create_index(op.f("ix_rumours_opened_at"), "rumours", ["opened_at"])
    op.create_index(op.f("ix_rumours_same_as_id"), "rumours", ["same_as_id"])
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("how", sa.String(length=16), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name=op.f("fk_subscriptions_address_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_subscriptions_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("address_id", "area_code", name=op.f("uq_subscriptions_address_id_area_code")),
    )
    op.create_index(op.f("ix_subscriptions_area_code"), "subscriptions", ["area_code"])
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("mark", sa.String(length=3), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("template", sa.String(length=24), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("known_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("rumour_id", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("opens_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("listed_to", sa.Integer(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["liaisons.id"], name=op.f("fk_broadcasts_author_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["broadcasts.id"], name=op.f("fk_broadcasts_corrects_id")),
        sa.ForeignKeyConstraint(["rumour_id"], ["rumours.id"], name=op.f("fk_broadcasts_rumour_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("code", name=op.f("uq_broadcasts_code")),
    )
    op.create_index(op.f("ix_broadcasts_corrects_id"), "broadcasts", ["corrects_id"])
    op.create_index(
        "ix_broadcasts_unfinished",
        "broadcasts",
        ["state"],
        postgresql_where=UNFINISHED,
        sqlite_where=UNFINISHED,
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rumour_id", sa.Integer(), nullable=False),
        sa.Column("session_index", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("may_answer", sa.Boolean(), nullable=False),
        sa.Column("told", sa.String(length=12), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name=op.f("fk_questions_address_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_questions_area_code")),
        sa.ForeignKeyConstraint(["rumour_id"], ["rumours.id"], name=op.f("fk_questions_rumour_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("session_index", name=op.f("uq_questions_session_index")),
    )
    op.create_index(op.f("ix_questions_address_id"), "questions", ["address_id"])
    op.create_index("ix_questions_rumour", "questions", ["rumour_id", "at"])
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rumour_id", sa.Integer(), nullable=False),
        sa.Column("liaison_id", sa.Integer(), nullable=False),
        sa.Column("body_code", sa.String(length=32), nullable=False),
        sa.Column("says", sa.String(length=8), nullable=False),
        sa.Column("locked_note", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["body_code"], ["bodies.code"], name=op.f("fk_sources_body_code")),
        sa.ForeignKeyConstraint(["liaison_id"], ["liaisons.id"], name=op.f("fk_sources_liaison_id")),
        sa.ForeignKeyConstraint(["rumour_id"], ["rumours.id"], name=op.f("fk_sources_rumour_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_index(op.f("ix_sources_rumour_id"), "sources", ["rumour_id"])
    op.create_table(
        "copies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name=op.f("fk_copies_address_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_copies_area_code")),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_copies_broadcast_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copies")),
        sa.UniqueConstraint("broadcast_id", "address_id", name=op.f("uq_copies_broadcast_id_address_id")),
    )
    op.create_index(op.f("ix_copies_address_id"), "copies", ["address_id"])
    op.create_index("ix_copies_next", "copies", ["broadcast_id", "state", "first", "id"])
    op.create_index(op.f("ix_copies_provider_id"), "copies", ["provider_id"])
    op.create_table(
        "deeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("liaison_id", sa.Integer(), nullable=True),
        sa.Column("body_code", sa.String(length=32), nullable=True),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["body_code"], ["bodies.code"], name=op.f("fk_deeds_body_code")),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_deeds_broadcast_id")),
        sa.ForeignKeyConstraint(["liaison_id"], ["liaisons.id"], name=op.f("fk_deeds_liaison_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deeds")),
    )
    op.create_index(op.f("ix_deeds_broadcast_id"), "deeds", ["broadcast_id"])
    op.create_table(
        "reaches",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["areas.code"], name=op.f("fk_reaches_area_code")),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_reaches_broadcast_id")),
        sa.PrimaryKeyConstraint("broadcast_id", "area_code", name=op.f("pk_reaches")),
    )
    op.create_index(op.f("ix_reaches_area_code"), "reaches", ["area_code"])
    op.create_table(
        "wordings",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_wordings_broadcast_id")),
        sa.PrimaryKeyConstraint("broadcast_id", "language", name=op.f("pk_wordings")),
    )


def downgrade() -> None:
    op.drop_table("wordings")
    op.drop_table("reaches")
    op.drop_table("deeds")
    op.drop_table("copies")
    op.drop_table("sources")
    op.drop_table("questions")
    op.drop_table("broadcasts")
    op.drop_table("subscriptions")
    op.drop_table("rumours")
    op.drop_table("balances")
