"""The solver's own process: reads one JSON request a line, answers one JSON line.

Run as ``python -P worker.py z3`` (or ``cvc5``); it imports nothing but the solver. A request is
``{"script": SMT-LIB text ending before check-sat, "milliseconds": n}``; an answer is ``{"status": "sat" | "unsat" |
"unknown", "model": {name: value}}`` with a value either ``"p/q"`` or ``{"polynomial": [c0, c1, ...], "index": k}``,
the k-th real root (from 1, in increasing order) of c0 + c1 x + ...
"""

from __future__ import annotations

import json
import sys
from typing import Any


def _answer_z3(request: dict[str, Any]) -> dict[str, Any]:
    import z3

    context = z3.Context()
    solver = z3.SolverFor("QF_NRA", ctx=context)
    solver.set("timeout", int(request["milliseconds"]))
    solver.from_string(request["script"])
    status = str(solver.check())
    if status != "sat":
        return {"status": status if status == "unsat" else "unknown", "model": {}}
    model = solver.model()
    values: dict[str, Any] = {}
    for declaration in model.decls():
        value = model[declaration]
        if z3.is_rational_value(value):
            values[declaration.name()] = str(value.as_fraction())
        elif z3.is_algebraic_value(value):
            coefficients = [str(c.as_fraction()) for c in value.poly()]
            values[declaration.name()] = {"polynomial": coefficients, "index": value.index()}
    return {"status": "sat", "model": values}


def _answer_cvc5(request: dict[str, Any]) -> dict[str, Any]:
    import cvc5

    solver = cvc5.Solver()
    solver.setOption("tlimit-per", str(int(request["milliseconds"])))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, request["script"], "query")
    while True:
        command = parser.nextCommand()
        if command.isNull():
            break
        command.invoke(solver, parser.getSymbolManager())
    result = solver.checkSat()
    status = "unsat" if result.isUnsat() else "sat" if result.isSat() else "unknown"
    return {"status": status, "model": {}}


def main() -> None:
    """Serves requests until standard input ends."""
    answer = {"z3": _answer_z3, "cvc5": _answer_cvc5}[sys.argv[1]]
    for line in sys.stdin:
        try:
            reply = answer(json.loads(line))
        except Exception as error:  # a solver's own failure is an unknown, with its words
            reply = {"status": "unknown", "model": {}, "error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
