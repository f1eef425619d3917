"""Networks: no rate is predicted, only what Theorem 4.1 of Mescheder et al. 2018 says of every game of a class.

Where it says ``converges``, W1 to the data should reach its noise floor and the discriminator's gradients on the data
should go to 0. Where it does not, some game is known to fail, or none is decided, and nothing is expected of this one.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...symbolic.decision.prover import Prover
from ...symbolic.errors import ProposalError
from ...symbolic.general import CaseVerdict, cases_of
from ...symbolic.proposal import Proposal
from .pinning import PredictionError, Values, pinned_proposal
from .prediction import Behaviour, Prediction

_SEEN = "so W1 should reach its floor, and the gradients of D on the data 0"


@dataclass(frozen=True, slots=True)
class NetworkGame:
    """Networks on data.

    Attributes:
        density: Whether data and generated samples have densities on one and the same support; else the data may lie
            on any manifold, the general case.
    """

    density: bool = False

    @property
    def words(self) -> str:
        """For people."""
        return "networks, data with a density" if self.density else "networks, data on any manifold"


def predict_networks(proposal: Proposal, values: Values, game: NetworkGame) -> Prediction:
    """What should be seen of networks.

    Args:
        proposal: Any proposal with losses.
        values: Of its parameters; those that are left out keep their conditions.
        game: Which class of games.

    Raises:
        PredictionError: For values that cannot be.
    """
    pinned = pinned_proposal(proposal, values)
    try:
        cases = cases_of(pinned, Prover())
    except ProposalError as error:
        raise PredictionError(f"{proposal.name}: {error.describe()}") from error
    case = cases.absolutely_continuous if game.density else cases.general
    if case.verdict is not CaseVerdict.CONVERGES:
        because = f"no statement for this game: {case.reason}"
        return Prediction(game.words, case.verdict.value, "", Behaviour.UNDECIDED, because)
    limits = ["near the equilibrium", "for small h", *case.assumptions]
    because = f"{case.reason}, {_SEEN}: {'; '.join(limits)}"
    return Prediction(game.words, case.verdict.value, "", Behaviour.CONVERGING, because)
