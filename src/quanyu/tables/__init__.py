"""Tables: Excel, CSV and Parquet files as rows that know their place.

Takes  a file, and the types its columns should have.
Gives  typed columns, or findings by sheet, row and column, all of them at once; Excel files of results.
Never  reads half of a table, guesses a code, or turns a gap into zero.
"""

from quanyu.tables.blocks import Blocks, open_blocks
from quanyu.tables.read import Rows, read_rows, unreadable
from quanyu.tables.typed import typed_columns
from quanyu.tables.write import unwritable, write_table
from quanyu.tables.written import as_texts

__all__ = [
    "Blocks",
    "Rows",
    "as_texts",
    "open_blocks",
    "read_rows",
    "typed_columns",
    "unreadable",
    "unwritable",
    "write_table",
]
