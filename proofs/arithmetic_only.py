"""The part of the penalty language that is no arithmetic, refused."""

from __future__ import annotations

from typing import Any, NoReturn

from ..symbolic import expression as ex
from .certificate_reading import Uncheckable


class ArithmeticOnly:
    """For algebras of identities: D, its gradient, norms and expectations have no value in them."""

    def output(self) -> NoReturn:
        """D has no value here."""
        raise Uncheckable("D in an identity")

    gradient = output

    def norm(self, operand: Any) -> NoReturn:
        """A norm has none."""
        raise Uncheckable("a norm in an identity")

    def player_gradient(self, player: str, loss: str) -> NoReturn:
        """A player's gradient has none."""
        raise Uncheckable("a gradient in an identity")

    def expectation(self, operator: str, body: ex.Expression, variance: Any) -> NoReturn:
        """An expectation has none."""
        raise Uncheckable("an expectation in an identity")
