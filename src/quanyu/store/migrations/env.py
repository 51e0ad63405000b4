"""Where Alembic meets the connection that `quanyu.store.migrate` hands it; it never opens one itself."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
