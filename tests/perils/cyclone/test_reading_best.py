"""Best tracks: CMA, JMA and IBTrACS; what is wrong is said with its line, and no storm is half read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from quanyu.perils import LawError
from quanyu.perils.cyclone import KNOT, NAUTICAL_MILE, Grade, Track
from quanyu.perils.cyclone.reading import TrackReading, read_cma, read_ibtracs, read_jma

CMA = """\
66666 1909    3 0012 1909 0 6 LEKIMA                             20200417
2019080912 5 275 1221  935      48
2019080918 4 284 1214  950      40
2019081000 2 291 1208  978      20   23
66666 0000    2 0013 0000 1 6 (nameless)                         20200417
2019081000 0 200 1300 1004       0
2019081006 1 205 1301 1002      13
66666 1909    1 0012 1909 0 6 LEKIMA(-)1                         20200417
2019081100 9 330 1204  982      20
"""
JMA = """\
66666 9119    3 0045 9119 0 6              MIREILLE              19920701
91091500 002 2 072 1677 1002     000
91092706 002 5 325 1293  935     095     30180 0140 30400 0260         #
91092718 002 6 430 1420  972     060     90100 0100 90300 0300
"""
IBTRACS = """\
SID,SEASON,BASIN,NAME,ISO_TIME,LAT,LON,WMO_WIND,WMO_PRES,TRACK_TYPE,USA_LAT,USA_LON,USA_WIND,USA_PRES,USA_R34_NE,USA_R34_SE,USA_R34_SW,USA_R34_NW,USA_POCI,USA_RMW
 ,Year, , , ,degrees_north,degrees_east,kts,mb, ,degrees_north,degrees_east,kts,mb,nmile,nmile,nmile,nmile,mb,nmile
