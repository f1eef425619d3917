"""The way in: a prediction for a proposal at exact values on one of four kinds of games."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...symbolic.proposal import Proposal
from .dirac import Dirac, predict_dirac
from .features import FeatureGames, predict_features
from .networks import NetworkGame, predict_networks
from .pinning import Number, PredictionError, Values
from .prediction import Prediction

if TYPE_CHECKING:
    from .gaussian_games import GaussianGame


def predict(
    proposal: Proposal, values: Values, h: Number, game: Dirac | FeatureGames | GaussianGame | NetworkGame
) -> Prediction:
    """What theory says of one run.

    Args:
        proposal: What is trained, its objective concrete (for networks it need not be).
        values: By parameter name; fractions, or floats, which are taken as the binary numbers that they are.
        h: The step size of one period.
        game: The Dirac-GAN with its start; one realisable game, or Gaussian data with networks that are linear in their
            parameters; or any networks.

    Returns:
        The prediction; what theory is silent about is None in it.

    Raises:
        PredictionError: For unknown or missing parameters, values that break a declared condition, a step size that is
            not positive, and proposals that the game cannot be played with.
    """
    if isinstance(game, Dirac):
        return predict_dirac(proposal, values, h, game)
    if isinstance(game, NetworkGame):
        return predict_networks(proposal, values, game)
    if not isinstance(game, FeatureGames):
        from .gaussian_games import predict_gaussian  # torch

        return predict_gaussian(proposal, values, h, game)
    if len(game.games) != 1:
        raise PredictionError(f"{len(game.games)} games for one run; give one, or ask predict_features for all")
    return predict_features(proposal, values, h, game)[0]
