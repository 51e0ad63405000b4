"""The hashes of records that wait for the end of an act: on disk, so that memory does not grow with the table.

The evidence log is locked from the first append until the act ends; so everything is appended last.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
from numpy.typing import NDArray

__all__ = ["Leaves", "Spool"]


@dataclass(frozen=True)
class Leaves:
    """The hashes of records of one kind, one after another, and the subjects they are of."""

    kind: str
    subjects: NDArray[np.int64]
    hashes: bytes


class Spool:
    """Leaves written to a temporary file, and read back in the order in which they came."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="quanyu-")  # noqa: SIM115 - closed by __exit__
        self._parts: list[tuple[str, int, int]] = []

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, *leaves: Leaves) -> None:
        """Keeps leaves for later."""
        for one in leaves:
            subjects = one.subjects.astype(np.int64).tobytes()
            self._file.write(subjects)
            self._file.write(one.hashes)
            self._parts.append((one.kind, len(subjects), len(one.hashes)))

    def __iter__(self) -> Iterator[Leaves]:
        self._file.seek(0)
        for kind, subjects, hashes in self._parts:
            ids = np.frombuffer(self._file.read(subjects), np.int64)
            yield Leaves(kind, ids, self._file.read(hashes))
