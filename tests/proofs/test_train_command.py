"""``convergan train 2d``: options become members, wrong ones one clear error, every rule trains."""

from __future__ import annotations

import json
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from convergan.proofs.cli.main import app
from convergan.proofs.cli.train import progress_text
from convergan.symbolic.updates import UPDATES
from convergan.training.runs import execution
from convergan.training.runs.execution import Progress
from convergan.training.runs.journal import read_journal

R1 = '[parameters]\ngamma = "gamma > 0"\n[penalty]\ndiscriminator = "gamma/2 * E_real(norm(grad(D))**2)"\n'
FILES = {
    "r1": R1,
    "plain": "",
    "hinge": '[objective]\nf = "hinge"\n',
    "flow": '[training]\nupdate = "flow"\n',
    "field": '[field]\ntheta = "-psi"\npsi = "theta - psi"\n',
    "broken": "[penalty\n",
    "two": '[parameters]\na = "a > 0"\nb = "b > a"\n[penalty]\ndiscriminator = "a*b*norm(psi)**2"\n',
}
SMALL = ("--iterations", "4", "--every", "2", "--samples", "8", "--batch", "4", "--no-plots", "--latent", "2")
TINY = (*SMALL, "--generator", "mlp:width=3,layers=2", "--discriminator", "mlp:width=3,layers=2")


def measure(trainer: Any, *, samples: int, seed: int) -> list[dict[str, float]]:
    fake, real = trainer.samples(samples, seed)
    distances = (fake.double().mean(1) - real.double().mean(1)).norm(dim=1).tolist()
    return [{"w1": distance, "w1_ratio": 10 * distance} for distance in distances]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(execution, "_measured", lambda: measure)
    for name, content in FILES.items():
        (tmp_path / f"{name}.proposal.toml").write_text(content, encoding="utf-8")
    return tmp_path


def invoke(name: str, *arguments: str):
    return CliRunner().invoke(app, ["train", "2d", f"{name}.proposal.toml", *arguments])


GAMMA = ("--set", "gamma=1")
# Name: proposal, options, words that the error has to contain.
ERRORS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "no file": ("nothing", (), ("nothing.proposal.toml", "no such file")),
    "broken file": ("broken", (), ("broken.proposal.toml", "not TOML")),
    "no value": ("r1", (), ("gamma has no value", "--set gamma=")),
    "unknown parameter": ("r1", (*GAMMA, "--set", "gama=1"), ("--set gama", "'gamma'")),
    "a parameter of none": ("plain", GAMMA, ("--set gamma", "none")),
    "not a pair": ("r1", ("--set", "gamma"), ("--set gamma", "NAME=NUMBER")),
    "no number": ("r1", ("--set", "gamma=1,x"), ("--set gamma=1,x", "'x' is no number")),
    "endless number": ("r1", ("--set", "gamma=1e999999999"), ("is no number",)),
    "a zero below": ("r1", ("--set", "gamma=1/0"), ("is no number",)),
    "twice": ("r1", (*GAMMA, "--set", "gamma=2"), ("gamma is given twice",)),
    "twice the same": ("r1", ("--set", "gamma=2,2"), ("--set gamma: 2 is given twice",)),
    "h as a value": ("r1", ("--set", "h=0.1"), ("write --h 0.1",)),
    "outside the condition": ("r1", ("--set", "gamma=-1"), ("gamma", "gamma > 0")),
    "outside a joint condition": ("two", ("--set", "a=2", "--set", "b=1"), ("b > a",)),
    "no step": ("plain", ("--h", "0"), ("h = 0", "positive")),
    "step of letters": ("plain", ("--h", "fast"), ("--h", "'fast' is no number")),
    "seed": ("plain", ("--seed", "-1"), ("--seed", "'-1' is no seed")),
    "fraction of a seed": ("plain", ("--seed", "0.5"), ("--seed", "'0.5' is no seed")),
    "law": ("plain", ("--data", "cirkle"), ("cirkle", "circle")),
    "option of a law": ("plain", ("--data", "circle:radios=2"), ("radios", "radius")),
    "value of a law": ("plain", ("--data", "circle:radius=0"), ("radius", "0")),
    "network": ("plain", ("--generator", "mpl"), ("mpl", "mlp")),
    "key of a network": ("plain", ("--discriminator", "mlp:widht=3"), ("widht", "width")),
    "value of a network": ("plain", ("--discriminator", "mlp:width=0"), ("width", "0")),
    "objective": ("plain", ("--objective", "standart"), ("standart", "standard")),
    "objective of its own": ("hinge", ("--objective", "standard"), ("--objective standard", "--change objective.f=")),
    "objective twice": (
        "plain",
        ("--objective", "standard", "--change", "objective.f=hinge"),
        ("--objective standard", "leave one out"),
    ),
    "change": ("plain", ("--change", "optimizer=rmsprop"), ("SECTION.KEY=VALUE",)),
    "unknown change": ("plain", ("--change", "training.optimiser=rmsprop"), ("training.optimiser", "optimizer")),
    "unknown section": ("plain", ("--change", "trainig.lazy=2"), ("trainig", "training")),
    "value of a change": ("plain", ("--change", "training.optimizer=rmsprob"), ("rmsprob", "rmsprop")),
    "change twice": ("plain", ("--change", "training.lazy=2", "--change", "training.lazy=3"), ("given twice",)),
    "claim": ("plain", ("--change", "claim.verdict=converges"), ("claim",)),
    "flow": ("flow", (), ('update = "flow"', "simultaneous")),
    "field on networks": ("field", (), ("[field]",)),
    "dtype": ("plain", ("--dtype", "half"), ("--dtype half", "float32")),
    "device": ("plain", ("--device", "abacus"), ("abacus",)),
    "resume what": ("plain", ("--resume",), ("--resume", "--out")),
    "resume nothing": ("plain", ("--resume", "--out", "nowhere"), ("nowhere", "holds no run")),
    "too many": ("plain", ("--seed", ",".join(map(str, range(5000)))), ("5000 members", "4096")),
}


