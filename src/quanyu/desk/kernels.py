"""Where compiled kernels are kept: the user's cache, keyed by the kernels' sources; Numba adds the processor."""

import os
from hashlib import sha256
from pathlib import Path

import quanyu
from quanyu.waterfall.columns import kernel_folder, user_cache

__all__ = ["kernels_are_compiled", "use_cache"]


def use_cache() -> Path:
    """Points Numba at the user's cache before it is first imported. An own NUMBA_CACHE_DIR is left alone."""
    folder = user_cache() / _digest()
    os.environ.setdefault("NUMBA_CACHE_DIR", str(folder))
    return Path(os.environ["NUMBA_CACHE_DIR"])


def kernels_are_compiled() -> bool:
    """Whether both rooms' kernels were compiled here before; else the first run takes some ten seconds longer."""
    return all(any(folder.rglob("*.nbc")) for folder in (use_cache(), kernel_folder()))


def _digest() -> str:
    """Of all sources that hold compiled loops: Numba itself looks only at the file of the outermost function."""
    package = Path(quanyu.__file__).parent
    sources = sorted(package.glob("*/kernels*.py"))
    return sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
