"""Studies: what is read, what is refused, and that runs are counted and named by their content."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import asdict
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from convergan.proofs.study_reading import read_study_file
from convergan.symbolic.errors import ProposalError
from convergan.training.sweep.plan import plan
from convergan.training.sweep.study import Run, Schedule, StudyError
from convergan.training.sweep.study_reader import read_study

ROOT = Path(__file__).parents[3]
STUDIES = ROOT / "studies"


def changed(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The document with one key set, or without it for ``...``."""
    found = deepcopy(document)
    place = found
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return found


METHOD = ("methods", 1)
GROUP: dict[str, Any] = {"name": "own"}
# What is set, to what, and words that the error has to contain: key, offending text, mend.
ERRORS: dict[str, tuple[tuple[Any, ...], Any, tuple[str, ...]]] = {
    "section": (("rums",), {}, ("rums", "unknown key", "did you mean 'runs'?")),
    "key": (("runs", "iteration"), 5, ("runs.iteration", "did you mean 'iterations'?")),
    "no table": (("runs",), 5, ("runs", "5", "[runs]")),
    "missing count": (("runs", "batch"), ..., ("runs.batch", "missing")),
    "no count": (("runs", "iterations"), "100", ("runs.iterations", "'100'", "integer")),
    "truth for a count": (("runs", "batch"), True, ("runs.batch", "True")),
    "zero": (("runs", "iterations"), 0, ("runs.iterations", "0", "from 1")),
    "negative seed": (("runs", "seeds"), [-1], ("runs.seeds", "-1", "from 0")),
    "seed twice": (("runs", "seeds"), [1, 1], ("runs.seeds", "1 is given twice")),
    "empty list": (("runs", "data"), [], ("runs.data", "[]", "at least one")),
    "no law": (("runs", "data"), ["circel"], ("runs.data", "circel", "circle")),
    "law twice": (("runs", "data"), ["circle", "circle"], ("runs.data", "'circle'", "twice")),
    "dtype": (("runs", "dtype"), "float23", ("runs.dtype", "float23", "did you mean 'float32'?")),
    "measure key": (("measure", "evry"), 5, ("measure.evry", "did you mean 'every'?")),
    "no rhythm": (("measure", "every"), ..., ("measure.every", "missing")),
    "no methods": (("methods",), [], ("methods", "[[methods]]")),
    "no name": (("methods", 0, "name"), ..., ("methods[1].name", "missing")),
    "name twice": (("methods", 0, "name"), "R1", ("methods[2].name", "'R1'", "rename")),
    "method key": ((*METHOD, "penalti"), {}, ("methods.R1.penalti", "did you mean 'penalty'?")),
    "a claim": ((*METHOD, "claim"), {}, ("methods.R1.claim", "unknown key")),
    "penalty": (
        (*METHOD, "penalty"),
        {"discriminator": "gamma*"},
        ("methods.R1.penalty.discriminator", "'*' (column 6)"),
    ),
    "code": (
        (*METHOD, "penalty"),
        {"discriminator": "__import__('os').system('true')"},
        ("methods.R1.penalty.discriminator", "__import__"),
    ),
    "any f": ((*METHOD, "objective"), {}, ("methods.R1.objective.f", "any", "standard")),
    "a field": ((*METHOD, "field"), {}, ("methods.R1.field", "unknown key")),
    "no value": ((*METHOD, "values"), {}, ("methods.R1.values.gamma", "missing", "gamma = [")),
    "other value": ((*METHOD, "values", "gama"), [1], ("methods.R1.values.gama", "did you mean 'gamma'?")),
    "no number": ((*METHOD, "values", "gamma"), ["ten"], ("methods.R1.values.gamma", "'ten'", "0.25")),
    "number twice": ((*METHOD, "values", "gamma"), ["1/2", "0.5"], ("methods.R1.values.gamma", "0.5", "twice")),
    "broken condition": ((*METHOD, "values", "gamma"), [-1], ("methods.R1", "gamma > 0")),
    "flow": ((*METHOD, "training"), {"update": "flow"}, ("methods.R1", "flow", "simultaneous")),
    "no step": (("optimizers", 0, "steps"), [], ("optimizers.SGD.steps", "[]")),
    "step 0": (("optimizers", 0, "steps"), [0], ("optimizers.SGD", "h = 0", "positive")),
    "change": (("optimizers", 0, "changes"), {"momentum": 1}, ("optimizers.SGD", "'momentum'", "SECTION.KEY")),
    "change to what": (
        ("optimizers", 1, "changes"),
        {"training.optimizer": "rmsprob"},
        ("optimizers.RMSprop", "training.optimizer", "did you mean 'rmsprop'?"),
    ),
    "change of what": (("optimizers", 0, "changes"), {"training.x": [1]}, ("optimizers.SGD.changes", "[1]")),
    "decay": (("optimizers", 1, "decay"), "1/0", ("optimizers.RMSprop.decay", "1/0")),
    "network": (("architectures", 0, "generator"), "mpl", ("architectures.three", "'mpl'", "'mlp'")),
    "group method": (("groups",), [GROUP | {"methods": ["R2"]}], ("groups.own.methods", "'R2'", "known: plain, R1")),
    "group key": (("groups",), [GROUP | {"datta": []}], ("groups.own.datta", "did you mean 'data'?")),
    "group count": (("groups",), [GROUP | {"batch": 0}], ("groups.own.batch", "0")),
    "group law": (("groups",), [GROUP | {"data": ["disc"]}], ("groups.own.data", "disc")),
    "too many": (("runs", "seeds"), list(range(200_000)), ("1000000 runs", "several studies")),
    "reconstructed": (("study", "reconstructed"), ["runs.bach"], ("study.reconstructed", "runs.bach", "runs.batch")),
}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_name_key_text_and_mend(name: str, child: ModuleType) -> None:
    path, value, words = ERRORS[name]
    with pytest.raises(ProposalError) as found:
        read_study(changed(child.DOCUMENT, path, value))
    text = str(found.value)
    assert all(word in text for word in words), text
    assert "\n" not in text


