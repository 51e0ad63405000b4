"""Long tables in blocks: the same rows, places and findings as when they are read whole."""

from pathlib import Path

import polars as pl
import pytest

from quanyu.tables import Blocks, open_blocks, read_rows

ROWS = 60_000


def long_csv(path: Path, encoding: str = "utf-8") -> Path:
    lines = [f"P{n},住户{n},{n % 7}.5," + "备注" * 20 for n in range(ROWS)]
    path.write_text(" policy ,holder,sum,note\n" + "\n".join(lines) + "\n", encoding)
    return path


def read(path: Path, size: int) -> tuple[pl.DataFrame, list[int]]:
    with open_blocks(path) as opened:
        assert isinstance(opened, Blocks)
        assert opened.height == ROWS
        blocks = list(opened.blocks(size))
    return pl.concat([block.frame for block in blocks]), [block.first for block in blocks]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_long_file_is_the_same_in_blocks(tmp_path: Path, encoding: str) -> None:
    path = long_csv(tmp_path / "long.csv", encoding)
    whole = read_rows(path)
    assert not isinstance(whole, list)
    frame, firsts = read(path, 25_000)
    assert frame.equals(whole.frame)
    assert firsts == [2, 25_002, 50_002]


def test_parquet_and_short_files(tmp_path: Path) -> None:
    frame = pl.DataFrame({"policy": [f"P{n}" for n in range(ROWS)], "sum": range(ROWS)})
    frame.write_parquet(tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet", 40_000)[0].equals(frame)
    (tmp_path / "s.csv").write_text("a,b\n1,2\n3,4\n")
    with open_blocks(tmp_path / "s.csv") as opened:
        assert isinstance(opened, Blocks)
        assert [b.frame.rows() for b in opened.blocks(1)] == [[("1", "2")], [("3", "4")]]


def test_a_long_file_that_cannot_be_read_is_a_finding_at_its_own_place(tmp_path: Path) -> None:
    path = long_csv(tmp_path / "long.csv")
    path.write_bytes(path.read_bytes() + b"\xff\xff\xff,x,1,n\n")
    with open_blocks(path) as opened:
        assert isinstance(opened, list)
        assert [(f.code, f.place.file if f.place else "") for f in opened] == [("table-unreadable", str(path))]
    twice = tmp_path / "twice.csv"
    twice.write_text("a,a\n" + "1,2\n" * 1_500_000)
    with open_blocks(twice) as opened:
        assert isinstance(opened, list)
        assert [(f.code, f.place.file if f.place else "") for f in opened] == [("table-heading-twice", str(twice))]
