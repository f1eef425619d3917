"""Batches of cases: the same results on any number of threads, in bounded memory, and nothing is lost between them."""

from __future__ import annotations

import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp

from convergan.numeric import Agreement, EvidenceUnavailable, agree, agreement, batches, sample_cases, sampling
from convergan.numeric.batches import BATCH, batch_sizes, random_source, side_by_side, slices
from convergan.numeric.comparison import Outcome
from convergan.symbolic.derivation import derive
from convergan.symbolic.proposal_reader import read_proposal

R1 = {"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}}
NOISE = {"parameters": {"sigma": "sigma > 0"}, "objective": {"instance_noise": "sigma"}}
PENALISED_LINE = R1 | {"game": {"prototype": "line"}}
PROPOSALS = {"R1": R1, "instance noise": NOISE, "R1 on a line": PENALISED_LINE, "unregularised": {}}


def agreement_of(document: dict[str, Any], cases: int) -> Agreement:
    proposal = read_proposal(document)
    return agree(proposal, derive(proposal), None, cases=cases)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of 60 cases, in slices of at most 25."""
    for module in (batches, agreement):
        monkeypatch.setattr(module, "BATCH", 60)
    monkeypatch.setattr(agreement, "_SLICE", 1)
    monkeypatch.setattr(agreement, "_FEWEST_CASES", 25)


@pytest.fixture
def threads() -> Iterator[Any]:
    import torch

    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 1, 3 * BATCH, 1_000_000])
def test_batches_hold_all_cases(count: int) -> None:
    sizes = batch_sizes(count)
    assert sum(sizes) == count
    assert set(sizes[:-1]) <= {BATCH}
    assert all(0 < size <= BATCH for size in sizes)


@pytest.mark.parametrize(("count", "size"), [(1, 1), (7, 3), (6, 3), (5, 100)])
def test_slices_hold_every_case_once(count: int, size: int) -> None:
    cases = np.arange(count)
    parts = [cases[part] for part in slices(count, size)]
    assert np.array_equal(np.concatenate(parts), cases)
    assert max(map(len, parts)) <= size


def test_no_two_batches_draw_the_same() -> None:
    sources = [(seed, batch, *stream) for seed in (0, 1, 2**40) for batch in (0, 1, 2) for stream in ((), (1,), (2,))]
    drawn = {random_source(*source).integers(2**63) for source in sources}
    assert len(drawn) == len(sources)
    assert random_source(5, 0).random() == np.random.default_rng(5).random()


def test_results_come_in_order_and_on_threads() -> None:
    meeting = threading.Barrier(2, timeout=60)

    def double(item: int) -> tuple[int, str]:
        meeting.wait()  # passes only if two of them run at a time
        return 2 * item, threading.current_thread().name

    results = list(side_by_side(double, range(8), 2))
    assert [value for value, _ in results] == [0, 2, 4, 6, 8, 10, 12, 14]
    assert len({name for _, name in results}) == 2
    assert list(side_by_side(lambda _: threading.current_thread(), range(3), 1)) == [threading.current_thread()] * 3


@pytest.mark.parametrize("count", [1, 3])
def test_few_items_are_held(count: int) -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(20):
            taken.append(item)
            yield item

    for place, _ in enumerate(side_by_side(lambda item: item, items(), count)):
        assert len(taken) <= place + count + 1


@pytest.mark.parametrize("count", [1, 2])
def test_a_failure_is_passed_on(count: int) -> None:
    def fail(item: int) -> int:
        if item == 5:
            raise EvidenceUnavailable("the fifth")
        return item

    with pytest.raises(EvidenceUnavailable, match="the fifth"):
        list(side_by_side(fail, range(100), count))


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("name", PROPOSALS)
def test_threads_do_not_change_a_result(name: str, threads: Any) -> None:
    found = []
    for count in (1, 2, 5):
        threads(count)
        found.append(agreement_of(PROPOSALS[name], 200))
    assert found[0].holds
    assert found[0].cases == 200
    assert found[1:] == found[:-1]


@pytest.mark.usefixtures("small_batches")
def test_torch_keeps_its_threads(threads: Any) -> None:
    import torch

    threads(2)
    agreement_of(R1, 200)
    later: list[int] = []
    thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert [torch.get_num_threads(), *later] == [2, 2]


@pytest.mark.parametrize("name", PROPOSALS)
def test_slices_do_not_change_a_result(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = agreement_of(PROPOSALS[name], 200)
    monkeypatch.setattr(agreement, "_SLICE", 1)
    cut = agreement_of(PROPOSALS[name], 200)
    assert (cut.cases, cut.holds) == (whole.cases, whole.holds)
    # Vectorised functions may treat the ends of an array in another way.
    assert cut.max_error == pytest.approx(whole.max_error, abs=1e-15)


@pytest.mark.usefixtures("small_batches")
def test_what_is_agreed_on_is_what_is_sampled() -> None:
    """The cases of all batches, the first ones those of a smaller number."""
    proposal = read_proposal(R1)
    few, many = sample_cases(proposal, 60, 3), sample_cases(proposal, 200, 3)
    assert len(many) == 200
    assert np.array_equal(few.parameters["gamma"], many.parameters["gamma"][:60])
    assert len(np.unique(many.parameters["gamma"][many.parameters["gamma"] % 0.5 != 0])) > 120


@pytest.mark.usefixtures("small_batches")
def test_every_batch_counts() -> None:
    """A formula that is wrong at one case of the last batch only is found out."""
    proposal = read_proposal(R1)
    derivation = derive(proposal)
    drawn = sample_cases(proposal, 200, 0).parameters["gamma"]
    alone = next(value for value in drawn[180:] if np.count_nonzero(np.abs(drawn / value - 1) < 1e-6) == 1)
    at, gamma = sp.Float(alone, 17), derivation.symbols["gamma"]
    wrong = sp.sign(sp.Abs(gamma - at) - at * sp.Rational(1, 10**9))
    spoiled = replace(derivation, field=(derivation.field[0], derivation.field[1] * wrong))
    assert agree(proposal, spoiled, None, cases=180).holds
    assert not agree(proposal, spoiled, None, cases=200).holds


@pytest.mark.usefixtures("small_batches")
def test_batches_without_a_case_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (batches, agreement):
        monkeypatch.setattr(module, "BATCH", 1)
    monkeypatch.setattr(sampling, "_ROUNDS", 1)
    proposal = read_proposal({"parameters": {"a": "a**2 > 400"}})
    found = sample_cases(proposal, 80, 0)
    assert 0 < len(found) < 60
    assert agree(proposal, derive(proposal), None, cases=80).cases == len(found)
    nothing = read_proposal({"parameters": {"a": "a > 1 and a < 0"}})
    with pytest.raises(EvidenceUnavailable, match="no admissible case among 160 drawn"):
        sample_cases(nothing, 80, 0)


def test_memory_does_not_grow_with_the_cases(monkeypatch: pytest.MonkeyPatch, threads: Any) -> None:
    """NumPy's allocations at their peak; the first run also fills caches."""
    threads(1)
    for module in (batches, agreement):
        monkeypatch.setattr(module, "BATCH", 2_000)
    agreement_of(R1, 10)
    peaks = []
    for cases in (2_000, 16_000):
        tracemalloc.start()
        agreement_of(R1, cases)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_outcomes_of_batches_together() -> None:
    first, second, third = (
        Outcome(10, 2e-16, 0.5, "a"),
        Outcome(5, 3e-16, 0.5, "b"),
        Outcome(1, 1e-16, 7.0, "c"),
    )
    assert first.and_then(second) == Outcome(15, 3e-16, 0.5, "a")
    assert first.and_then(third) == Outcome(11, 2e-16, 7.0, "c")
    assert third.and_then(first).worst == "c"
    assert first.and_then(second).holds
    assert not first.and_then(third).holds


@pytest.mark.parametrize("device", ["nowhere", "cuda:77"])
def test_a_device_that_is_not_there_is_named(device: str) -> None:
    from convergan.numeric import TorchField

    with pytest.raises(ValueError, match=f"device = '{device}'.*on 'cpu'"):
        TorchField(read_proposal(R1), device)


@pytest.mark.gpu
@pytest.mark.parametrize("name", PROPOSALS)
def test_a_gpu_computes_the_same_field(name: str) -> None:
    import torch

    from convergan.numeric import TorchField, random_points
    from convergan.numeric.measurement import measured

    if not torch.cuda.is_available():
        pytest.skip("torch sees no CUDA device here")
    proposal = read_proposal(PROPOSALS[name])
    cases = sample_cases(proposal, 500, 0)
    points = random_points(proposal, cases, 0)
    exact = np.zeros(len(cases))
    here, there = (measured(TorchField(proposal, device), points, cases, exact) for device in ("cpu", "cuda"))
    assert isinstance(there.value, np.ndarray)
    decided = here.decided & there.decided & np.isfinite(here.error + there.error)
    assert decided.mean() > 0.9
    assert (np.abs(here.value - there.value) <= here.error + there.error)[decided].all()
    assert not (np.abs(2 * here.value - there.value) <= here.error + there.error)[decided].all()
