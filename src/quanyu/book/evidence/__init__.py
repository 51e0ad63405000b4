"""Evidence of the book, from the side of whoever verifies: what was logged, read again from the rows.

Takes  a connection that reads one state of the book.
Gives  the records of every leaf, the rows without a leaf, and the names of what does not agree.
Never  shares with what writes more than the digest rule: what a record is, is stated here once more.

    stated   what a record is: tables and columns by kind
    written  SQL that writes rows as a record has them
    sources  records and rows without a leaf, in blocks
    named    what a person calls a record
    sealed   the newest head over the book, and the proof of one record
"""
