"""``pytest --convergan``: proposals as tests of the user's own suite, one test per claim.

pytest loads this module in every run of every project that has convergan installed, so it is only two hooks; what they
need is imported where ``--convergan`` is given, and SymPy, Z3 and torch where a proposal is decided.
"""

from __future__ import annotations

import pytest

_MARKER = "convergan: a claim of a proposal, a derivation against autograd, or code against a proposal (--convergan)"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that asks for everything else."""
    parser.getgroup("convergan").addoption(
        "--convergan",
        action="store_true",
        help="Decide the *.proposal.toml files and what [tool.convergan] in pyproject.toml names, one test per claim.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker, and with ``--convergan`` the collection of proposals."""
    config.addinivalue_line("markers", _MARKER)
    if config.getoption("convergan"):
        from .collecting import Collection

        config.pluginmanager.register(Collection(config), "convergan-collection")
