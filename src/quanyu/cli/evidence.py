"""The verbs of evidence: seal, verify, certificate."""

import json as to_json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quanyu.book.evidence.named import Named
    from quanyu.desk.booking import Book
    from quanyu.desk.verifying import Found, Verified
    from quanyu.store.evidence.bundle import Checked
    from quanyu.store.evidence.note import PublicKey

__all__ = ["certificate", "seal", "seal_after", "verify"]

Language = Annotated[Literal["auto", "zh", "en"], typer.Option("--lang", help="language of messages 语言")]

_WHAT_ZH = {
    "altered": "被改", "missing": "缺失", "added": "多出", "leaf": "日志条目", "head": "日志头", "cut": "日志变短",
    "fork": "日志分叉", "signature": "签名", "code": "核验码", "proof": "证明", "form": "格式", "more": "未列出",
}  # fmt: skip
_ACT_ZH = {
    "publish": "发布", "quote": "报价", "underwrite": "核保", "approve": "复核", "issue": "出单", "endorse": "批改",
    "suspend": "中止", "cancel": "退保", "reinstate": "复效", "extend": "展期", "renew": "续保",
    "true-up": "按实际调整", "master": "开总保单", "member": "加人", "leave": "减人", "open": "开预约保单",
    "declare": "申报", "adjust": "结清",
    "notify": "报案", "fact": "登记事实", "reserve": "提存准备金", "decide": "核定", "advance": "预付", "pay": "赔付",
    "recover": "追偿", "close": "结案", "reopen": "重开", "determine": "判定", "collect": "收付", "surplus": "结余",
    "import": "导入", "replay": "演算入账",
}  # fmt: skip


def seal(
    out: Annotated[Path | None, typer.Option("--out", help="where the signed head goes 日志头写入的文件")] = None,
    lang: Language = "auto",
) -> None:
    """Sign the evidence log as it is: whoever keeps the head can prove it was so. 签发证据日志头。"""
    from quanyu.cli.app import language, stop
    from quanyu.cli.opening import opened_book
    from quanyu.desk.sealing import seal as seal_book

    spoken = language(lang)
    with opened_book(spoken) as book:
        done = seal_book(book)
    if isinstance(done, list):
        stop(done, spoken)
    note = done.head.note()
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(note, "utf-8")
    typer.echo(note)
    typer.echo(f"{'公钥' if spoken == 'zh' else 'public key'} {done.public_key}")


def seal_after(book: "Book", spoken: str) -> None:
    """A head over what a large act wrote; where the key cannot be used that is said, and the act stands."""
    from quanyu.cli.app import say
    from quanyu.desk.sealing import seal as seal_book

    done = seal_book(book)
    if isinstance(done, list):
        say(done, spoken)


def certificate(
    policy: Annotated[str, typer.Argument(help="the policy's number 保单号")],
    out: Annotated[Path, typer.Option("--out", help="a .pdf, with its bundle beside it, or an .html 凭证文件")],
    lang: Language = "auto",
) -> None:
    """Write the certificate of a policy, with the code that anyone can verify. 出具保险凭证。"""
    from quanyu.cli.app import language, stop
    from quanyu.cli.opening import opened_book
    from quanyu.desk.certifying import certify, write_certified

    spoken = language(lang)
    with opened_book(spoken) as book:
        done = certify(book, policy)
    if isinstance(done, list):
        stop(done, spoken)
    for written in write_certified(done, out):
        if not isinstance(written, Path):
            stop([written], spoken)
        typer.echo(f"→ {written}")
    typer.echo(f"{'核验码' if spoken == 'zh' else 'code'} {done.certificate.verification.code}")
    typer.echo(f"{'公钥' if spoken == 'zh' else 'public key'} {done.public_key}")


def verify(
    bundle: Annotated[
        Path | None, typer.Option("--bundle", help="one record with its proof, or a certificate's page 证据包或凭证页")
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help="the code on a certificate 凭证上的核验码")] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="public keys that are trusted, one a line 可信公钥文件")
    ] = None,
    head: Annotated[
        list[Path] | None, typer.Option("--head", help="a signed head kept outside the book 账外保存的日志头")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="for programs 供程序读取")] = False,
    lang: Language = "auto",
) -> None:
    """Hold the book against its evidence log: names what was altered. 核验账簿与证据日志，指名被改之处。"""
    from quanyu.cli.app import language

    spoken = language(lang)
    if bundle is not None:
        _verify_bundle(bundle, key, code, json=json, spoken=spoken)
    elif code is not None:
        _verify_code(code, json=json, spoken=spoken)
    else:
        _verify_book(key, head or [], json=json, spoken=spoken)


def _verify_bundle(bundle: Path, key: Path | None, code: str | None, *, json: bool, spoken: str) -> None:
    from quanyu.cli.app import stop
    from quanyu.desk.verifying import verify_bundle

    checked = verify_bundle(bundle, _trusted(key, None, spoken), code=code)
    if isinstance(checked, list):
        stop(checked, spoken)
    typer.echo(_json(_checked_record(checked)) if json else _said(checked, spoken))
    raise typer.Exit(int(bool(checked.discrepancies)))


def _verify_code(code: str, *, json: bool, spoken: str) -> None:
    from quanyu.cli.app import stop
    from quanyu.cli.opening import opened_book
    from quanyu.desk.verifying import find_code

    with opened_book(spoken) as book:
        found = find_code(book, code)
    if isinstance(found, list):
        stop(found, spoken)
    typer.echo(_json(_found_record(found)) if json else _found(found, spoken))
    raise typer.Exit(int(not (found.intact and found.proven)))


