"""Every kind of claim, right and wrong; what is undecided, invalid or at odds with autograd."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., str]
Make = Callable[[dict[str, str]], Path]
R1 = """
[parameters]
gamma = "{gamma}"
[penalty]
discriminator = "gamma/2 * E_real(norm(grad(D))**2)"
[claim]
{claim}
"""
POSITIVE, ANY = "gamma > 0", "gamma != 0"
# Values of v' = [0, -f1; f1, -gamma] and of I + h v'; the paper's Lemma 3.3, its critical value and Jury's conditions.
RIGHT = {
    "verdict": (POSITIVE, '"converges"'),
    "rate": (POSITIVE, '"linear"'),
    "eigenvalues": (POSITIVE, '["-gamma/2 + sqrt(gamma**2/4 - f1**2)", "-gamma/2 - sqrt(gamma**2/4 - f1**2)"]'),
    "multipliers": (
        POSITIVE,
        '["1 - h*gamma/2 + h*sqrt(gamma**2/4 - f1**2)", "1 - h*gamma/2 - h*sqrt(gamma**2/4 - f1**2)"]',
    ),
    "condition": (ANY, '"gamma > 0"'),
    "step_size": (POSITIVE, '"h*f1**2 < gamma and 4 - 2*h*gamma + h**2*f1**2 > 0"'),
    "critical": (POSITIVE, '"gamma == 2*abs(f1)"'),
}
# One mistake each, and what the failure names beside it: the derived value.
WRONG = {
    "verdict": (ANY, '"converges"', "conditional, under simultaneous descent"),
    "rate": (POSITIVE, '"sublinear"', "linear"),
    "eigenvalues": (
        POSITIVE,
        '["-gamma + sqrt(gamma**2 - f1**2)", "-gamma - sqrt(gamma**2 - f1**2)"]',
        "-gamma/2 + sqrt",
    ),
    "multipliers": (POSITIVE, '["1 + h*gamma", "1 - h*gamma"]', "-gamma*h/2 + h*sqrt"),
    "condition": (ANY, '"gamma < 0"', "gamma > 0"),
    "step_size": (POSITIVE, '"h*f1**2 < gamma"', "And(h < gamma/f1**2, f1**2*h**2 + 4 > 2*gamma*h)"),
    "critical": (POSITIVE, '"gamma == abs(f1)"', "Eq(gamma, 2*Abs(f1))"),
}


def outcomes(output: str) -> dict[str, str]:
    return dict(re.findall(r"^proposals/(\S+::\S+) (PASSED|FAILED|SKIPPED|XFAIL)", output, re.MULTILINE))


def failure(output: str, item: str) -> dict[str, str]:
    """The lines of a failure by label; its first line by ''."""
    found = re.search(rf"^_+ proposals/{re.escape(item)} _+\n(.*)\n((?:  .*\n)*)", output, re.MULTILINE)
    assert found is not None, output
    return {"": found[1]} | {line[2:20].strip(): line[21:] for line in found[2].splitlines()}


def of(gamma: str, claim: str) -> str:
    return R1.format(gamma=gamma, claim=claim)


OPEN = """
[parameters]
gamma = "gamma > 0"
[game]
prototype = "segment"
[penalty]
discriminator = "gamma/2 * E_real(norm(grad(D))**2)"
[claim]
critical = "gamma == 2"
"""


def test_each_claim_is_refuted_where_it_is_wrong_and_only_there(repository: Make, run_pytest: Run) -> None:
    files = {f"proposals/no-{key}.proposal.toml": of(g, f"{key} = {text}") for key, (g, text, _) in WRONG.items()}
    right = [f"{key} = {text}" for key, (gamma, text) in RIGHT.items() if gamma == POSITIVE]
    files["proposals/yes.proposal.toml"] = of(POSITIVE, "\n".join(right))
    files["proposals/region.proposal.toml"] = of(ANY, f"condition = {RIGHT['condition'][1]}")
    files["proposals/open.proposal.toml"] = OPEN
    files["proposals/unclaimed.proposal.toml"] = of(ANY, "")
    output = run_pytest(repository(files), "--convergan", "-v", "-k", "not (r1 or wgan or training)", code=1)
    expected = {f"no-{key}.proposal.toml::{key}": "FAILED" for key in WRONG}
    expected |= {f"yes.proposal.toml::{key}": "PASSED" for key, (gamma, _) in RIGHT.items() if gamma == POSITIVE}
    expected |= {"open.proposal.toml::critical": "FAILED", "unclaimed.proposal.toml::verdict": "FAILED"}
    assert outcomes(output) == expected | {"region.proposal.toml::condition": "PASSED"}
    for key, (_, text, derived) in WRONG.items():
        shown = failure(output, f"no-{key}.proposal.toml: {key}")
        assert shown[""].startswith("refuted: ")
        assert shown["claimed"] == f"{key} = {text}"
        assert shown["derived"].startswith(derived)
        assert shown["at"] == f"proposals/no-{key}.proposal.toml:7"
        assert shown["more"] == f"convergan check proposals/no-{key}.proposal.toml"
    conditional = failure(output, "no-verdict.proposal.toml: verdict")
    assert re.search(r"gamma = \d", conditional["converges at"])
    assert re.search(r"gamma = -\d", conditional["fails at"])
    assert conditional["condition"] == "gamma > 0"
    assert failure(output, "unclaimed.proposal.toml: verdict")["asked"] == "converges"
    undecided = failure(output, "open.proposal.toml: critical")
    assert undecided[""] == "undecided: critical values are derived for two eigenvalues only"
    assert undecided["derived"] == "no formula was found"


LATE = """
    def pytest_configure():
        from convergan.proofs import checking

        checking.ANALYSIS_SECONDS = 0.001
    """
FAIL = "[tool.convergan]\nevidence = false\n"
XFAIL = FAIL + 'undecided = "xfail"\n'


@pytest.mark.parametrize(
    ("settings", "options", "outcome"),
    [(FAIL, [], "FAILED"), (XFAIL, ["-rx"], "XFAIL"), (XFAIL, ["--runxfail"], "FAILED")],
    ids=["fail", "xfail", "runxfail"],
)
def test_what_is_undecided_never_passes(
    repository: Make, run_pytest: Run, settings: str, options: list[str], outcome: str
) -> None:
    """Here since the analysis, cut short, decides nothing."""
    root = repository({"pyproject.toml": settings, "conftest.py": LATE})
    options = ["--convergan", "-v", *options, "proposals/r1.proposal.toml"]
    output = run_pytest(root, *options, code=int(outcome == "FAILED"))
    assert outcomes(output) == {"r1.proposal.toml::verdict": outcome, "r1.proposal.toml::rate": outcome}
    reason = "undecided: the analysis exceeded 0.001 s"
    if outcome == "FAILED":
        assert failure(output, "r1.proposal.toml: rate")[""] == reason
    else:
        assert f"XFAIL proposals/r1.proposal.toml::rate - {reason}" in output


def test_a_defect_of_convergan_shows_where(repository: Make, run_pytest: Run) -> None:
    conftest = """
        def pytest_configure():
            from convergan.proofs import checking

            checking.check = lambda path, evidence: {}[path]
        """
    root = repository({"conftest.py": conftest})
    output = run_pytest(root, "--convergan", "proposals/r1.proposal.toml::rate", code=1, traceback=True)
    assert re.search(r"nodes.py:\d+: in runtest\n.*\n(.*\n)*conftest.py:5: in <lambda>\n(.*\n)*E   KeyError", output)
    assert "pluggy" not in output.partition("FAILURES")[2]


INVALID = {
    "syntax": ("[claim\nverdict = 'converges'\n", "not TOML"),
    "key": (
        "[penalty]\ndiscriminater = '0'\n[claim]\nrate = 'linear'\n",
        "penalty.discriminater: unknown key; did you",
    ),
    "claim": ("[claim]\nverdict = 'converge'\nrate = 'linear'\n", "claim.verdict: unknown value 'converge'; did you"),
    "executed": ("[penalty]\ndiscriminator = '__import__(\"os\").abort()'\n", "penalty.discriminator: "),
    "empty": ("[parameters]\na = 'a > 0'\nb = 'b > a and b < 0'\n[claim]\nrate = 'linear'\n", "parameters"),
}


def test_an_invalid_proposal_is_one_failure(repository: Make, run_pytest: Run) -> None:
    files = {f"proposals/{name}.proposal.toml": text for name, (text, _) in INVALID.items()}
    settings = "[tool.convergan]\n"  # with evidence, so that each has at least two items
    root = repository(files | {"pyproject.toml": settings})
    output = run_pytest(root, "--convergan", "-v", "proposals", "-k", " or ".join(INVALID), "-rs", code=1)
    found = outcomes(output)
    for name, (_, problem) in INVALID.items():
        own = [word for item, word in found.items() if item.startswith(f"{name}.")]
        assert own == ["FAILED", *["SKIPPED"] * (len(own) - 1)]
        assert len(own) > 1
        first = next(item for item in found if item.startswith(f"{name}.")).replace("::", ": ")
        error = failure(output, first)[""]
        assert error.startswith(f"invalid: {root / 'proposals' / name}.proposal.toml: "), error
        assert problem in error
    assert "the proposal is invalid: see proposals/key.proposal.toml::rate" in output
    alone = run_pytest(root, "--convergan", "-v", "proposals/claim.proposal.toml::rate", code=1)
    assert outcomes(alone) == {"claim.proposal.toml::rate": "FAILED"}


def test_evidence(repository: Make, run_pytest: Run) -> None:
    """Agreement; no agreement where the derivation is planted wrong; none to be had where there is no field."""
    conftest = """
        def pytest_configure():
            from dataclasses import replace

            from convergan.numeric import agreement

            real = agreement.agree

            def planted(proposal, derivation, *others):
                if proposal.name == "planted":
                    derivation = replace(derivation, field=tuple(2 * row for row in derivation.field))
                return real(proposal, derivation, *others)

            agreement.agree = planted
        """
    files = {
        "conftest.py": conftest,
        "pyproject.toml": "[tool.convergan]\ncases = 50\nseed = 7\n",
        "proposals/planted.proposal.toml": of(POSITIVE, ""),
        "proposals/none.proposal.toml": '[objective]\nfake = "t"\nreal = "t"\n[claim]\nverdict = "does-not-converge"\n',
    }
    root = repository(files)
    output = run_pytest(root, "--convergan", "-v", "proposals", "-k", "evidence", "-rs", code=1)
    expected = {"none": "SKIPPED", "planted": "FAILED", "r1": "PASSED", "wgan": "PASSED"}
    assert outcomes(output) == {f"{name}.proposal.toml::evidence": word for name, word in expected.items()}
    assert "proposals/none.proposal.toml: no evidence: there is no vector field" in output
    shown = failure(output, "planted.proposal.toml: evidence")
    assert shown[""] == "autograd disagrees with the derivation"
    assert shown["differs at"].startswith("v")
    assert shown["cases"].startswith("50, seed 7")
    assert shown["more"] == "convergan check proposals/planted.proposal.toml --cases 50 --seed 7"
