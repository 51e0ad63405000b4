"""Language: the files users write.

Takes  the text of a programme or a case.
Gives  a frozen Programme or Case whose every node knows its line, or findings; the schema; the text again.
Never  evaluates an expression, judges a programme, or keeps half of a file.
"""
