from datetime import date, timedelta

import numpy as np
import pytest

from quanyu.perils import Bootstrap, History, LawError

DATES = [date(2015, 1, 1) + timedelta(days=i) for i in range((date(2021, 1, 1) - date(2015, 1, 1)).days)]


def history(step: str = "day") -> History:
    """Six years; the first series tells the year and the day, the second is its negative."""
    first = np.array(
        [
            d.year * 1000.0 + date(2001, d.month, min(d.day, 28 if d.month == 2 else 31)).timetuple().tm_yday
            for d in DATES
        ]
    )
    return History.of(DATES, np.stack([first, -first], axis=1), ["rain", "dry"], step=step)  # type: ignore[arg-type]


def test_complete_years_without_the_leap_day() -> None:
    h = history()
    assert h.values.shape == (6, 365, 2)
    np.testing.assert_array_equal(h.values[:, :, 0] % 1000, np.tile(np.arange(1, 366), (6, 1)))
    assert history("week").values.shape == (6, 52, 2)


def test_incomplete_years_at_the_ends_are_left_out_in_between_refused() -> None:
    values = np.zeros(len(DATES))
    assert len(History.of(DATES[100:], values[100:], ["x"]).values) == 5
    with pytest.raises(LawError, match="in between"):
        History.of(DATES[:500] + DATES[520:], values[20:], ["x"])
    with pytest.raises(LawError, match="twice"):
        History.of([*DATES, DATES[3]], np.zeros(len(DATES) + 1), ["x"])
    with pytest.raises(LawError, match="missing"):
        History.of(DATES, np.where(np.arange(len(DATES)) == 7, np.nan, 0.0), ["x"])
    with pytest.raises(LawError, match="complete"):
        History.of(DATES[:100], values[:100], ["x"])


def test_whole_years_are_kept_whole_and_all_are_drawn() -> None:
    paths = Bootstrap("w", history()).draw(1, range(6000))
    years = paths.of("rain") // 1000
    assert (years == years[:, :1]).all()
    np.testing.assert_array_equal(paths.of("rain"), -paths.of("dry"))
    counts = np.bincount(years[:, 0].astype(int) - 2015)
    assert len(counts) == 6
    assert (np.abs(counts - 1000) < 4.5 * np.sqrt(1000 * 5 / 6)).all()


def test_a_season_over_new_year_stays_together() -> None:
    boot = Bootstrap("w", history(), season=("11-01", "03-31"))
    paths = boot.draw(1, range(500))
    assert paths.days[0] == 304
    assert paths.days[-1] == 89
    year, day = paths.of("rain") // 1000, paths.of("rain") % 1000 - 1
    np.testing.assert_array_equal(day, np.tile(paths.days, (500, 1)))
    np.testing.assert_array_equal(year - year[:, :1], np.tile((paths.days < 304).astype(float), (500, 1)))
    assert year[:, 0].max() == 2019


def test_blocks_in_a_window_keep_the_calendar() -> None:
    boot = Bootstrap("w", history(), keep="window", block=10, window=5, season=("04-01", "09-30"))
    paths = boot.draw(1, range(400))
    days = paths.of("rain") % 1000 - 1
    shift = days - paths.days
    assert shift.min() == -5
    assert shift.max() == 5
    blocks = shift[:, :180].reshape(400, 18, 10)
    assert (blocks == blocks[:, :, :1]).all()
    assert len(np.unique((paths.of("rain") // 1000)[:, :10])) == 6


def test_moving_blocks_come_from_anywhere() -> None:
    boot = Bootstrap("w", history(), keep="none", block=30)
    paths = boot.draw(1, range(3000))
    assert paths.values.shape == (3000, 365, 2)
    start = paths.of("rain")[:, 0]
    assert len(np.unique(start)) > 1400
    whole = history().values[:, :, 0]
    assert paths.of("rain").mean() == pytest.approx(whole.mean(), abs=4.0 * whole.std() / np.sqrt(3000 * 12))


def test_the_trend_is_removed_at_the_last_year_s_level() -> None:
    t = np.array([(d - DATES[0]).days / 365.25 for d in DATES])
    wave = np.cos(2.0 * np.pi * t)
    plain, rising = (History.of(DATES, wave + slope * t, ["x"]) for slope in (0.0, 2.0))
    lifted = rising.detrended().values
    # The last year is centred half a year before the end, where the trend stands at 2 * 5.5.
    np.testing.assert_allclose(lifted - plain.detrended().values, 11.0, atol=0.02)
    assert np.ptp(lifted.mean(axis=(1, 2))) < 0.02
    assert np.ptp(rising.values.mean(axis=(1, 2))) > 9.0


def test_blocks_of_years_change_nothing() -> None:
    boot = Bootstrap("w", history(), keep="window", block=20, window=3)
    parts = [boot.draw(4, range(a, a + 6)).values for a in range(0, 30, 6)]
    np.testing.assert_array_equal(boot.draw(4, range(30)).values, np.concatenate(parts))


@pytest.mark.parametrize(
    ("options", "field"),
    [({"block": 0}, "block"), ({"window": 365}, "window"), ({"season": ("02-30", "03-01")}, "season")],
)
def test_what_is_refused(options: dict[str, object], field: str) -> None:
    with pytest.raises(LawError) as caught:
        Bootstrap("w", history(), **options)  # type: ignore[arg-type]
    assert caught.value.field == field
