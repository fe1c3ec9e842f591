"""Two ways to run tests that draw: the same examples every time, or ever new ones."""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def register_profiles(*, fixed: int = 25, search: int = 500) -> None:
    """Register the hypothesis profiles ``"fixed"`` and ``"search"``.

    ``"fixed"`` draws the same examples in every run, and keeps no database: what a gate
    needs, which must not fail for one change because of another. ``"search"`` draws new ones,
    and prints a line that brings a failure back: what a nightly run needs. Neither has a
    deadline, since the first call of anything is slow. Load one in ``conftest.py`` by
    ``hypothesis.settings.load_profile("fixed")``.

    Parameters
    ----------
    fixed, search : int
        How many examples of each test.
    """
    slow = [HealthCheck.too_slow]
    # Not on top of the profile that happens to be loaded.
    plain = settings.get_profile("default")
    settings.register_profile(
        "fixed",
        parent=plain,
        derandomize=True,
        database=None,
        deadline=None,
        print_blob=True,
        max_examples=fixed,
        suppress_health_check=slow,
    )
    settings.register_profile(
        "search",
        parent=plain,
        deadline=None,
        print_blob=True,
        max_examples=search,
        suppress_health_check=slow,
    )
