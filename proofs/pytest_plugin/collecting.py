"""What ``--convergan`` adds to a run: proposals beside the user's tests."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from ... import __version__
from ...symbolic.errors import ProposalError
from .nodes import ProposalFile
from .settings import read_settings, settings_elsewhere

SUFFIX = ".proposal.toml"
_LEAST_PYTEST = (8, 1)  # earlier ones take no pyproject.toml without a pytest table for the root's, and would miss it


class Collection:
    """The hooks of a run with ``--convergan``."""

    def __init__(self, config: pytest.Config) -> None:
        """Reads the settings.

        Raises:
            pytest.UsageError: If they are wrong, or if pytest is too old.
        """
        if pytest.version_tuple[:2] < _LEAST_PYTEST:
            least = ".".join(map(str, _LEAST_PYTEST))
            raise pytest.UsageError(f"--convergan needs pytest {least} or newer; this is {pytest.__version__}")
        try:
            self.settings = read_settings(config.rootpath)
        except ProposalError as error:
            raise pytest.UsageError(str(error)) from None
        hidden = settings_elsewhere(config.rootpath, config.invocation_params.dir)
        if hidden is not None:
            raise pytest.UsageError(
                f"{hidden} has [tool.convergan], but pytest's rootdir is {config.rootpath}: "
                f"call pytest with --rootdir {hidden.parent}, or move the table to that folder's pyproject.toml"
            )
        self.named = {path.resolve(): path for path in self.settings.proposals}
        self.met: set[Path] = set()

    def pytest_report_header(self) -> str:
        """What the settings come to."""
        settings = self.settings
        confronted = (
            f"evidence from {settings.cases} cases, seed {settings.seed}" if settings.evidence else "no evidence"
        )
        named = f"{len(settings.proposals)} proposals and {len(settings.agreements)} codes named in pyproject.toml"
        return f"convergan {__version__}: {named}; {confronted}; undecided: {settings.undecided}"

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> ProposalFile | None:
        """Proposals that pytest meets where it looks for tests, or is given."""
        path = file_path.resolve()
        if not file_path.name.endswith(SUFFIX) and path not in self.named:
            return None
        self.met.add(path)
        return ProposalFile.from_parent(parent, path=file_path, settings=self.settings)

    @pytest.hookimpl(wrapper=True, tryfirst=True)  # before xdist groups the items, and before any are deselected
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None]:
        """Adds the named proposals that lie elsewhere, unless the user said on the command line what to run."""
        if not _paths_were_typed(config):
            for resolved, path in self.named.items():
                if resolved not in self.met:
                    items += session.genitems(ProposalFile.from_parent(session, path=path, settings=self.settings))
        return (yield)


def _paths_were_typed(config: pytest.Config) -> bool:
    """Whether the user said on the command line what to run; paths in ``addopts`` are no such choice."""
    if config.args_source is not config.ArgsSource.ARGS:
        return False
    return any(argument in config.invocation_params.args for argument in config.args)
