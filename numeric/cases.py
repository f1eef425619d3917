"""A batch of cases: parameter values and objectives at which formulas are confronted with autograd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .functions import SmoothFunctions

Array = NDArray[np.float64]


class EvidenceUnavailable(ValueError):
    """There is no numerical evidence to be had for a proposal, and why. Never a verdict."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Admissible values, one row per case.

    Attributes:
        parameters: Declared parameters by name, each of shape [cases].
        functions: The arbitrary objective's f, or None where the objective is concrete or absent.
        output: The equilibrium output d*, of shape [cases].
        slopes: f1, f2, ... by name, as far as they were needed, each of shape [cases].
    """

    parameters: Mapping[str, Array]
    functions: SmoothFunctions | None
    output: Array
    slopes: Mapping[str, Array]

    def __len__(self) -> int:
        return len(self.output)

    def __getitem__(self, cases: slice | NDArray[np.intp]) -> Cases:
        """Some of the cases."""
        return Cases(
            {name: values[cases] for name, values in self.parameters.items()},
            None if self.functions is None else self.functions[cases],
            self.output[cases],
            {name: values[cases] for name, values in self.slopes.items()},
        )

    def text(self, case: int) -> str:
        """One case, readably: every parameter and f."""
        parts = [f"{name} = {float(values[case])!r}" for name, values in self.parameters.items()]
        if self.functions is not None:
            parts.append(f"f(t) = {self.functions.text(case)}")
        elif self.output[case] != 0:
            parts.append(f"d* = {float(self.output[case])!r}")
        return ", ".join(parts)
