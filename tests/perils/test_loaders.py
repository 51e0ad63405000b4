import subprocess
import sys

CODE = """
import sys
from quanyu.perils import FrequencySeverity, Lognormal, Poisson
assert not {"numba", "scipy"} & set(sys.modules)
FrequencySeverity("fire", Poisson(5.0), Lognormal(9.0, 1.0)).draw(1, range(3), ordered=True, small=True)
assert "numba" not in sys.modules
assert "scipy.stats" not in sys.modules
assert "scipy.optimize" not in sys.modules
"""


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    subprocess.run([sys.executable, "-c", CODE], check=True)