2019214N15134,2019,WP,LEKIMA,2019-08-09 12:00:00,27.5,122.0,90,940,main,27.6,122.0,100,931,180,150,120,140,1000,20
2019214N15134,2019,WP,LEKIMA,2019-08-09 18:00:00,28.3,121.4,85,950,main,28.4,121.4,90,939, , , , , ,
2019214N15134,2019,WP,LEKIMA,2019-08-09 18:00:00,28.3,121.4,85,950,spur-other,28.4,121.4,90,939, , , , , ,
2019300N10070,2019,NI,NOT_NAMED,2019-10-27 00:00:00,10.0,70.0,35,1000,main, , , , , , , , , ,
"""


def codes(reading: TrackReading) -> list[tuple[str, int]]:
    return [(f.code, f.place.line if f.place else 0) for f in reading.findings]


def test_cma_reads_winds_pressures_grades_and_names() -> None:
    reading = read_cma(CMA, "CH2019BST.txt")
    assert not reading.findings
    lekima, nameless, part = reading.tracks
    assert (lekima.storm, lekima.name, lekima.agency, lekima.minutes) == ("2019-0012", "LEKIMA", "cma", 2)
    first = lekima.fixes[0]
    assert (first.time, first.lat, first.lon) == (datetime(2019, 8, 9, 12, tzinfo=UTC), 27.5, 122.1)
    assert (first.wind, first.pressure, first.grade) == (48.0, 935.0, Grade.SEVERE_TYPHOON)
    assert (nameless.name, nameless.fixes[0].wind) == ("", None)
    assert (part.storm, part.fixes[0].grade) == ("2019-0012b", Grade.EXTRATROPICAL)
    assert "tcdata.typhoon.org.cn" in lekima.source.attribution


def test_a_repeated_sequence_number_makes_no_storm_of_two() -> None:
    storms = [t.storm for t in read_cma(CMA, "CH2019BST.txt").tracks]
    assert storms == ["2019-0012", "2019-0013", "2019-0012b"]


def test_all_that_is_wrong_is_said_at_once_and_no_storm_is_half_read() -> None:
    wrong = (
        CMA.replace("2019080918 4 284 1214  950", "2019080918 4 2x4 1214  950")
        .replace("2019081006 1 205 1301 1002", "2019081006 1 205 1301  102")
        .replace("66666 1909    1 0012", "66666 1909    4 0012")
    )
    reading = read_cma(wrong, "CH2019BST.txt")
    assert codes(reading) == [("track-line", 3), ("track-value", 7), ("track-count", 8)]
    assert reading.tracks == ()
    assert reading.left_out == ("2019-0012", "2019-0013", "2019-0012b")


def test_times_that_go_back_and_lines_without_a_header() -> None:
    body = "2019081000 2 291 1208  978      20\n"
    header = "66666 1909    2 0012 1909 0 6 LEKIMA                             20200417\n"
    reading = read_cma(body + header + body + body, "part.txt")
    assert codes(reading) == [("track-line", 1), ("track-order", 4)]
    assert not reading.tracks


def test_a_header_that_cannot_be_read_takes_its_storm_with_it() -> None:
    reading = read_cma("66666 1909\n2019081000 2 291 1208  978      20\n" + CMA, "CH2019BST.txt")
    assert codes(reading) == [("track-line", 1)]
    assert len(reading.tracks) == 3


def test_every_cma_file_is_read(shared: Path) -> None:
    readings = [
        read_cma(path.read_text("utf-8"), path.name) for path in sorted((shared / "data/tracks/cma_bst").glob("*.txt"))
    ]
    tracks = [t for reading in readings for t in reading.tracks]
    # One storm of 2020 has a time twice, in its last two lines; the other 2,516 are whole.
    assert [(f.code, str(f.place)) for r in readings for f in r.findings] == [("track-order", "CH2020BST.txt:759:1")]
    assert len(tracks) == 2516
    assert len({t.storm for t in tracks}) == 2516
    named = {(t.storm[:4], t.name.upper()): t for t in tracks}
    assert _strongest(named["2013", "FITOW"]) == 45.0
    assert _strongest(named["2019", "LEKIMA"]) == 62.0


def _strongest(track: Track) -> float:
    return max(f.wind or 0.0 for f in track.fixes)


def test_jma_reads_knots_and_the_axes_of_its_circles() -> None:
    reading = read_jma(JMA, "bst.txt")
    assert not reading.findings
    (mireille,) = reading.tracks
    assert (mireille.storm, mireille.name, mireille.minutes) == ("1991-19", "MIREILLE", 10)
    weak, strong, late = mireille.fixes
    assert weak.wind is None
    assert strong.wind == pytest.approx(95 * KNOT)
    assert (strong.time, strong.grade) == (datetime(1991, 9, 27, 6, tzinfo=UTC), Grade.TYPHOON)
    fifty, thirty = strong.radii
    assert (fifty.label, thirty.label) == ("R50", "R30")
    # The long axis points south-east: that quadrant has all of it, the one opposite the short one.
    assert fifty.km[1] == pytest.approx(180 * NAUTICAL_MILE)
    assert fifty.km[3] == pytest.approx(140 * NAUTICAL_MILE)
    assert thirty.km[0] == pytest.approx(thirty.km[2])
    assert late.radii[1].km == pytest.approx((300 * NAUTICAL_MILE,) * 4)


def test_jma_says_what_it_cannot_read() -> None:
    wrong = JMA.replace("91092706 002 5", "91093206 002 5").replace("90100 0100 90300", "901 0100 90300")
    assert codes(read_jma(wrong, "bst.txt")) == [("track-line", 3), ("track-line", 4)]


def test_ibtracs_gives_the_agency_that_was_asked_for() -> None:
    wmo, usa = read_ibtracs(IBTRACS, "ib.csv"), read_ibtracs(IBTRACS, "ib.csv", agency="usa")
    assert not wmo.findings
    assert not usa.findings
    (tokyo,), (jtwc,) = wmo.tracks, usa.tracks
    assert (tokyo.name, tokyo.minutes, jtwc.minutes) == ("LEKIMA", 10, 1)
    assert len(tokyo.fixes) == 2
    assert tokyo.fixes[0].wind == pytest.approx(90 * KNOT)
    assert (jtwc.fixes[0].lat, jtwc.fixes[0].outermost) == (27.6, 1000.0)
    assert jtwc.fixes[0].rmw == pytest.approx(20 * NAUTICAL_MILE)
    assert jtwc.fixes[0].radii[0].km == pytest.approx(tuple(k * NAUTICAL_MILE for k in (180, 150, 120, 140)))
    assert jtwc.fixes[1].radii == ()


def test_ibtracs_of_another_basin_has_no_fixes_of_an_agency_that_was_not_there() -> None:
    reading = read_ibtracs(IBTRACS, "ib.csv", agency="usa", basin="NI")
    assert (reading.tracks, reading.findings) == ((), ())
    (track,) = read_ibtracs(IBTRACS, "ib.csv", basin="NI").tracks
    assert track.name == ""


def test_ibtracs_without_its_columns_and_with_a_bad_cell() -> None:
    assert codes(read_ibtracs("SID,LAT\n", "ib.csv")) == [("track-columns", 1)]
    assert codes(read_ibtracs(IBTRACS.replace("90,940", "strong,940"), "ib.csv")) == [("track-line", 3)]
    with pytest.raises(LawError, match="agency"):
        read_ibtracs(IBTRACS, "ib.csv", agency="newdelhi")
