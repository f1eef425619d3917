"""What a proposal says, in a paper's words: game, objective, penalties, training rule, assumptions."""

from __future__ import annotations

from ...symbolic import expression as ex
from ...symbolic.analysis import Analysis
from ...symbolic.latex import latex
from ...symbolic.proposal import Objective, Proposal
from ...symbolic.prototypes import PROTOTYPES
from ..latex_printing import condition_latex, value_latex
from ..rendering import rule_name
from .blocks import Block, Display, Paragraph

_GAMES = {
    "dirac": r"the Dirac-GAN: the data are a point mass at $%s$, the generator is a point mass at $\theta$, and "
    r"$D_\psi(x) = %s\psi x$",
}


def setting(analysis: Analysis) -> tuple[Block, ...]:
    """Game, objective, penalties and rule."""
    proposal = analysis.proposal
    blocks: list[Block] = []
    if proposal.field is not None:
        blocks.append(Paragraph(r"The vector field $v(\theta, \psi)$ is given, and $x^* = (0, 0)$."))
    else:
        blocks.append(Paragraph(f"Consider {_game(analysis)}."))
    if proposal.objective is not None:
        blocks += _objective(proposal.objective)
    blocks += _penalties(proposal)
    rule = f"Training is {rule_name(proposal)}"
    if analysis.question is not None:
        rule += f", `{analysis.question.rule.formula}`"
    if proposal.field is None:
        ratio = latex(proposal.training.h_ratio)
        ratio = "" if ratio == "1" else ratio + r" \, "
        rule += rf", where $v = (-\nabla_\theta C_G, {ratio}\nabla_\psi (L - R_D))$ and $C_G$ is all that $G$ descends"
    blocks.append(Paragraph(f"{rule}."))
    every = proposal.training.options.get("lazy", 1)
    if every != 1:
        blocks.append(
            Paragraph(
                f"The penalties are lazy: {every - 1} of {every} steps leave them out, and the last one takes them at "
                f"{every} times their weight; these {every} steps are one period."
            )
        )
    blocks.append(Paragraph(f"Assume {assumed(analysis)}."))
    return tuple(blocks)


def assumed(analysis: Analysis) -> str:
    """The hypotheses, as a phrase."""
    conditions = condition_latex(analysis.hypotheses)
    known = "nothing of the parameters" if conditions == r"\text{true}" else f"${conditions}$"
    objective = analysis.proposal.objective
    if objective is not None and objective.arbitrary:
        return f"{known}, and that $f$ is smooth near $0$ and otherwise arbitrary"
    return known


def _game(analysis: Analysis) -> str:
    proposal, derivation = analysis.proposal, analysis.derivation
    if proposal.prototype in _GAMES:
        shift = "" if derivation is None or derivation.output == 0 else f"{value_latex(derivation.output)} + "
        return _GAMES[proposal.prototype] % (latex(proposal.data), shift)
    game = PROTOTYPES[proposal.prototype]
    return f"the game `{proposal.prototype}` ({game.source}): `{game.formula}`"


def _objective(objective: Objective) -> list[Block]:
    noise = ""
    if not ex.is_zero(objective.noise):
        noise = rf" All samples in $L$ carry Gaussian noise of standard deviation ${latex(objective.noise)}$."
    if objective.relativistic:
        loss = r"L = \mathbb{E}_{x \sim p_D,\, y \sim p_\theta}\left[f(D(y) - D(x))\right]"
    else:
        single = objective.f is not None or objective.arbitrary
        fake, real = ("f(D(x))", "f(-D(x))") if single else (r"\phi(D(x))", r"\rho(D(x))")
        loss = (
            rf"L = \mathbb{{E}}_{{x \sim p_\theta}}\left[{fake}\right] + \mathbb{{E}}_{{x \sim p_D}}\left[{real}\right]"
        )
    named: list[str] = []
    if objective.f is not None:
        named.append(f"f(t) = {latex(objective.f)}")
    elif objective.fake is not None and objective.real is not None:
        named += [rf"\phi(t) = {latex(objective.fake)}", rf"\rho(t) = {latex(objective.real)}"]
    where = f"with ${', '.join(named)}$; " if named else ""
    return [
        Paragraph("The discriminator ascends"),
        Display(loss),
        Paragraph(f"{where}{_cost(objective)}.{noise}"),
    ]


def _cost(objective: Objective) -> str:
    """What G descends."""
    if objective.generator == "zero-sum":
        return "$G$ descends $L$"
    pairs, single = objective.relativistic, objective.f is not None or objective.arbitrary
    law, at = (r"x \sim p_D,\, y \sim p_\theta", "D(y) - D(x)") if pairs else (r"x \sim p_\theta", "D(x)")
    if isinstance(objective.generator, ex.Expression):
        return rf"$G$ descends $\mathbb{{E}}_{{{law}}}[g({at})]$ with $g(t) = {latex(objective.generator)}$"
    turned = "D(x) - D(y)" if pairs else "-D(x)"
    cost = f"-f({turned})" if single else rf"-\rho({at})"
    return rf"$G$ descends $\mathbb{{E}}_{{{law}}}[{cost}]$ (non-saturating)"


def _penalties(proposal: Proposal) -> list[Block]:
    blocks: list[Block] = []
    for player, penalty, role in (
        ("D", proposal.penalty_discriminator, "is subtracted from what $D$ ascends"),
        ("G", proposal.penalty_generator, "is added to what $G$ descends"),
    ):
        if not ex.is_zero(penalty):
            blocks += [Paragraph("The penalty"), Display(f"R_{player} = {latex(penalty)}"), Paragraph(role + ".")]
    return blocks