FILES = {
    "no file": (None, ("no such file",)),
    "no TOML": ("[study\n", ("not TOML",)),
    "empty": ("", ("architectures", "missing")),
    "a date": ("[runs]\niterations = 1979-05-27\n[[architectures]]\nname = 1\n", ("architectures[1].name", "1")),
}


@pytest.mark.parametrize("name", FILES)
def test_a_files_errors_name_the_file(name: str, tmp_path: Path) -> None:
    content, words = FILES[name]
    path = tmp_path / "bad.toml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ProposalError) as found:
        read_study_file(path)
    assert all(word in str(found.value) for word in ("bad.toml", *words)), str(found.value)


def test_runs_are_the_product(child: ModuleType) -> None:
    runs = read_study(child.DOCUMENT).runs
    expected = {
        (network, method, gamma, optimizer, law, seed)
        for network, (method, gamma), optimizer, law, seed in product(
            ("three", "four"),
            (("plain", None), ("R1", "1"), ("R1", "10")),
            ("SGD", "RMSprop"),
            ("circle", "segment"),
            (0, 3),
        )
    }
    given = [
        (
            run.architecture,
            run.method,
            run.specification.values.get("gamma"),
            run.optimizer,
            run.specification.data,
            run.specification.seed,
        )
        for run in runs
    ]
    assert len(given) == len(expected) == 48
    assert set(given) == expected
    assert len({run.id for run in runs}) == 48
    assert [group.count for group in read_study(child.DOCUMENT).groups] == [48]


def test_a_run_is_named_by_its_content(child: ModuleType) -> None:
    study = read_study(child.DOCUMENT)
    assert [run.id for run in read_study(deepcopy(child.DOCUMENT)).runs] == [run.id for run in study.runs]
    for run in study.runs[:3]:
        again = Run.from_document(json.loads(json.dumps(asdict(run))))
        assert (again, again.id) == (run, run.id)
    turned = changed(child.DOCUMENT, ("methods",), child.DOCUMENT["methods"][::-1])
    assert [run.id for run in read_study(turned).runs] != [run.id for run in study.runs]
    assert read_study(turned).digest == study.digest
    renamed = changed(child.DOCUMENT, ("study", "name"), "another")
    assert read_study(renamed).digest == study.digest


