"""The instructions of the kernel: eight integers each, with float parameters beside them.

An instruction is `(op, x, z, w, base, terms, layers, slot)`:
x, w    registers read; z the register written (-1: none). The first row registers are the block's
        own row inputs, the first path registers its path inputs.
base    where its parameters start in the program's float array.
terms   first register of its term columns: three a layer (attachment, limit, slope), or as said below.
layers  how many term columns there are; 0 where the terms are constants.
slot    a key slot, a state register or a third operand.

Plain integers, not an enumeration: they are compiled into the kernel as constants.
"""

OP, X, Z, W, BASE, TERMS, LAYERS, SLOT = range(8)
WIDTH = 8

# Row instructions. Parameters are given in brackets; f is the scale of x.
LOAD = 0  # z := input x
EXPAND = 1  # z := path register x, on every row of the path
FILL = 2  # z := [value]
CLIP = 3  # z := min(max(f x - attachment, 0), limit)  [f, attachment, limit]
CLAIM = 4  # z := G(f x)  [f, layers...] or term columns
RUN = 5  # running total in the path, from state `slot` where it is not -1  [f, spread, layers...]
KEY = 6  # running total in the key of `slot`  [f, spread, layers...]
DRAW = 7  # caps eroded by what is taken, then an account  [f, account mode, state, ceiling, cap, cap, ...]
TIMES = 8  # z := f x w  [f]
MIX = 9  # z := f x + g w + h  [f, g, h]
COVERED = 10  # z := x where its cover is listed, else 0  [1 or 0 for each cover]
AT_LEAST = 11  # z := x where w >= threshold, else 0  [threshold] or one term column
RATIO = 12  # z := min(f x, w) / w, 0 where w is 0  [f]
TOTAL = 13  # path z := sum of x over the path
TOWER = (
    14  # path sums of several clips, filtered once  [f, lowest attachment, (attachment, limit)...]; targets in LAYER
)
LAYER = 15  # a target of the TOWER before, as many as its `slot` says
PEAK = (
    16  # path z := greatest sum of f x / full over a group of rows  [f, full] or one term column; `slot` the grouping
)
LAST_ROW_CODE = 16

# Path instructions.
PASS = 17  # z := G(f x), or the increment of G from state `slot`  [f, layers...]
LINE = 18  # z := f x + g w + h  [f, g, h]
LEAST = 19  # z := min(f x, g w)  [f, g]
MOST = 20  # z := max(f x, g w)  [f, g]
PRODUCT = 21  # z := f x w  [f]
QUOTIENT = 22  # z := f x / w, 0 where w is 0  [f]
SET = 23  # z := [value]
GIVE = 24  # z := min(f x, balance); balance falls  [f]
RECEIVE = 25  # z := min(f x, ceiling - balance); balance grows  [f, ceiling] or w the ceiling
READ = 26  # z := state `slot`
ABOVE = 27  # z := 1 where f x > g w + h, else 0  [f, g, h]
CHOOSE = 28  # z := x where register `slot` is above 0, else w

# The grouping of PEAK when `slot` names no key.
BY_PATH, BY_ROW, BY_INSTANT = -3, -2, -1

# The kinds of a cap in DRAW: [kind, slot, amount, its term column or -1, state register].
CAP_ROW, CAP_KEY, CAP_PATH, CAP_STATE = range(4)
CAP_WIDTH = 5
CAPS_FROM = 4
NO_ACCOUNT, GIVING, RECEIVING = range(3)

# A chunk: whole paths of about so many rows, so that the columns in use stay in the cache.
CHUNK_ROWS, CHUNK_PATHS = 10_000, 4_096
