r"""Table 1: which training methods converge, with densities and in general.

Statement. For every method of the table under simultaneous descent with small steps, and for two classes of games (all
that meet the assumptions of Theorem 4.1; those among them with densities), one of: ``converges`` (every game of the
class, every admissible f and weight), ``not-always`` (some do not), ``never`` (none does). See VERDICTS.

Derivation. Where it converges: Theorem 4.1 with the second variation Q of the method's own penalty. Where not: a game
of the class, or Q <= 0, which no simultaneous step survives.

What differs. Two cells. DRAGAN with densities: its penalty pushes D off the slope 0 wherever D could be flat, so that
(theta*, psi*) is no equilibrium of the uniform game. ConOpt in general: a slope of D in a direction that no generated
sample takes is damped by nothing; in the plane with a generator on a line, G converges, and D keeps a slope off the
data, so that training does not end on M_G x M_D with the paper's h(psi). And "no" means "not always" for the
unregularised GAN: see the lemma on full-rank solutions.
"""

from __future__ import annotations

from ..methods import METHODS
from .lemma import Erratum, Lemma, Proof, Status

CASES = ("absolutely_continuous", "general")
VERDICTS = {  # with densities, in general
    "unregularised": ("converges", "not-always"),
    "WGAN": ("never", "never"),
    "WGAN-GP": ("never", "never"),
    "DRAGAN": ("not-always", "not-always"),
    "instance noise": ("converges", "converges"),
    "ConOpt": ("converges", "not-always"),
    "gradient penalties of Roth et al.": ("converges", "converges"),
    "R1": ("converges", "converges"),
    "R2": ("converges", "converges"),
}
YES, NO = "yes", "no"
PRINTED = {
    "unregularised": (YES, NO),
    "WGAN": (NO, NO),
    "WGAN-GP": (NO, NO),
    "DRAGAN": (YES, NO),
    "instance noise": (YES, YES),
    "ConOpt": (YES, YES),
    "gradient penalties of Roth et al.": (YES, YES),
    "R1": (YES, YES),
    "R2": (YES, YES),
}
FAILING = (  # a game of the class that does not converge
    ("DRAGAN", 0, "DRAGAN on the uniform game, with densities,", {"prototype": "uniform"}),
    ("ConOpt", 1, "ConOpt on point masses in the plane with a generator on a line", {"prototype": "plane"}),
)


def cell(name: str, case: str) -> str:
    """A cell in words."""
    return f"{name}, {'with densities' if case == CASES[0] else 'in general'}"


def derive(proof: Proof) -> None:
    """Every cell."""
    documents = {method.name: dict(method.document) for method in METHODS}
    for name, verdicts in VERDICTS.items():
        for case, verdict in zip(CASES, verdicts, strict=True):
            proof.case(f"{cell(name, case)}: {verdict}", documents[name], case, verdict)


def printed_holds(proof: Proof) -> bool:
    """Yes is ``converges``, no is not. A yes too many is seen on a game of the class."""
    documents = {method.name: dict(method.document) for method in METHODS}
    agrees = [
        (answer == YES) == (verdict == "converges")
        for name, answers in PRINTED.items()
        for answer, verdict in zip(answers, VERDICTS[name], strict=True)
    ]
    yes = [
        proof.decides(f"{words} converges, as Table 1 has it", documents[name] | {"game": game}, "converges")
        for name, column, words, game in FAILING
        if PRINTED[name][column] == YES
    ]
    return all(agrees) and all(yes)


LEMMA = Lemma(
    id="mescheder2018-table-1",
    source="Mescheder, Geiger & Nowozin 2018, Table 1",
    printed="Convergence with absolutely continuous distributions, and in general: unregularised yes, no; WGAN no, no; "
    "WGAN-GP no, no; DRAGAN yes, no; instance noise, ConOpt, gradient penalties, $R_1$, $R_2$ yes, yes.",
    statement="Under simultaneous descent, with densities, and in general: unregularised converges, not always; WGAN "
    "never, never; WGAN-GP never, never; DRAGAN not always, not always; instance noise converges, converges; ConOpt "
    "converges, not always; gradient penalties of Roth et al., $R_1$, $R_2$ converge, converge.",
    assumptions=(
        "I to III of Theorem 4.1, for the samples that a penalty looks at",
        "positive weights",
        "simultaneous descent with small steps",
    ),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="DRAGAN with densities and ConOpt in general do not always converge to M_G x M_D; no means not always "
    "where the method is unregularised or DRAGAN in general",
    errata=(
        Erratum(
            where="Table 1, DRAGAN, absolutely continuous case",
            failing="yes",
            right="not always",
            seen="the uniform game: $v$ jumps at the equilibrium, where the penalty pushes $D$ off the slope 0",
        ),
        Erratum(
            where="Table 1, ConOpt, general case",
            failing="yes",
            right=r"not to $\mathcal{M}_G \times \mathcal{M}_D$ with the paper's $h(\psi)$: $G$ converges, $D$ keeps a "
            "slope off the data",
            seen="point masses in the plane and a generator on a line: $v$ is 0 on a line of slopes of $D$",
        ),
    ),
    evidence="the generated table: `tests/docs/test_table.py`",
)
