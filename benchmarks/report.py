"""What was measured, as it goes into the JSON file, the tables and the picture."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass
class Report:
    """All that was measured.

    Parameters
    ----------
    machine : dict
        What it was measured on.
    peers : dict of str to dict
        "label" and "version" of each peer that took part.
    left_out : dict of str to list of str
        By the label of each peer that did not: what is not installed.
    rows : list of dict
        For each workload and number of threads: "name", "title", "threads", and "peers": by name,
        "seconds" and "ratios" as `ratios.summary` gives them, "steps", "rounds", "cores", "noisy"
        as in `rounds.Times`.
    memory : dict
        By peer: "bytes", "ratios" and "how".
    imports : dict
        "seconds" by module and "ratio", Spreads.
    growth : list of dict
        "title", "unit", "peer" and "sizes", as `growth.grow` gives them.
    """

    machine: dict
    peers: dict
    left_out: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)
    memory: dict = field(default_factory=dict)
    imports: dict = field(default_factory=dict)
    growth: list = field(default_factory=list)

    def label(self, peer):
        """That of a peer, with its version."""
        entry = self.peers[peer]
        name, comma, how = entry["label"].partition(",")
        return f"{name} {entry['version']}".strip() + comma + how

    def as_dict(self):
        """For the JSON file: dicts, lists and numbers."""
        return asdict(self)
