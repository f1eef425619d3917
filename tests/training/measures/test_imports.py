"""What measures import, and that names are those of functions whatever was imported before."""

from __future__ import annotations

import subprocess
import sys

import convergan.training.measures as measures


def test_series_and_distances_need_no_torch() -> None:
    script = """
import sys
import convergan.training.measures as measures
assert "numpy" not in sys.modules
measures.w1, measures.Workers, measures.behaviour, measures.fit_rotation, measures.noise_floor, measures.fit_shapes
print(*{name for name in sys.modules if name.split(".")[0] in ("torch", "sympy", "z3", "scipy", "ot")})
"""
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_no_name_is_hidden_by_a_module() -> None:
    assert not set(measures.__all__) & set(measures._HOMES.values())
    assert all(getattr(measures, name).__name__ == name for name in measures.__all__)
