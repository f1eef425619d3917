"""The benchmarks run, compare equal work, and the documentation shows what they measured. Nothing is timed here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from convergan.benchmarks import __main__ as runner
from convergan.benchmarks import drawing, jacobians, scaling, spectra, stacking, timing
from convergan.benchmarks.report import document, table, with_table
from convergan.numeric import TorchField, sample_cases

ROOT = Path(__file__).parents[2]


def counting(log: list[str], name: str, count: int) -> timing.Work:
    def work() -> int:
        log.append(name)
        return count

    return work


def test_both_ways_are_timed_in_turn() -> None:
    log: list[str] = []
    found = timing.measured(timing.Pair("work", ("b", counting(log, "b", 10)), ("l", counting(log, "l", 2))), 3)
    assert log == ["b", "l", "b", "l", "l", "b", "b", "l"]
    assert found.lowest <= found.ratio <= found.highest
    assert found.repeats == 3


def test_a_ratio_is_one_of_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """10 cases in 1 s against 2 cases in 4 s: 20 times as fast."""
    clock = iter([0.0, 1.0, 1.0, 5.0])
    monkeypatch.setattr(timing.time, "perf_counter", lambda: next(clock))
    found = timing.measured(timing.Pair("work", ("b", lambda: 10), ("l", lambda: 2)), 1)
    assert (found.batch_rate, found.loop_rate, found.ratio) == (10, 0.5, 20)


def test_loop_and_batch_compute_the_same_jacobians() -> None:
    proposal = jacobians.r1()
    cases = sample_cases(proposal, 10, 0)
    points = np.random.default_rng(0).normal(size=(10, 2))
    loop = jacobians.jacobians_one_by_one(points, cases)
    batch = TorchField(proposal).jacobian(points[:, 0], points[:, 1], cases)
    sizes = np.abs(batch).max(axis=(1, 2), keepdims=True)
    assert (np.abs(loop - batch) <= 1e-12 * sizes).all()
    # R1's weight is in it: without gamma, the last entry differs.
    assert (np.abs(loop[:, 1, 1] + cases.parameters["gamma"] - batch[:, 1, 1]) > 1e-12 * sizes[:, 0, 0]).all()


@pytest.mark.parametrize("part", [jacobians, spectra, drawing, stacking], ids=lambda part: part.__name__)
def test_every_pair_says_how_much_it_did(part) -> None:
    for pair in part.pairs(0.001):
        for name, work in (pair.batch, pair.loop):
            assert work() >= 1, (pair.name, name)


def test_the_runner_prints_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def checks(counts: Sequence[int], repeats: int) -> list[scaling.Check]:
        return [scaling.Check(count, 1.0 + count, 2.0 + count, None) for count in counts]

    monkeypatch.setattr(scaling, "checks", checks)
    for part in (jacobians, drawing):  # the test above runs them
        monkeypatch.setattr(part, "pairs", lambda scale: [])
    runner.main(["--scale", "0.001", "--repeats", "1"])
    printed = capsys.readouterr().out
    assert "| spectra, 2 x 2 |" in printed
    assert "for every million cases" in printed


@pytest.mark.parametrize(
    "arguments", [["--scale", "0"], ["--scale", "2"], ["--repeats", "0"], ["--write", "--scale", "0.5"]]
)
def test_nonsense_is_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        runner.main(arguments)
    assert stopped.value.code == 2
    assert "--" in capsys.readouterr().err


@pytest.mark.slow
def test_checks_run_in_processes_of_their_own() -> None:
    found = scaling.checks((2, 30), repeats=1)
    assert [check.cases for check in found] == [2, 30]
    assert all(check.seconds > 0 for check in found)
    with pytest.raises(RuntimeError, match=r"ended with exit code 2"):
        scaling.checks((2,), 1, ROOT / "examples" / "none.proposal.toml")


def test_seconds_per_million_is_a_slope() -> None:
    found = [scaling.Check(0, 4.0, 4.0, None), scaling.Check(500_000, 14.0, 14.0, None)]
    assert scaling.seconds_per_million(found) == 20


def test_the_documentation_shows_the_results() -> None:
    results = json.loads(runner.RESULTS.read_text(encoding="utf-8"))
    page = runner.PAGE.read_text(encoding="utf-8")
    assert with_table(page, results) == page
    results["ratios"][0]["ratio"] *= 2
    assert with_table(page, results) != page
    with pytest.raises(ValueError, match="no <!-- results -->"):
        with_table("nothing", results)


def test_results_are_complete_and_name_no_machine() -> None:
    results = json.loads(runner.RESULTS.read_text(encoding="utf-8"))
    assert set(results) == set(document([], [scaling.Check(0, 0, 0, None), scaling.Check(1, 1, 1, None)]))
    assert set(results["machine"]) == {"cpu", "cores", "system"}
    assert "/" not in json.dumps([results["machine"], results["versions"]])
    names = {pair.name for part in (jacobians, spectra, drawing, stacking) for pair in part.pairs(0.001)}
    # Rows of a GPU are there once one has been had.
    measured = {row["name"] for row in results["ratios"]}
    assert {name for name in names if not name.endswith("cuda")} <= measured
    assert all(name in names or name.endswith("cuda") for name in measured)
    assert [check["cases"] for check in results["checks"]] == list(scaling.COUNTS)
    assert "| work |" in table(results)
