"""The independent verifier: rows, log and signed heads held against each other, in constant memory.

It shares the digest rule with the writer, and nothing else. Three copies of each leaf are followed at once: what the
row says now, what the leaf says, what the tile says. The first whose root is the one that was signed is the truth as
far as that head goes, and what differs from it is named. All go on from there, so that one alteration hides no other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from quanyu.store.evidence.discrepancy import Discrepancy, What
from quanyu.store.evidence.note import Note, PublicKey, read_note
from quanyu.store.evidence.rule import Rule
from quanyu.terms import Text

__all__ = ["Entry", "verify"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf with its record read again from the rows, in the order of `seq`.

    seq is None for a record without a leaf; record None where the row is gone; leaf and tile None where that copy of
    the hash is not there (the last leaves are in no tile yet). txn: the transaction that wrote the record.
    """

    seq: int | None
    kind: str
    subject: int | None
    record: bytes | None
    leaf: bytes | None
    tile: bytes | None = None
    txn: int = 0


def verify(
    entries: Iterable[Entry],
    heads: Iterable[str],
    keys: Sequence[PublicKey],
    *,
    most: int = 1000,
    algorithm: str | None = None,
) -> list[Discrepancy]:
    """Everything that does not agree, at most `most` of it named; empty where all is as it was signed.

    heads: signed notes, those of the log and those that others kept. Without a trusted head nothing can be proven, and
    that is the one discrepancy then; with the log's own `algorithm` rows and log are still held against one another.
    """
    trusted, found = _trusted(heads, keys)
    if not trusted:
        none = Text("没有可信密钥签署的日志头，无从证明。", "No head signed by a trusted key: nothing can be proven.")
        found.append(Discrepancy(What.SIGNATURE, none))
        if algorithm is None:
            return found
    followed = _Followed(Rule(trusted[0].head.algorithm if trusted else algorithm or ""), trusted, found, most)
    for entry in entries:
        followed.take(entry)
    return followed.end()


def _trusted(texts: Iterable[str], keys: Sequence[PublicKey]) -> tuple[list[Note], list[Discrepancy]]:
    """The heads that a trusted key signed, by size; and what is wrong with the heads by themselves."""
    trusted, found = list[Note](), list[Discrepancy]()
    for text in dict.fromkeys(texts):
        try:
            note = read_note(text)
        except ValueError as error:
            found.append(Discrepancy(What.SIGNATURE, Text(f"日志头无法读取：{error}", f"Not a head: {error}.")))
            continue
        size = note.head.size
        if note.signed_by(keys) is None:
            reason = Text(f"大小为 {size} 的日志头没有可信签名。", f"No trusted key signed the head of size {size}.")
            found.append(Discrepancy(What.SIGNATURE, reason, size=size))
        else:
            trusted.append(note)
    trusted.sort(key=lambda note: (note.head.size, note.head.at))
    for one, two in pairwise(trusted):
        a, b = one.head, two.head
        if (a.origin, a.algorithm) != (b.origin, b.algorithm) or (a.size == b.size and a.root != b.root):
            found.append(_fork(b.size, f"另一已签名的日志头（大小 {a.size}）", f"another, of size {a.size}"))
        elif a.at > b.at:
            found.append(_fork(b.size, f"时间晚于它的较短日志头 {a.size}", f"a shorter one of size {a.size}, later"))
    return trusted, found


def _fork(size: int, zh: str, en: str) -> Discrepancy:
    reason = Text(f"大小为 {size} 的已签名日志头与{zh}矛盾。", f"The signed head of size {size} contradicts {en}.")
    return Discrepancy(What.FORK, reason, size=size, signed=True)


@dataclass(slots=True)
class _Peaks:
    """The roots of the complete subtrees of a growing tree, the highest first, with their heights."""

    rule: Rule
    peaks: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        height, node = 0, leaf
        while self.peaks and self.peaks[-1][0] == height:
            node = self.rule.node(self.peaks.pop()[1], node)
            height += 1
        self.peaks.append((height, node))

    def root(self) -> bytes:
        if not self.peaks:
            return self.rule.empty()
        node = self.peaks[-1][1]
        for _, left in reversed(self.peaks[:-1]):
            node = self.rule.node(left, node)
        return node

    def copy(self) -> "_Peaks":
        return _Peaks(self.rule, list(self.peaks))


_Copies = tuple[bytes, bytes, bytes, bytes]  # of a leaf's hash: by its row, by most of the three, leaf, tile
_ROW, _MOST, _LEAF, _TILE = range(4)


