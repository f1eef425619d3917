"""The solver's process: exact answers, time limits that hold, no stale answer, nothing imported from where it runs."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
import sympy as sp

from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.formula import compare
from convergan.symbolic.solvers import process as process_module
from convergan.symbolic.solvers import shared_process
from convergan.symbolic.solvers.process import SolverProcess

a = sp.Symbol("a", real=True)
EASY = "(set-logic QF_NRA)\n(declare-fun x () Real)\n(assert (< (* x x) 0))\n"


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_both_solvers_answer(solver):
    process = SolverProcess(solver)
    try:
        assert process.ask(EASY, 10).status == "unsat"
        assert process.ask(EASY.replace("<", ">"), 10).status == "sat"
    finally:
        process.close()


def test_models_are_exact():
    process = shared_process("z3")
    answer = process.ask("(declare-fun x () Real)(assert (and (= (* x x x) 2) (> x 0)))", 10)
    assert answer.status == "sat"
    assert sp.minimal_polynomial(answer.model["x"], a) == a**3 - 2
    answer = process.ask("(declare-fun x () Real)(assert (= (* 3 x) 1))", 10)
    assert answer.model["x"] == sp.Rational(1, 3)


def test_nonsense_is_unknown():
    process = SolverProcess("z3")
    try:
        for script in ("(assert", "(declare-fun x () Real)(assert (foo x))", "\x00", "(exit)" * 3):
            assert process.ask(script, 5).status in {"unknown", "sat"}
        assert process.ask("(assert", 5).reason
        assert process.ask(EASY, 10).status == "unsat"  # and the process still answers, the right question
    finally:
        process.close()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_solver_that_outstays_its_time_is_killed(monkeypatch):
    monkeypatch.setattr(process_module, "_GRACE", 0.0)
    monkeypatch.setattr(process_module, "_START", 0.0)
    process = SolverProcess("z3")
    start = time.perf_counter()
    answer = process.ask(EASY, 0.01)  # it cannot even load in this time
    assert answer.status == "unknown"
    assert "exceeded" in answer.reason
    assert time.perf_counter() - start < 5
    assert process._process is None
    monkeypatch.undo()
    try:
        assert process.ask(EASY, 10).status == "unsat"  # a fresh one, no answer left over
        pid = process._process.pid
        process._process.kill()
        process._process.wait()
        assert process.ask(EASY, 10).status == "unsat"
        assert process._process.pid != pid
        assert not alive(pid)
    finally:
        process.close()


def test_hard_questions_end_in_time():
    # Sums of high powers: nlsat does not finish.
    names = [f"x{i}" for i in range(12)]
    declared = "".join(f"(declare-fun {n} () Real)" for n in names)
    products = " ".join(f"(* {' '.join([n] * 7 + [m] * 6)})" for n, m in zip(names, names[1:] + names[:1], strict=True))
    script = f"(set-logic QF_NRA){declared}(assert (= (+ {products}) 1))(assert (> (* {' '.join(names)}) 3))"
    process = SolverProcess("z3")
    try:
        process.ask(EASY, 10)
        start = time.perf_counter()
        answer = process.ask(script, 0.5)
        assert time.perf_counter() - start < 5
        assert answer.status in {"unknown", "sat", "unsat"}
        assert process.ask(EASY, 10).status == "unsat"
    finally:
        process.close()


def test_an_interrupted_question_leaves_no_stale_answer(monkeypatch):
    process = SolverProcess("z3")
    try:
        assert process.ask(EASY, 10).status == "unsat"

        class Interrupted(Exception):
            pass

        def interrupted(*_arguments, **_keywords):
            raise Interrupted

        monkeypatch.setattr(process_module.selectors, "DefaultSelector", interrupted)
        with pytest.raises(Interrupted):
            process.ask(EASY.replace("<", ">"), 10)  # its answer, sat, is never read
        monkeypatch.undo()
        assert process.ask(EASY, 10).status == "unsat"
    finally:
        process.close()


def test_the_deadline_makes_every_answer_unknown():
    prover = Prover(deadline=time.monotonic() - 1)
    assert not prover.proves(compare(a, ">"), compare(a**3 + a, ">"))
    assert not prover.contradictory(compare(a**2, "<"))
    assert prover.queries == []


def test_a_working_directory_cannot_replace_modules(tmp_path):
    """json.py and z3.py lying around where the program runs are not imported by the worker."""
    for name in ("json.py", "z3.py", "selectors.py", "sympy.py"):
        (tmp_path / name).write_text("open('imported', 'a').write(__name__)\nraise SystemExit(7)\n")
    code = (
        "from convergan.symbolic.solvers.process import SolverProcess; p = SolverProcess('z3'); "
        "print(p.ask('(declare-fun x () Real)(assert (< (* x x) 0))', 20).status); p.close()"
    )
    root = os.pathsep.join(path for path in sys.path if path)
    result = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert result.stdout.strip() == "unsat", result.stderr
    assert not (tmp_path / "imported").exists()
    # Negative control: without -P the files do stand in the way.
    control = subprocess.run(
        [sys.executable, "-c", "import z3"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert control.returncode == 7
