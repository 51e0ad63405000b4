"""Store: PostgreSQL, our own or one that is named, and all that is kept in it.

Takes  a folder or an address; work to be done in a transaction.
Gives  a server that runs while somebody uses it, connections, the newest schema; work done wholly or not at all.
Never  leaves a server running, touches a process or a folder that is not its own, or opens a door to another user.
"""

from quanyu.store.binaries import find_binaries
from quanyu.store.connection import Store, open_store
from quanyu.store.migrate import migrate
from quanyu.store.server import Server, open_server
from quanyu.store.transactions import driver, driving, transact
from quanyu.store.trouble import ConflictError, StoreError, trouble_of

__all__ = [
    "ConflictError",
    "Server",
    "Store",
    "StoreError",
    "driver",
    "driving",
    "find_binaries",
    "migrate",
    "open_server",
    "open_store",
    "transact",
    "trouble_of",
]
