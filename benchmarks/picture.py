"""The picture: how long the others take where chainrule takes 1."""

from __future__ import annotations

COLOURS = {
    "by_hand": "#6b7280",
    "torch": "#ee7b30",
    "jax_jit": "#1d6996",
    "jax": "#73a9c9",
    "autograd": "#5f8f3e",
    "mygrad": "#94659e",
}


def draw(report, path):
    """Write the picture of a report, one panel for each number of threads.

    Parameters
    ----------
    report : Report
        With at least one row.
    path : path
        Its suffix says the format.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import FuncFormatter, NullFormatter

    threads = sorted({row["threads"] for row in report.rows})
    peers = [
        peer
        for peer in COLOURS
        if any(peer in row["peers"] for row in report.rows) and peer != "chainrule"
    ]
    most = max(sum(row["threads"] == count for row in report.rows) for count in threads)
    figure, panels = plt.subplots(
        1,
        len(threads),
        figsize=(4 + 5 * len(threads), 1.6 + 0.21 * most * (len(peers) + 1)),
        sharex=True,
        squeeze=False,
        layout="constrained",
    )
    for panel, count in zip(panels[0], threads, strict=True):
        rows = [row for row in report.rows if row["threads"] == count]
        ticks, position = [], 0.0
        for row in rows:
            taken = [peer for peer in peers if peer in row["peers"]]
            for number, peer in enumerate(taken):
                _bar(panel, position + number, peer, row["peers"][peer]["ratios"]["chainrule"])
            ticks.append(position + (len(taken) - 1) / 2)
            position += len(taken) + 1
        panel.set_yticks(ticks, [row["title"].replace(", batch", ",\nbatch") for row in rows])
        panel.invert_yaxis()
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
        panel.xaxis.set_minor_formatter(NullFormatter())
        panel.axvline(1, color="black", linewidth=1.2)
        panel.set_title("1 thread" if count == 1 else f"{count} threads")
        panel.set_xlabel("time over the time of chainrule")
        panel.tick_params(axis="y", length=0)
        panel.spines[["top", "right", "left"]].set_visible(False)
        panel.margins(x=0.12, y=0.01)
    for panel in panels[0][1:]:
        panel.set_yticklabels([])
    handles = [plt.Rectangle((0, 0), 1, 1, color=COLOURS[peer]) for peer in peers]
    figure.legend(
        handles,
        [report.label(peer) for peer in peers],
        loc="outside lower center",
        ncols=min(4, len(peers)),
        frameon=False,
    )
    figure.suptitle(
        "Time of a step, where chainrule takes 1: faster to the left, slower to the right\n"
        "(medians, and the quartiles as thin lines)"
    )
    figure.savefig(path, dpi=130)
    plt.close(figure)


def _bar(panel, position, peer, ratio):
    """A bar from chainrule's time, which is 1, to the peer's, with its quartiles."""
    value, low, high = 1 / ratio.median, 1 / ratio.high, 1 / ratio.low
    panel.barh(position, value - 1, left=1, height=0.85, color=COLOURS[peer])
    panel.plot([low, high], [position, position], color="black", linewidth=1)
    faster = value < 1
    panel.annotate(
        f"{value:#.2g}" if value < 10 else f"{value:.0f}",
        (min(low, value) if faster else max(high, value), position),
        xytext=(-3 if faster else 3, 0),
        textcoords="offset points",
        ha="right" if faster else "left",
        va="center",
        fontsize=8,
    )
