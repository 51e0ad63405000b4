"""Fitted laws on the terminal, ready to be put into a programme file."""

from math import isfinite

from rich.console import Console
from rich.table import Table

from quanyu.desk.fit import FittedTable

__all__ = ["show_fits"]


def show_fits(done: FittedTable, language: str) -> None:
    """The laws by AIC with their tests, and the line to write for the best."""
    zh = language == "zh"
    table = Table(title=f"{done.size:,} {'笔损失' if zh else 'losses'}", title_justify="left")
    table.add_column("分布" if zh else "law")
    table.add_column("参数" if zh else "parameters")
    for heading in ("AIC", "KS", "p", "AD", "p", "均值" if zh else "mean"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one, good in done.fits:
        parameters = ", ".join(f"{k} {v:.4g}" for k, v in one.parameters.items())
        mean = one.law.mean
        table.add_row(
            one.name, parameters, f"{one.aic:,.1f}", f"{good.ks:.4f}", f"{good.ks_p:.3f}",
            *((f"{good.ad:.3f}", f"{good.ad_p:.3f}") if isfinite(good.ad) else ("∞", "—")),
            f"{mean:,.2f}" if isfinite(mean) else "∞",
        )  # fmt: skip
    console = Console()
    console.print(table)
    if done.left_out:
        low = f"{done.truncation or 0:,.10g}"
        zh_words, en_words = (
            f"{done.left_out} 行不大于 {low}，未用",
            f"{done.left_out} rows are not above {low}: left out",
        )
        console.print(zh_words if zh else en_words)
    for name, reason in done.failed:
        console.print(f"[dim]{name}: {reason.inside(language)}[/dim]")
    replicates = done.fits[0][1].replicates if done.fits else 0
    console.print(
        f"[dim]p 值由参数自助法得出（{replicates} 次）；越小越不合[/dim]" if zh
        else f"[dim]p-values by parametric bootstrap ({replicates} replicates); the smaller, the worse the fit[/dim]"
    )  # fmt: skip
    words = "各门槛以上的平均超出额" if zh else "mean excess above"
    console.print(f"{words}: " + "; ".join(f"{t:,.4g} → {e:,.4g}" for t, e in done.excess))
    if done.frequency is not None:
        f = done.frequency
        console.print(
            f"{'每年笔数' if zh else 'losses a year'}: {f.best}; "
            f"{'离散指数' if zh else 'dispersion index'} {f.index:.2f} (p {f.index_p:.3f})"
        )
    if done.fits:
        best = done.fits[0][0]
        inner = ", ".join(f"{k}: {v:.6g}" for k, v in best.parameters.items())
        console.print(f"\n{best.name}: {{{inner}}}", markup=False)
