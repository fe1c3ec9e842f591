"""What a strategy gives, many times over."""

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st


def sampled(strategy, count=200):
    """That many values of a strategy: the same ones in every run."""
    values = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    # The number is for hypothesis, which draws nothing twice: so a value may come again.
    @given(strategy, st.integers(0, 2**62))
    def collect(value, number):
        values.append(value)

    collect()
    return values


def share(condition, values):
    """The share of the values for which a condition holds."""
    return sum(map(bool, map(condition, values))) / len(values)