@pytest.mark.parametrize("case", ERRORS)
def test_one_clear_error(folder: Path, case: str) -> None:
    name, options, words = ERRORS[case]
    before = sorted(folder.rglob("*"))
    done = invoke(name, *options, "--json", "-")
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert len(lines[0]) < 600
    for word in words:
        assert word in lines[0]
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("option", ["--batch", "--iterations", "--every", "--latent", "--samples"])
def test_counts_are_positive(option: str) -> None:
    assert invoke("plain", option, "0").exit_code == 2


def test_several_values_are_several_members(folder: Path) -> None:
    options = ("--set", "gamma=1,10", "--h", "0.1", "--h", "1/100", "--seed", "0,7", *TINY)
    done = invoke("r1", *options, "--json", "result.json")
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    assert 'f = "any": standard trains in its place' in done.stdout
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert result["schema"] == "convergan.train/1"
    found = [(m["values"]["gamma"], m["h"], m["seed"]) for m in result["members"]]
    assert found == [(gamma, h, seed) for gamma in ("1", "10") for h in ("0.1", "1/100") for seed in (0, 7)]
    run = folder / "runs" / "r1-circle-001"
    assert result["run"] == str(Path("runs") / "r1-circle-001")
    rows = read_journal(run)
    assert [row["step"] for row in rows] == [0] * 8 + [2] * 8 + [4] * 8
    assert [member["measures"]["w1"] for member in result["members"]] == [row["w1"] for row in rows[-8:]]
    for row in rows[-8:]:
        assert f"{row['w1']:.4g}" in done.stdout
    assert invoke("r1", *options).exit_code == 0
    assert (folder / "runs" / "r1-circle-002" / "metrics.jsonl").read_bytes() == (run / "metrics.jsonl").read_bytes()


def test_json_to_standard_output_is_all_there_is() -> None:
    done = invoke("plain", *TINY, "--json", "-")
    assert json.loads(done.stdout)["members"][0]["diverged"] is None
    assert done.stderr == ""


def test_the_objective_is_the_one_that_was_asked_for(folder: Path) -> None:
    done = invoke("plain", *TINY, "--objective", "wasserstein", "--out", "a")
    assert 'f = "any": wasserstein trains in its place' in done.stdout
    for out, given in {"b": ("--change", "objective.f=wasserstein"), "c": ()}.items():
        assert "trains in its place" not in invoke("plain", *TINY, *given, "--out", out).stdout or out == "c"
    a, b, c = ((folder / name / "metrics.jsonl").read_bytes() for name in "abc")
    assert a == b != c


def test_a_point_mass_is_the_dirac_gan(folder: Path) -> None:
    assert invoke("r1", *GAMMA, "--data", "dirac:dimension=3", "--iterations", "4", "--no-plots").exit_code == 0
    settings = json.loads((folder / "runs" / "r1-dirac-001" / "run.json").read_text(encoding="utf-8"))["settings"]
    assert (settings["generator"], settings["discriminator"], settings["batch"]) == ("point", "linear", 1)