@dataclass(slots=True)
class _Followed:
    """How far the log was followed.

    trees: one for each of the copies; the same object while they agree. doubts: entries since the last head that
    fitted whose copies differ. unfit: heads since then that fitted nothing.
    """

    rule: Rule
    heads: list[Note]
    found: list[Discrepancy]
    most: int
    size: int = 0
    next_head: int = 0
    good: int = 0
    beyond: int = 0
    broken: bool = False
    trees: list[_Peaks] = field(init=False)
    doubts: list[tuple[Entry, _Copies]] = field(default_factory=list)
    unfit: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trees = [_Peaks(self.rule)] * 4
        self._judge()

    def take(self, entry: Entry) -> None:
        if entry.seq is None:
            self._name(What.ADDED, entry, signed=False)
            return
        if entry.seq < self.size:
            raise ValueError(f"leaf {entry.seq} after leaf {self.size - 1}: entries come in order")
        if entry.seq > self.size:
            self._gap(entry.seq)
        copies = self._copies(entry)
        if len(set(copies)) > 1:
            self._doubt(entry, copies)
        if all(tree is self.trees[0] for tree in self.trees):
            self.trees[0].add(copies[0])
        else:
            for tree, leaf in zip(self.trees, copies, strict=True):
                tree.add(leaf)
        self.size += 1
        self._judge()

    def end(self) -> list[Discrepancy]:
        """What was found, with what no head could judge."""
        if self.unfit:
            self._report(_unfit(self.unfit, self.good))
        self._settle(None)
        for note in self.heads[self.next_head :]:
            size = note.head.size
            zh, en = f"已签名的日志头有 {size} 条，日志只有 {self.size} 条。", f"A signed head has {size} leaves, "
            self._report(Discrepancy(What.CUT, Text(zh, f"{en}the log {self.size}."), size=size, signed=True))
        if self.beyond:
            more = Text(f"另有 {self.beyond} 处未列出。", f"{self.beyond} more are not named.")
            self.found.append(Discrepancy(What.MORE, more))
        return self.found

    def _copies(self, entry: Entry) -> _Copies:
        gone = self.rule.empty()
        leaf = entry.leaf or entry.tile or gone
        tile = entry.tile or leaf
        row = gone if entry.record is None else self.rule.leaf(entry.record)
        return row, (row if row == tile else leaf), leaf, tile

    def _doubt(self, entry: Entry, copies: _Copies) -> None:
        if all(tree is self.trees[0] for tree in self.trees):
            self.trees = [self.trees[0].copy() for _ in self.trees]
        if len(self.doubts) < self.most:
            self.doubts.append((entry, copies))
        else:
            self.beyond += 1

    def _gap(self, seq: int) -> None:
        en = f"Leaves {self.size} to {seq - 1} are gone from the log."
        self._report(Discrepancy(What.LEAF, Text(f"日志第 {self.size} 至 {seq - 1} 条已不存在。", en), seq=self.size))
        self.broken, self.size = True, seq
        while self.next_head < len(self.heads) and self.heads[self.next_head].head.size < seq:
            self.unfit.append(self.heads[self.next_head].head.size)
            self.next_head += 1

    def _judge(self) -> None:
        """Hold the trees against each head of the present size."""
        while self.next_head < len(self.heads) and (head := self.heads[self.next_head].head).size == self.size:
            self.next_head += 1
            roots = [tree.root() for tree in self.trees]
            if self.broken or head.algorithm != self.rule.algorithm or head.root not in roots:
                self.unfit.append(head.size)
                continue
            for size in self.unfit:
                self._report(_fork(size, f"其后相符的日志头 {head.size}", f"that of size {head.size}, which fits"))
            self._settle(roots.index(head.root))
            self.unfit, self.good = [], self.size

    def _settle(self, truth: int | None) -> None:
        """Name what is in doubt, by the copy that the head proves true, or by the leaf where none does."""
        for entry, copies in self.doubts:
            if entry.leaf is None:
                self._name(What.LEAF, entry, signed=truth is not None)
                continue
            true = copies[_LEAF if truth is None else truth]
            if copies[_ROW] != true:
                self._name(What.MISSING if entry.record is None else What.ALTERED, entry, signed=truth is not None)
            if any(copy != true for copy in (copies[_LEAF], copies[_TILE])):
                self._name(What.LEAF, entry, signed=truth is not None)
        if truth is not None:
            self.trees = [self.trees[truth]] * 4
        self.doubts = []

    def _name(self, what: What, entry: Entry, *, signed: bool) -> None:
        reason = _reason(what, entry, signed=signed)
        record = (entry.kind, entry.subject, entry.txn)
        self._report(Discrepancy(what, reason, entry.seq, *record, signed=signed))

    def _report(self, discrepancy: Discrepancy) -> None:
        if len(self.found) < self.most:
            self.found.append(discrepancy)
        else:
            self.beyond += 1


def _reason(what: What, entry: Entry, *, signed: bool) -> Text:
    record = f"{entry.kind} {entry.subject}" + (f" (txn {entry.txn})" if entry.txn else "")
    if entry.leaf is None and entry.seq is not None:
        return Text(f"日志第 {entry.seq} 条已不存在。", f"Leaf {entry.seq} is gone from the log.")
    zh, en = {
        What.ADDED: ("此记录从未入日志。", f"{record} was never logged."),
        What.MISSING: ("此记录已入日志，却不存在。", f"{record} was logged, and is gone."),
        What.ALTERED: ("此记录与入日志时不同。", f"{record} is not what was logged."),
    }.get(what, ("此记录的日志哈希被改动。", f"The log's own hash of {record} was altered."))
    if signed or what is What.ADDED:
        return Text(zh, en)
    return Text(f"{zh}尚无相符的日志头为证。", f"{en} No head that fits stands against it yet.")


def _unfit(sizes: Sequence[int], good: int) -> Discrepancy:
    zh = f"日志与大小为 {sizes[0]} 的已签名日志头不符，其后 {len(sizes) - 1} 个亦然；前 {good} 条为真。"
    en = (
        f"The log does not have the root signed at size {sizes[0]}, nor {len(sizes) - 1} signed later; "
        f"its first {good} leaves are proven."
    )
    return Discrepancy(What.HEAD, Text(zh, en), size=sizes[0], signed=True)
