"""What importing costs."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    ["convergan.numeric", "convergan.numeric.strategies", "convergan.numeric.agreement", "convergan.numeric.sampling"],
)
def test_torch_is_imported_on_first_use_only(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


def test_every_public_name_exists() -> None:
    import convergan.numeric as numeric

    assert all(getattr(numeric, name) is not None for name in numeric.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = numeric.nothing
