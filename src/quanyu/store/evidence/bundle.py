"""One record with its proof and a signed head, in a file that a stranger checks with the public key alone, offline."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from quanyu.store.evidence.code import read_code, write_code
from quanyu.store.evidence.discrepancy import Discrepancy, What
from quanyu.store.evidence.note import Note, PublicKey, read_note
from quanyu.store.evidence.proof import included
from quanyu.store.evidence.rule import Rule, canonical
from quanyu.terms import Text

__all__ = ["FORMAT", "Checked", "check_bundle", "write_bundle"]

FORMAT = "quanyu evidence 1"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a bundle says, and everything that does not agree with it; all is proven where there is nothing."""

    record: Mapping[str, Any]
    code: str
    note: Note | None
    discrepancies: tuple[Discrepancy, ...]


def write_bundle(record: bytes, *, seq: int, proof: Sequence[bytes], note: str) -> str:
    """The file. record: canonical bytes; note: the signed head whose size the proof is for. ValueError if none."""
    leaf = Rule(read_note(note).head.algorithm).leaf(record)
    page = {
        "format": FORMAT,
        "code": write_code(seq, leaf),
        "record": json.loads(record),
        "seq": seq,
        "proof": [base64.b64encode(node).decode() for node in proof],
        "head": note,
    }
    return json.dumps(page, ensure_ascii=False, indent=2) + "\n"


def check_bundle(text: str, keys: Sequence[PublicKey], *, code: str | None = None) -> Checked:
    """Hold a bundle against trusted keys, and against the code that somebody has on paper, where given."""
    try:
        page = json.loads(text, object_pairs_hook=_once)
        record, seq, head = page["record"], page["seq"], page["head"]
        if page["format"] != FORMAT or [type(part) for part in (record, seq, head)] != [dict, int, str]:
            raise ValueError(f"the format is {FORMAT!r}")
        note = read_note(head)
        rule = Rule(note.head.algorithm)
        leaf = rule.leaf(canonical(record))
        proof = [base64.b64decode(node, validate=True) for node in page["proof"]]
        codes = [page["code"], *([] if code is None else [code])]
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error) as error:
        wrong = Text(f"此文件不是可核验的证据包：{error}", f"Not a bundle that can be checked: {error}.")
        return Checked({}, "", None, (Discrepancy(What.FORM, wrong),))
    found = [
        *_signature(note, keys),
        *_inclusion(included(rule, leaf, proof, seq=seq, size=note.head.size, root=note.head.root), seq, note),
        *(wrong for typed in codes for wrong in _code(typed, seq, leaf)),
    ]
    return Checked(record, write_code(seq, leaf) if 0 <= seq < note.head.size else "", note, tuple(found))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(made := dict(pairs)) != len(pairs):
        raise ValueError("a name is given twice")
    return made


def _signature(note: Note, keys: Sequence[PublicKey]) -> list[Discrepancy]:
    if note.signed_by(keys):
        return []
    reason = Text("日志头没有可信密钥的签名。", "No trusted key signed the head.")
    return [Discrepancy(What.SIGNATURE, reason, size=note.head.size)]


def _inclusion(holds: bool, seq: int, note: Note) -> list[Discrepancy]:
    if holds:
        return []
    zh, en = "此记录不在该日志头之下：内容、位置或证明被改。", "Not under this head: record or proof was altered."
    return [Discrepancy(What.PROOF, Text(zh, en), seq=seq, size=note.head.size)]


def _code(typed: object, seq: int, leaf: bytes) -> list[Discrepancy]:
    try:
        if isinstance(typed, str) and read_code(typed).names(seq, leaf):
            return []
        reason = Text("核验码不属于此记录。", "The code is not that of this record.")
    except ValueError as error:
        reason = Text(f"核验码无效：{error}", f"Not a code: {error}.")
    return [Discrepancy(What.CODE, reason, seq=seq)]