CHANGES: dict[str, tuple[tuple[Any, ...], Any]] = {
    "iterations": (("runs", "iterations"), 41),
    "batch": (("runs", "batch"), 5),
    "latent": (("runs", "latent"), 3),
    "dtype": (("runs", "dtype"), "float64"),
    "seed": (("runs", "seeds"), [0, 4]),
    "measure": (("measure", "final_every"), 6),
    "step": (("optimizers", 0, "steps"), ["1/21"]),
    "decay": (("optimizers", 1, "decay"), "0.9"),
    "change": (("optimizers", 0, "changes"), {}),
    "value": ((*METHOD, "values", "gamma"), [1, 11]),
    "penalty": ((*METHOD, "penalty"), {"discriminator": "gamma * E_real(norm(grad(D))**2)"}),
    "network": (("architectures", 0, "generator"), "mlp:width=3,layers=3"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_setting_is_part_of_the_digest(name: str, child: ModuleType) -> None:
    assert read_study(changed(child.DOCUMENT, *CHANGES[name])).digest != read_study(child.DOCUMENT).digest


def test_groups_replace_single_keys(child: ModuleType) -> None:
    groups = [
        {"name": "a", "methods": ["plain"], "batch": 7, "measure": {"every": 3}},
        {"name": "b", "data": ["dirac:dimension=3"], "seeds": [5], "optimizers": ["SGD"], "architectures": ["four"]},
    ]
    first, second = read_study(changed(child.DOCUMENT, ("groups",), groups)).groups
    assert (first.batch, first.schedule.every, first.schedule.samples) == (7, 3, 8)
    assert [method.name for method in first.methods] == ["plain"]
    assert (len(list(first.runs())), len(list(second.runs()))) == (2 * 2 * 2 * 2, 3)
    assert second.batch == 4


@pytest.mark.parametrize("iterations", [1, 9, 10, 100, 103])
@pytest.mark.parametrize(("every", "final_steps", "final_every"), [(7, 1, 7), (10, 30, 4), (3, 200, 5), (50, 10, 10)])
def test_a_schedule_ends_with_the_last_step(iterations: int, every: int, final_steps: int, final_every: int) -> None:
    schedule = Schedule(every, 8, final_steps, final_every, 16)
    found = schedule.measurements(iterations)
    last = [k for k in range(1, iterations + 1) if k > iterations - final_steps and (iterations - k) % final_every == 0]
    expected = {k: 8 for k in range(0, last[0], every) if k < last[0]} | dict.fromkeys(last, 16)
    assert found == expected
    assert list(found) == sorted(found)
    assert 0 in found
    assert found[iterations] == 16


def test_figure_5_has_the_runs_that_the_paper_counts() -> None:
    study = read_study_file(STUDIES / "mescheder2018-figure5.toml")
    # Without a penalty 2 optimisers x 4 steps, with one 3 weights more; 4 methods have one.
    assert len(study.runs) == (2 * 4 + 4 * 2 * 4 * 3) * 6 * 4 == 2496
    assert {run.iterations for run in study.runs} == {50_000}
    assert [len({getattr(run, key) for run in study.runs}) for key in ("method", "architecture", "optimizer")] == [
        5,
        6,
        2,
    ]
    assert len({run.specification.data for run in study.runs}) == 4
    assert {"runs.batch", "architectures", "optimizers.steps", "methods.values"} <= set(study.reconstructed)
    d_steps = {run.method: run.specification.document["training"].get("d_steps", 1) for run in study.runs}
    assert (d_steps["WGP-1"], d_steps["WGP-5"]) == (1, 5)


def test_the_reduced_figure_5_is_a_part_of_it() -> None:
    large, small = (read_study_file(STUDIES / f"mescheder2018-figure5{end}.toml") for end in ("", "-reduced"))
    of_large = {json.dumps(asdict(run.specification), sort_keys=True) for run in large.runs}
    assert len(small.runs) == 288
    assert {json.dumps(asdict(run.specification), sort_keys=True) for run in small.runs} < of_large
    assert set(large.reconstructed) <= set(small.reconstructed)


def test_batches_hold_each_run_once_and_only_what_can_be_stacked(child: ModuleType) -> None:
    runs = read_study(changed(child.DOCUMENT, ("groups",), [{"name": "a"}, {"name": "b", "iterations": 3}])).runs
    batches = plan(runs, members=3)
    assert sorted(place for batch in batches for place in batch.places) == list(range(len(runs)))
    for batch in batches:
        assert batch.runs == tuple(runs[place] for place in batch.places)
        assert 1 <= len(batch.runs) <= 3
        shared = {(r.architecture, r.iterations, r.dtype, r.schedule, r.method, r.optimizer) for r in batch.runs}
        assert len(shared) == 1
    # 8 runs of R1 in parts of at most 3 are 3 + 3 + 2, 4 of the other are 2 + 2.
    assert sorted({len(batch.runs) for batch in batches}) == [2, 3]


def test_a_study_error_is_one_of_proposals() -> None:
    with pytest.raises(StudyError):
        read_study({})
