"""What all tests share: Hypothesis profiles, and one thread for every numerical library.

`HYPOTHESIS_PROFILE=nightly` draws new examples, and many of them; the default, `ci`, draws the same ones every time.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Read when torch or NumPy is imported, so nothing has to be imported here; pytest-xdist already uses all cores.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# The first example imports torch, the others are fast: timing one example says nothing.
settings.register_profile(
    "ci", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "nightly", deadline=None, max_examples=2000, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
