"""How the tests draw: the same examples in every run, unless a profile says otherwise."""

import os

from hypothesis import HealthCheck, settings

_COMMON = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
# "fixed" finds the same examples in every run, "search" looks for new ones and says how to
# see a failure again.
settings.register_profile("fixed", derandomize=True, database=None, max_examples=25, **_COMMON)
settings.register_profile("search", print_blob=True, max_examples=500, **_COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
