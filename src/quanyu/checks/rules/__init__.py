"""Rules: one file each.

Takes  an inspection of a programme.
Gives  the findings of one kind, in any order.
Never  changes anything, or relies on another rule having run.
"""
