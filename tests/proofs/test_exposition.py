"""`check --proof FILE.tex|.md`: the text holds what a referee needs, compiles, and its formulas are right."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from convergan.proofs.exposition import exposition, markdown, tex
from convergan.proofs.exposition.blocks import typeset
from convergan.proofs.exposition.signs import why
from convergan.proofs.exposition.tex import escaped
from convergan.symbolic.analysis import Analysis, analyse
from convergan.symbolic.formula import compare, conjunction
from convergan.symbolic.proposal_reader import read_proposal

EXAMPLES = Path(__file__).parents[2] / "examples"
QUICK = ["r1", "r1-alternating", "wgan-gp", "output-penalty", "unregularised", "momentum", "r3gan", "instance-noise"]
QUICK += ["non-saturating-alternating", "consensus", "uniform"]
A, B, C = sp.symbols("a b c", real=True)


def analysed(document: dict[str, Any]) -> Analysis:
    return analyse(read_proposal(document), beside=False)


@pytest.fixture(scope="module")
def texts() -> dict[str, tuple[str, str]]:
    found = {}
    for name in QUICK:
        document = tomllib.loads((EXAMPLES / f"{name}.proposal.toml").read_text(encoding="utf-8"))
        one = exposition(analysed(document))
        found[name] = markdown(one), tex(one)
    return found


def test_texts_hold_setting_lemma_and_proof(texts: dict[str, tuple[str, str]]) -> None:
    for page, document in texts.values():
        assert all(part in page for part in ("Consider the", "Training is", "Assume", "## Lemma", "## Proof", "Hence"))
        assert document.count("\\begin{lemma}") == document.count("\\begin{proof}") == 1
        assert document.count("$") % 2 == 0
        assert "Subs" not in page
        assert "Derivative" not in page


def test_the_proof_of_r1_line_by_line(texts: dict[str, tuple[str, str]]) -> None:
    page, _ = texts["r1"]
    for line in (
        r"v_{1} &= - f'\left(\psi \theta\right) \psi",
        r"F_h'(x^*) = \left[\begin{matrix}1 & - f'(0) h\\f'(0) h & - \gamma h + 1\end{matrix}\right]",
        r"1 - \mathrm{tr} + \det = f'(0)^{2} h^{2}",
        r"$f'(0)^{2} > 0$, since $f'(0) \neq 0$",
        "`map-linear-stability`",
        "at a linear rate, for every sufficiently small step $h > 0$, for every such $f$",
    ):
        assert line in page, line


def test_the_change_of_the_energy_is_the_right_one(texts: dict[str, tuple[str, str]]) -> None:
    """By hand: with V = x^2 + y^2 + (lam/4 f1)(x y^3 - x^3 y), dV/dt is -(lam/4)(x^2 + y^2)^2 at order 4."""
    page, _ = texts["output-penalty"]
    assert r"\frac{d}{dt} E = - \frac{f'(0) \lambda \left(\psi^{2} + \theta^{2}\right)^{2}}{4} + O" in page


def test_what_a_referee_found() -> None:
    """Names that parameters may have, equations that are assumed, steps of other sizes, lazy penalties, bold cases."""
    named = {
        "parameters": {"x": "x > 0", "V": "V > 0"},
        "field": {"theta": "-psi - x*theta**3", "psi": "theta - V*psi**3"},
        "training": {"update": "flow"},
    }
    page = markdown(exposition(analysed(named)))
    assert r"\frac{d}{dt} E = - \frac{3 \left(V + x\right) \left(\psi^{2} + \theta^{2}\right)^{2}}{4}" in page
    equal = {
        "parameters": {"b": "real", "a": "a == b", "k": "k > 0"},
        "field": {
            "theta": "-psi + (a - b)*theta - k*theta**3 + (a - b)*theta**2*psi",
            "psi": "theta + (a - b)*theta**2",
        },
        "training": {"update": "flow"},
    }
    page = markdown(exposition(analysed(equal)))
    assert "d}{dt} E = - " in page
    assert r"\|\Delta\|^{5}" in page
    ratio = {"parameters": {"r": "r > 0"}, "objective": {"f": "standard"}, "training": {"h_ratio": "r"}}
    assert r"v = (-\nabla_\theta C_G, r \, \nabla_\psi (L - R_D))" in markdown(exposition(analysed(ratio)))
    lazy = {
        "parameters": {"gamma": "gamma > 0"},
        "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"},
        "training": {"lazy": 3},
    }
    assert "2 of 3 steps leave them out" in markdown(exposition(analysed(lazy)))
    assert "**" not in tex(exposition(analysed(lazy)))


def test_an_undecided_proposal_makes_no_lemma() -> None:
    noisy = {"f": "hinge", "instance_noise": "s"}
    document = {"parameters": {"s": "s > 0"}, "objective": noisy, "training": {"update": "flow"}}
    page = markdown(exposition(analysed(document)))
    assert "## Remark" in page
    assert "## Lemma" not in page


def test_a_conditional_lemma_names_its_condition() -> None:
    document = {
        "parameters": {"gamma": "gamma > 0", "h": "h > 0"},
        "objective": {"f": "wasserstein"},
        "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"},
    }
    page = markdown(exposition(analysed(document)))
    assert "converges locally to $x^*$ if and only if" in page
    assert r"\gamma > h" in page


@pytest.mark.parametrize("name", QUICK)
def test_it_compiles(name: str, texts: dict[str, tuple[str, str]], tmp_path: Path) -> None:
    engine = shutil.which("pdflatex") or shutil.which("tectonic")
    if engine is None:
        pytest.skip("needs pdflatex or tectonic")
    (tmp_path / "proof.tex").write_text(texts[name][1], encoding="utf-8")
    options = ["-interaction=nonstopmode", "-halt-on-error"] if engine.endswith("pdflatex") else []
    done = subprocess.run([engine, *options, "proof.tex"], cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "proof.pdf").stat().st_size > 10_000


COMMANDS = re.compile(r"\\([A-Za-z]+)")
KNOWN = """Delta circ alpha begin beta cdot cos det documentclass dots end epsilon eta exp frac gamma geq infty int item
lambda land left leq limits log mathbb mathrm matrix max min nabla neq newtheorem operatorname phi pi psi
qquad quad rho right section sigma sim sin sqrt substack tanh text textasciicircum textasciitilde
textbackslash textbf textgreater textless texttt theta usepackage vee wedge"""


def test_only_known_commands_and_balanced_groups(texts: dict[str, tuple[str, str]]) -> None:
    """What can be checked without a LaTeX: commands of amsmath, environments and braces that close."""
    for name, (_, document) in texts.items():
        assert set(COMMANDS.findall(document.replace("\\\\", " "))) <= set(KNOWN.split()), name
        plain = document.replace("\\{", "").replace("\\}", "")
        assert plain.count("{") == plain.count("}"), name
        assert document.count("\\left") - document.count("\\left\\|") >= 0
        opened = re.findall(r"\\begin\{(\w+)\}", document)
        assert sorted(opened) == sorted(re.findall(r"\\end\{(\w+)\}", document))


def test_what_a_user_writes_is_escaped() -> None:
    assert escaped("50% of {x_1} & $a^2$ \\ ~") == (r"50\% of \{x\_1\} \& $a^2$ \textbackslash{} \textasciitilde{}")
    assert "\N{SNOWMAN}" not in escaped("\N{SNOWMAN}")
    document = {"proposal": {"name": "]% $ \\input{x} \n\n#"}, "objective": {"f": "wasserstein"}}
    title = re.search(r"\\begin\{lemma\}\[(.*)\]\n", tex(exposition(analysed(document))))
    assert title is not None
    assert "\\input" not in title[1]


@pytest.mark.parametrize(
    ("goal", "reason"),
    [
        (compare(A * B**2, ">"), r"since $b \neq 0$ and $a > 0$"),
        (compare(2 * A + B**2, ">"), r"since $a > 0$ and $b \neq 0$"),
        (compare(A**2 - A * B + B**2, ">"), "by a complete decision procedure"),
        (compare(A - B, ">"), "by a complete decision procedure"),
        (compare(-(C**2), "<="), "for all values"),
        (compare(3 * A, ">"), "since $a > 0$"),
    ],
)
def test_reasons_for_signs(goal: Any, reason: str) -> None:
    given = conjunction([compare(A, ">"), compare(B, "!=")])
    found = why(goal, given)
    assert found.startswith(reason[:30]) or set(found.split()) == set(reason.split())


def test_symbols_in_sentences_become_formulas() -> None:
    assert typeset("F(x*) = x*, and v(x*) = 0 for small h") == "$F(x^*) = x^*$, and $v(x^*) = 0$ for small $h$"
    assert typeset("`psi` and psi in $\\psi$") == "`psi` and $\\psi$ in $\\psi$"
