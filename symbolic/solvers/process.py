"""A solver in a process of its own: asked by SMT-LIB text, killed when it outstays its time."""

from __future__ import annotations

import atexit
import json
import selectors
import subprocess
import sys
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import sympy as sp

_GRACE = 2.0  # seconds a solver gets to notice its own limit before it is killed
_START = 20.0  # seconds the first answer of a fresh process may take on a loaded machine


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver said.

    Attributes:
        status: ``sat``, ``unsat`` or ``unknown``.
        model: For ``sat`` of z3: exact values by name; absent names are free.
        reason: For ``unknown``: why.
    """

    status: str
    model: dict[str, sp.Expr] = field(default_factory=dict)
    reason: str = ""


class SolverProcess:
    """One solver (``z3`` or ``cvc5``), started when first asked and restarted after a kill."""

    def __init__(self, solver: str) -> None:
        self.solver = solver
        self._process: subprocess.Popen[bytes] | None = None
        self._fresh = True

    def start(self) -> None:
        """Starts the process ahead of the first question, so that it loads while the caller computes."""
        self._started()

    def ask(self, script: str, seconds: float) -> Answer:
        """Decides one script.

        Args:
            script: SMT-LIB 2 text with declarations and assertions, without ``check-sat``.
            seconds: The limit; a solver that ignores it is killed shortly after.

        Returns:
            The answer; ``unknown`` after a time-out, a crash or a failure of the solver.
        """
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        limit = seconds + _GRACE + (_START if self._fresh else 0.0)
        request = json.dumps({"script": script, "milliseconds": max(int(1000 * seconds), 1)})
        try:
            process.stdin.write(request.encode() + b"\n")
            process.stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(process.stdout, selectors.EVENT_READ)
                if not selector.select(limit):
                    self.close()
                    return Answer("unknown", reason=f"{self.solver} exceeded {seconds:g} s")
            line = process.stdout.readline()
        except OSError as error:
            self.close()
            return Answer("unknown", reason=f"{self.solver} failed: {error}")
        except BaseException:
            # An interrupt leaves an answer unread, which must not be taken for the next one's.
            self.close()
            raise
        self._fresh = False
        if not line:
            self.close()
            return Answer("unknown", reason=f"{self.solver} ended unexpectedly")
        reply = json.loads(line)
        if reply["status"] == "unknown":
            return Answer("unknown", reason=reply.get("error", f"{self.solver} found no answer in {seconds:g} s"))
        return Answer(reply["status"], {name: _value(value) for name, value in reply["model"].items()})

    def close(self) -> None:
        """Ends the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._fresh = True
            # By path, and with -P: nothing of the caller's working directory, such as a json.py, is imported there.
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(Path(__file__).with_name("worker.py")), self.solver],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process


def _value(value: str | dict[str, object]) -> sp.Expr:
    if isinstance(value, str):
        fraction = Fraction(value)
        return sp.Rational(fraction.numerator, fraction.denominator)
    x = sp.Symbol("x")
    coefficients = [sp.Rational(str(c)) for c in value["polynomial"]]  # type: ignore[attr-defined]
    polynomial = sp.Poly(sum(c * x**k for k, c in enumerate(coefficients)), x)
    index = int(str(value["index"])) - 1
    root = sp.real_roots(polynomial, multiple=False)[index][0]
    return root


_shared: dict[str, SolverProcess] = {}


def shared_process(solver: str) -> SolverProcess:
    """This program's process of a solver; ended when the program ends."""
    if solver not in _shared:
        _shared[solver] = SolverProcess(solver)
        atexit.register(_shared[solver].close)
    return _shared[solver]