def _verify_book(key: Path | None, kept: "Sequence[Path]", *, json: bool, spoken: str) -> None:
    from quanyu.cli.opening import opened_book
    from quanyu.desk.verifying import verify_book

    try:
        notes = [path.read_text("utf-8") for path in kept]
    except (OSError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    with opened_book(spoken) as book:
        done = verify_book(book, _trusted(key, book, spoken), kept=notes)
    typer.echo(_json(_record(done)) if json else _verified(done, spoken))
    raise typer.Exit(int(not done.holds))


def _trusted(key: Path | None, book: "Book | None", spoken: str) -> "list[PublicKey]":
    """Keys from a file, or the user's own."""
    from quanyu.cli.app import stop
    from quanyu.desk.sealing import own_keys, read_keys
    from quanyu.store.evidence.log import header
    from quanyu.terms import Finding

    if key is not None:
        found = read_keys(key)
        if any(isinstance(one, Finding) for one in found):
            stop([one for one in found if isinstance(one, Finding)], spoken)
        return [one for one in found if not isinstance(one, Finding)]
    if book is None:
        raise typer.BadParameter("--bundle goes with --key, the public key that is trusted 请以 --key 给出可信公钥")
    return own_keys(book.read(header).origin)


def _verified(done: "Verified", spoken: str) -> str:
    from quanyu.book.evidence.named import KIND_WORDS

    kinds = ", ".join(
        f"{KIND_WORDS[kind].inside(spoken) if kind in KIND_WORDS else kind} {count:,}"
        for kind, count in done.leaves.items()
    )
    zh = f"{done.origin}：核对 {done.total:,} 条记录（{kinds}），{done.heads} 个日志头，签名覆盖前 {done.proven:,} 条"
    en = (
        f"{done.origin}: {done.total:,} records checked ({kinds}), {done.heads} signed heads, "
        f"the first {done.proven:,} records are under one"
    )
    lines = [zh if spoken == "zh" else en, *(_line(one, spoken) for one in done.named)]
    if done.holds:
        lines.append("全部与所签一致" if spoken == "zh" else "all is as it was signed")
    return "\n".join(lines)


def _line(one: "Named", spoken: str) -> str:
    words = [_what(one.found.what.value, spoken), _who(one, spoken), one.found.reason.inside(spoken)]
    return "  " + "  ".join(word for word in words if word)


def _what(what: str, spoken: str) -> str:
    return _WHAT_ZH.get(what, what) if spoken == "zh" else what


def _who(one: "Named", spoken: str) -> str:
    from quanyu.book.evidence.named import KIND_WORDS

    if not one.found.kind or one.found.subject is None:
        return ""
    kind = KIND_WORDS[one.found.kind].inside(spoken) if one.found.kind in KIND_WORDS else one.found.kind
    called = f"{kind} {one.number or one.found.subject}"
    if not one.actor:
        return called
    if spoken == "zh":
        return f"{called}（交易 {one.found.txn}：{_ACT_ZH.get(one.act, one.act)}，{one.actor}，{one.booked_on}）"
    return f"{called} (transaction {one.found.txn}: {one.act}, by {one.actor}, {one.booked_on})"


def _found(found: "Found", spoken: str) -> str:
    zh = spoken == "zh"
    lines = [f"{found.leaf.code}  {_who(found.named, spoken)}"]
    if found.intact:
        lines.append("账簿各行与入日志时一致" if zh else "the rows are what was logged")
    else:
        lines.append("账簿各行与入日志时不同" if zh else "the rows are not what was logged")
    if found.proven:
        lines.append("已在签名的日志头之下" if zh else "it is under a signed head")
    else:
        lines.append("尚无日志头覆盖：quanyu book seal" if zh else "no head is signed over it yet: quanyu book seal")
    return "\n".join(lines)


def _said(checked: "Checked", spoken: str) -> str:
    zh = spoken == "zh"
    if checked.discrepancies:
        return "\n".join(
            f"{_what(one.what.value, spoken)}  {one.reason.inside(spoken)}" for one in checked.discrepancies
        )
    record, note = checked.record, checked.note
    about = f"{record.get('kind')} {record.get('id')}"
    head = "" if note is None else f"{note.head.origin}, {note.head.size:,}, {note.head.at.isoformat()}"
    proven = f"已证实：{about}，日志头 {head}" if zh else f"proven: {about} under the head {head}"
    return f"{checked.code}  {proven}\n{to_json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True)}"


def _json(record: dict[str, object]) -> str:
    return to_json.dumps(record, ensure_ascii=False, indent=1)


def _record(done: "Verified") -> dict[str, object]:
    return {
        "origin": done.origin,
        "holds": done.holds,
        "leaves": done.leaves,
        "heads": done.heads,
        "proven": done.proven,
        "found": [_named_record(one) for one in done.named],
    }


def _named_record(one: "Named") -> dict[str, object]:
    found = one.found
    return {
        "what": found.what.value,
        "kind": found.kind,
        "number": one.number,
        "subject": found.subject,
        "leaf": found.seq,
        "transaction": found.txn or None,
        "act": one.act,
        "actor": one.actor,
        "booked_on": None if one.booked_on is None else one.booked_on.isoformat(),
        "signed": found.signed,
        "reason": {"zh": found.reason.zh, "en": found.reason.en},
    }


def _found_record(found: "Found") -> dict[str, object]:
    named = {name: value for name, value in _named_record(found.named).items() if name not in ("what", "reason")}
    return {"code": found.leaf.code, **named, "signed": found.proven, "intact": found.intact}


def _checked_record(checked: "Checked") -> dict[str, object]:
    return {
        "holds": not checked.discrepancies,
        "code": checked.code,
        "record": checked.record,
        "found": [
            {"what": one.what.value, "reason": {"zh": one.reason.zh, "en": one.reason.en}}
            for one in checked.discrepancies
        ],
    }
