"""The tables, as text."""

from __future__ import annotations

from benchmarks.machine import sentence

METHOD = """\
Each library in a process of its own, by turns; ratios are taken round by round; medians, and the
quartiles beside them. Networks in float32, the chain in float64. Before they were timed, all came
to the same losses and parameters after a few steps in float64."""

BUSY = 0.9
"""A process with one thread that gets less of a core was kept from computing by others."""


def text(report):
    """All tables of a report."""
    parts = [f"{sentence(report.machine)}\n{METHOD}"]
    for label, missing in report.left_out.items():
        parts[0] += f"\n{label}: left out, {', '.join(missing)} is not installed"
    busy = [
        entry["cores"]
        for row in report.rows
        for entry in row["peers"].values()
        if row["threads"] == 1
    ]
    if busy and min(busy) < BUSY:
        parts[0] += (
            f"\nThe machine had other work: a process with one thread got {min(busy):.2f} of a "
            "core, so the numbers are rough; measure again when it has none"
        )
    parts += [overview(report, threads) for threads in _threads(report)]
    parts += [row_table(report, row) for row in report.rows]
    parts += [memory_table(report)] if report.memory else []
    parts += [import_table(report)] if report.imports else []
    parts += [growth_table(report, entry) for entry in report.growth]
    return "\n\n".join(parts) + "\n"


def overview(report, threads):
    """The medians of the ratios alone: one line for each workload and each of ours."""
    rows = [row for row in report.rows if row["threads"] == threads]
    peers = [
        peer
        for peer in report.peers
        if peer != "chainrule" and any(peer in row["peers"] for row in rows)
    ]
    lines = []
    for row in rows:
        for own in _ours(row):
            with_what = "" if own == "chainrule" else f" ({report.peers[own]['label']})"
            line = [row["title"] + with_what]
            for peer in peers:
                ratios = row["peers"].get(peer, {}).get("ratios", {})
                shown = own in ratios and peer != own
                line.append(number(ratios[own].median) if shown else "–")
            lines.append(line)
    labels = [report.peers[peer]["label"] for peer in peers]
    return aligned(
        f"Time of chainrule over time of the others, {_plural(threads, 'thread')}: below 1, "
        "chainrule is faster",
        [["", *labels], *lines],
    )


def row_table(report, row):
    """One workload: what a step takes, and chainrule's time over it with quartiles."""
    ours = _ours(row)
    head = ["", _unit(row)]
    for own in ours:
        head += [f"{report.peers[own]['label']} / it", "quartiles"]
    lines = [head]
    for peer, entry in row["peers"].items():
        line = [report.label(peer), number(1e3 * entry["seconds"].median)]
        for own in ours:
            line += ["", ""] if peer == own else _spread(entry["ratios"][own])
        lines.append(line)
    table = aligned(f"{row['title']}, {_plural(row['threads'], 'thread')}", lines)
    for peer, entry in row["peers"].items():
        if entry["cores"] > 1.1 * row["threads"]:
            table += f"\n{report.peers[peer]['label']} kept {entry['cores']:.1f} cores busy"
    return table


def memory_table(report):
    """Peak memory of steps of DeepConvNet."""
    ours = list(next(iter(report.memory.values()))["ratios"])
    lines = [["", "MiB", *(f"{report.peers[own]['label']} / it" for own in ours)]]
    for peer, entry in report.memory.items():
        ratios = ("" if own == peer else number(entry["ratios"][own]) for own in ours)
        lines.append([report.label(peer), number(entry["bytes"] / 2**20), *ratios])
    how = ", ".join(sorted({entry["how"] for entry in report.memory.values()}))
    title = "Three steps of DeepConvNet, batch 100: peak resident set above the one before"
    return aligned(f"{title} ({how})", lines)


def import_table(report):
    """What importing takes."""
    seconds, ratio = report.imports["seconds"], report.imports["ratio"]
    lines = [["", "ms", "quartiles"]]
    for module, spread in seconds.items():
        quartiles = f"{number(1e3 * spread.low)} to {number(1e3 * spread.high)}"
        lines.append([f"import {module}", number(1e3 * spread.median), quartiles])
    lines.append(["import autodiff / import numpy", *_spread(ratio)])
    return aligned("Importing, in fresh interpreters", lines)


def growth_table(report, entry):
    """The cost of one unit in each size."""
    unit = entry["unit"]
    lines = [[f"{unit}s", f"µs a {unit}", "quartiles", f"KiB a {unit}", "MiB"]]
    for size in entry["sizes"]:
        spread = size["seconds"]
        lines.append(
            [
                f"{size['size']:,}",
                number(1e6 * spread.median),
                f"{number(1e6 * spread.low)} to {number(1e6 * spread.high)}",
                number(size["bytes"] / 2**10),
                number(size["bytes"] * size["size"] / 2**20),
            ]
        )
    medians = [size["seconds"].median for size in entry["sizes"]]
    table = aligned(f"{entry['title']}: {report.peers[entry['peer']]['label']}, 1 thread", lines)
    return f"{table}\nthe dearest {unit} takes {max(medians) / min(medians):.2f} times the cheapest"


def aligned(title, lines):
    """A title, and columns: the first one to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    text = [title]
    for first, *others in lines:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        text.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join(text)


def number(value):
    """Three digits, or all those before the point."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 and abs(value) >= 0.1 else f"{value:.3g}"


def _spread(spread):
    return [number(spread.median), f"{number(spread.low)} to {number(spread.high)}"]


def _ours(row):
    return list(row["peers"]["chainrule"]["ratios"])


def _threads(report):
    return sorted({row["threads"] for row in report.rows})


def _plural(count, what):
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _unit(row):
    return "ms a prediction" if row["name"] == "inference" else "ms a step"
