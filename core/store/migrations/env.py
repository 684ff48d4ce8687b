"""Alembic's entry point: it runs in the transaction that ``core.store.schema`` holds."""

from alembic import context

from core.store.types import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
