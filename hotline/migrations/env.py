"""Runs the migrations against the database that the settings name."""

from alembic import context

from hotline import acknowledgement, arrivals, chats, desk, dispatch, followups, outbox  # noqa: F401 - each brings its tables
from hotline.database import Base, Database

url = context.config.attributes.get("url") or context.config.get_main_option("sqlalchemy.url")
database = Database(str(url))
with database.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
database.close()
