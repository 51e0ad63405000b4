"""Tables brought into the book: how their headings are understood, what each kind does with a row, what is refused."""
