"""The bundled tracks: known storms at known places, pressures and times."""

from datetime import UTC, datetime, timedelta
from math import cos, hypot, radians

import pytest

from perils.cyclone.tracks import track
from quanyu.perils import LawError
from quanyu.perils.cyclone import KNOT, Fix, Track, attribution, bundled
from quanyu.perils.cyclone.extract import pack, unpack


@pytest.fixture(scope="module")
def wmo() -> dict[str, Track]:
    return {t.storm: t for t in bundled()}


@pytest.fixture(scope="module")
def usa() -> dict[str, Track]:
    return {t.storm: t for t in bundled("usa")}


def at(track: Track, when: datetime) -> Fix:
    """The fix nearest to a time, moved along to it on the line to the next."""
    before = max((f for f in track.fixes if f.time <= when), key=lambda f: f.time)
    after = min((f for f in track.fixes if f.time > when), key=lambda f: f.time)
    w = (when - before.time) / (after.time - before.time)
    lat, lon = before.lat + w * (after.lat - before.lat), before.lon + w * (after.lon - before.lon)
    return Fix(when, lat, lon, before.wind, before.pressure)


def test_how_many(wmo: dict[str, Track], usa: dict[str, Track]) -> None:
    assert (len(wmo), sum(len(t.fixes) for t in wmo.values())) == (1446, 50_674)
    assert (len(usa), sum(len(t.fixes) for t in usa.values())) == (1349, 40_919)
    assert {t.minutes for t in wmo.values()} == {10}
    assert {t.minutes for t in usa.values()} == {1}


# Landfalls as CMA announced them: Shacheng in Fuding, Chengnan in Wenling, Putuo in Zhoushan, Putuo again.
LANDFALLS = {
    "2013272N10135": (datetime(2013, 10, 6, 17, 15, tzinfo=UTC), 27.2, 120.4, 955.0),
    "2019214N15134": (datetime(2019, 8, 9, 17, 45, tzinfo=UTC), 28.4, 121.6, 930.0),
    "2021197N17135": (datetime(2021, 7, 25, 4, 30, tzinfo=UTC), 30.0, 122.3, 965.0),
    "2022247N26147": (datetime(2022, 9, 14, 12, 30, tzinfo=UTC), 30.0, 122.3, 960.0),
}


@pytest.mark.parametrize("storm", LANDFALLS)
def test_storms_come_ashore_where_they_did(storm: str, wmo: dict[str, Track], usa: dict[str, Track]) -> None:
    when, lat, lon, pressure = LANDFALLS[storm]
    for tracks in (wmo, usa):
        fix = at(tracks[storm], when)
        away = hypot(fix.lat - lat, (fix.lon - lon) * cos(radians(lat))) * 111.12
        assert away < 50.0
        assert fix.pressure == pytest.approx(pressure, abs=30.0)


@pytest.mark.parametrize(
    ("storm", "pressure", "knots"),
    [("2013272N10135", 960.0, 75), ("2019214N15134", 925.0, 105), ("2021197N17135", 950.0, 85)],
)
def test_deepest_and_strongest_as_tokyo_published(
    storm: str, pressure: float, knots: int, wmo: dict[str, Track]
) -> None:
    fixes = wmo[storm].fixes
    assert min(f.pressure for f in fixes if f.pressure) == pressure
    assert max(f.wind for f in fixes if f.wind) == pytest.approx(knots * KNOT)


def test_doksuri_is_there(wmo: dict[str, Track]) -> None:
    assert wmo["2023201N13134"].fixes[0].time.year == 2023


def test_whom_to_name() -> None:
    text = attribution()
    assert "10.1175/2009BAMS2755.1" in text
    assert "Leo Saffin" in text
    assert "IBTrACS" in bundled()[0].source.attribution


def test_what_is_packed_comes_back() -> None:
    made = track([(27.1, 179.9), (27.4, -179.8), (28.0, -179.0)], wind=35 * KNOT)
    nothing = track([(1.0, 100.0), (1.1, 100.5)], wind=None, pressure=None)
    again = unpack(pack({"usa": [made, nothing]}), "usa")
    assert [t.fixes for t in again] == [made.fixes, nothing.fixes]
    assert again[0].fixes[1].time - again[0].fixes[0].time == timedelta(hours=6)


def test_an_agency_that_is_not_bundled_is_refused() -> None:
    with pytest.raises(LawError, match="Bundled are wmo, usa"):
        bundled("cma")
