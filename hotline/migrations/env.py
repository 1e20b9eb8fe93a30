"""Runs the migrations against the database that the settings name."""

from alembic import context

from hotline import (  # noqa: F401 - each brings its tables
    acknowledgement,
    arrivals,
    auditor,
    broadcasts,
    chats,
    desk,
    dispatch,
    followups,
    outbox,
    readiness,
    rumours,
    subscriptions,
)
from hotline.database import Base, Database

url = context.config.attributes.get("url") or context.config.get_main_option("sqlalchemy.url")
database = Database(str(url))
with database.engine.connect() as connection:
    if database.is_sqlite:  # it alters a table by making it anew, and would take that for deleting what others refer to
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
database.close()
