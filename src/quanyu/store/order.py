"""What passes between those who open the server and the keeper: names of files in the folder, and the order."""

from dataclasses import dataclass

__all__ = ["ADDRESS", "KEEPER", "LOG", "PORT", "USERS", "Order"]

ADDRESS, KEEPER, USERS, LOG = "address.json", "keeper.lock", "users.lock", "store.log"
PORT = 5432  # no port of the network: only the name of the socket's file


@dataclass(frozen=True)
class Order:
    """What a keeper is to keep. linger: seconds without users after which it stops the server."""

    folder: str
    account: tuple[str, int, int]
    bin: str
    major: int
    durable: bool
    linger: float
