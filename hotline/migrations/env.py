"""Runs the migrations against the database that the settings name."""

from alembic import context

# Each of these brings its tables into Base.metadata.
from hotline import outbox  # noqa: F401
from hotline.broadcasts import balance, copies  # noqa: F401
from hotline.cases import dispatch, followups, responses  # noqa: F401
from hotline.conversation import chat_store  # noqa: F401
from hotline.core.database import Base, Database
from hotline.directory import subscriptions  # noqa: F401
from hotline.duty import night_check  # noqa: F401
from hotline.front_desk import desk  # noqa: F401
from hotline.messaging import seen  # noqa: F401
from hotline.operations import auditor  # noqa: F401
from hotline.rumours import rumour  # noqa: F401

url = context.config.attributes.get("url") or context.config.get_main_option("sqlalchemy.url")
database = Database(str(url))
with database.engine.connect() as connection:
    # It alters a table by making it anew, and would take that for deleting what others refer to.
    if database.is_sqlite:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
    else:
        # A statement over a whole table takes as long as it takes; waiting for a lock keeps its bound.
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.commit()
    context.configure(
        connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
database.close()
