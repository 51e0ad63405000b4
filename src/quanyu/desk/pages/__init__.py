"""Pages: everything the report shows of one programme, as the plain values of the room `documents`.

Takes  an opened programme, its simulation, its settled cases, other versions of it.
Gives  a `documents.ProgrammePage`.
Never  draws, settles or simulates: what it shows has been found before.
"""

from quanyu.desk.pages.page import programme_page

__all__ = ["programme_page"]