def test_a_flow_trains_in_steps() -> None:
    assert invoke("flow", *TINY, "--change", "training.update=simultaneous").exit_code == 0


def test_a_field_trains_on_the_dirac_gan() -> None:
    assert invoke("field", "--data", "dirac:dimension=1", "--iterations", "4", "--no-plots").exit_code == 0


def test_resume_takes_what_was_recorded_and_names_what_changed(folder: Path) -> None:
    assert invoke("r1", *GAMMA, *TINY, "--out", "run").exit_code == 0
    assert invoke("r1", *GAMMA, *TINY, "--out", "run").exit_code == 2
    assert invoke("r1", "--resume", "--out", "run").exit_code == 0
    done = invoke("r1", "--resume", "--out", "run", "--h", "0.02", "--no-plots")
    assert done.exit_code == 2
    assert "--h: 0.02 now, 0.01 then" in done.stderr
    (folder / "r1.proposal.toml").write_text(R1.replace("gamma/2", "gamma"), encoding="utf-8")
    done = invoke("r1", "--resume", "--out", "run")
    assert done.exit_code == 2
    assert "the proposal is another" in done.stderr


def test_an_interruption_says_how_to_go_on(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(trainer: Any, *, samples: int, seed: int) -> list[dict[str, float]]:
        if seed == 2:
            raise KeyboardInterrupt
        return measure(trainer, samples=samples, seed=seed)

    monkeypatch.setattr(execution, "_measured", lambda: interrupted)
    done = invoke("plain", *TINY, "--out", "run")
    assert done.exit_code == 3
    assert "--resume --out run" in done.stderr
    monkeypatch.setattr(execution, "_measured", lambda: measure)
    assert invoke("plain", "--resume", "--out", "run").exit_code == 0
    assert [row["step"] for row in read_journal(folder / "run")] == [0, 2, 4]


def test_a_missing_extra_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    from convergan.training.runs import extras

    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "matplotlib" else object())
    done = invoke("plain", *[option for option in TINY if option != "--no-plots"])
    assert done.exit_code == 2
    assert "matplotlib" in done.stderr
    assert "pip install convergan[train]" in done.stderr
    assert invoke("plain", *TINY).exit_code == 0


def test_figures_are_drawn(folder: Path) -> None:
    plots = [option for option in TINY if option != "--no-plots"]
    assert invoke("plain", *plots, "--out", "circle").exit_code == 0
    assert sorted(p.name for p in (folder / "circle").glob("*.png")) == [
        "samples-000002.png",
        "samples-000004.png",
        "series.png",
    ]
    done = invoke("r1", *GAMMA, "--data", "dirac:dimension=1", "--iterations", "4", "--every", "2", "--out", "dirac")
    assert done.exit_code == 0
    assert sorted(p.name for p in (folder / "dirac").glob("*.png")) == ["series.png", "trajectory.png"]


# What rules need beside their names.
KEYS: dict[str, str] = {
    "lookahead": "lookahead_steps = 2\nlookahead_alpha = '1/2'",
    "unrolled": "unroll_steps = 2\nunroll_rate = '1/10'",
    "look-ahead-gradient": "opponent_rate = '1/10'",
    "lola": "opponent_rate = '1/10'",
    "symplectic": "symplectic_weight = 1",
    "consensus": "consensus_weight = 1",
    "replay": "replay_size = 2",
}


@pytest.mark.parametrize("update", [name for name in UPDATES if name != "flow"])
def test_every_rule_trains(folder: Path, update: str) -> None:
    text = f'{R1}[training]\nupdate = "{update}"\n{KEYS.get(update, "")}\n'
    (folder / "rule.proposal.toml").write_text(text, encoding="utf-8")
    options = ("--generator", "affine", "--discriminator", "mlp:width=3,layers=2,activation=tanh", "--h", "0.1")
    done = invoke("rule", *GAMMA, *SMALL, *options, "--seed", "0,1", "--out", "run")
    assert done.exit_code == 0, done.output
    rows = read_journal(folder / "run")
    assert all(isfinite(row["w1"]) for row in rows)
    # It moved, every member on its own.
    assert len({row["w1"] for row in rows if row["step"] > 0}) == 4


def test_the_progress_line() -> None:
    line = progress_text(Progress(1500, 10_000, 4, 1.25, 1), seconds=20.0, done=1000)
    for words in (
        "1,500/10,000",
        "200 member-steps/s",
        "best W1 1.25 times the floor",
        "1 of 4 diverged",
        "0:02:50 left",
    ):
        assert words in line
    assert progress_text(Progress(0, 10, 1), 0.0, 0) == "0/10"
