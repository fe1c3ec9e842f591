"""How the tests draw: the same examples in every run, unless a profile says otherwise."""

import os

from hypothesis import settings

from autodiff.testing.strategies import register_profiles

register_profiles()
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
