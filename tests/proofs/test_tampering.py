"""Whoever changes a certificate is found out: by the digest, and, where that is made to fit, by the step that lies."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sympy as sp

from convergan.proofs import certificate as certificates
from convergan.proofs.certificate import digest
from convergan.proofs.certificate_reading import Steps
from convergan.proofs.verify import verify_certificate
from convergan.symbolic.formula import Formula

Document = dict[str, Any]
Certificates = Callable[[str], Document]
Attack = Callable[[Document], None]


def sealed(document: Document) -> Document:
    return document | {"digest": digest(document)}


def step(document: Document, name: str) -> Document:
    return next(step for step in document["steps"] if step["id"] == name)


def formula(document: Document, value: Any) -> Formula:
    names = {*document["proposal"].get("parameters", {}), *(f"f{k}" for k in range(1, 7))}
    symbols = {name: sp.Symbol(name, real=True) for name in names}
    return Steps([], symbols, sp.Symbol("h", real=True)).formula(value, "")


def proved_anew(document: Document, name: str, **changes: Any) -> None:
    """An implication with another hypothesis or goal, and the script that belongs to it: all that a forger can do."""
    old = step(document, name)
    hypotheses, goal = (formula(document, changes.get(key, old[key])) for key in ("hypotheses", "goal"))
    old.update(certificates._solver_step(name, old["because"], hypotheses, goal))


def without(document: Document, *names: str) -> None:
    """Steps removed from the list and from what uses them; the goals that stay are numbered again."""
    document["steps"] = [step for step in document["steps"] if step["id"] not in names]
    ids = {}
    for old in document["steps"]:
        cell, _, rest = old["id"].partition(".")
        if rest.startswith("goal"):
            number = sum(i.startswith(f"{cell}.goal") for i in ids) + 1
            ids[old["id"]] = f"{cell}.goal-{number}"
            old["id"] = ids[old["id"]]
    for old in document["steps"]:
        if "uses" in old:
            old["uses"] = [ids.get(name, name) for name in old["uses"] if name not in names]


# -- attacks by hand -------------------------------------------------------------------------------------------------


def narrower_cell(document: Document) -> None:
    """The cell assumes more than the proposal, wherever it is mentioned."""
    cell = step(document, "cell-1")
    cell["formula"]["and"].append({"expression": "gamma - 1", "relation": ">"})
    proved_anew(document, "cover", goal=cell["formula"])
    for goal in [s["id"] for s in document["steps"] if ".goal" in s["id"]]:
        proved_anew(document, goal, hypotheses=cell["formula"])


def wider_cell(document: Document) -> None:
    """The cell forgets a hypothesis that its goals do not need."""
    cell = step(document, "cell-1")
    cell["formula"]["and"] = cell["formula"]["and"][:2]
    proved_anew(document, "cover", goal=cell["formula"])
    for goal in [s["id"] for s in document["steps"] if ".goal" in s["id"]]:
        proved_anew(document, goal, hypotheses=cell["formula"])


def fewer_cells(document: Document) -> None:
    """A cell is dropped, and the cover's goal with it."""
    last = max(s["id"] for s in document["steps"] if s["id"].count("-") == 1 and "." not in s["id"])
    document["steps"] = [s for s in document["steps"] if s["id"].split(".")[0] != last]
    cells = [s["formula"] for s in document["steps"] if s["id"].startswith("cell-") and "." not in s["id"]]
    proved_anew(document, "cover", goal={"or": cells})


def assumed_stability(document: Document) -> None:
    """The unregularised flow's centre is called stable, from a goal that is true and says nothing."""
    document["proposal"]["training"] = {"update": "flow"}
    step(document, "cell-1.matrix")["matrix"] = step(document, "cell-1.pieces")["pieces"][0]["jacobian"]
    goal = next(s["id"] for s in document["steps"] if ".goal" in s["id"])
    proved_anew(document, goal, goal={"expression": "f1**2", "relation": ">"})
    step(document, "cell-1.ruling").update(theorem="flow-linear-stability", outcome="yes", rate="linear")
    document["verdict"].update(verdict="converges", rate="linear", counterexample=None)


def hidden_piece(document: Document) -> None:
    """One side of DRAGAN's jump is called not smooth, so that the other alone has a Jacobian."""
    step(document, "cell-2.pieces")["pieces"][1].update(value=None, jacobian=None, failure="not smooth")


def one_side_only(document: Document) -> None:
    for name in ("cell-1.pieces", "cell-2.pieces"):
        del step(document, name)["pieces"][0]


def away_from_the_equilibrium(document: Document) -> None:
    """A branch on which |psi| has a sign, but not near psi = 0."""
    for piece in step(document, "cell-1.pieces")["pieces"]:
        piece["branch"][0][0] = "_y - 1"
    step(document, "cell-1.ruling")["branch"][0][0] = "_y - 1"


def other_rule(document: Document) -> None:
    document["proposal"]["training"] = {"update": "alternating"}


def swapped_points(document: Document) -> None:
    verdict = document["verdict"]
    verdict["witness"], verdict["counterexample"] = verdict["counterexample"], verdict["witness"]


def swapped_scripts(document: Document) -> None:
    first, second = step(document, "cell-1.goal-1"), step(document, "cell-1.goal-2")
    first["script"], second["script"] = second["script"], first["script"]


def reordered(document: Document) -> None:
    document["steps"] = [*document["steps"][:-2], document["steps"][-1], document["steps"][-2]]


def put(name: str, *path: str | int, value: Any) -> Attack:
    """One value of a step (or of a top-level key) replaced."""

    def attack(document: Document) -> None:
        place = document[name] if name in document else step(document, name)
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return attack


TRUE = {"and": []}
ATTACKS: list[tuple[str, str, Attack]] = [
    ("R1", "proposal", put("proposal", "proposal", "name", value="R2")),
    ("R1", "field", put("proposal", "penalty", "discriminator", value="gamma * E_real(norm(grad(D))**2)")),
    ("R1", "field", put("proposal", "penalty", "discriminator", value="gamma/2 * E_real(norm(grad(D))**4)")),
    ("R1", "hypotheses", put("proposal", "parameters", "gamma", value="real")),
    ("R1", "hypotheses", put("proposal", "parameters", "gamma", value="gamma >= 0")),
    ("R1", "hypotheses", put("proposal", "objective", value={"assume": "f1 != 0"})),
    ("R1", "field", put("proposal", "objective", value={"f": "standard"})),
    ("R1", "field", put("proposal", "game", value={"data": "1"})),
    ("R1", "cell-1.matrix", other_rule),
    ("R1", "field", put("field", "equilibrium", 0, value="1")),
    ("R1", "field", put("field", "output", value="1")),
    ("R1", "field", put("field", "field", 0, value="psi*Subs(Derivative(f(t), t), t, psi*theta)")),
    ("R1", "field", put("field", "field", 0, value="-psi*Subs(Derivative(f(t), (t, 2)), t, psi*theta)")),
    ("R1", "field", put("field", "field", 0, value="-psi*Subs(Derivative(f(t), t), t, 2*psi*theta)")),
    ("R1", "hypotheses", put("hypotheses", "formula", "and", 1, "relation", value="==")),
    ("R1", "hypotheses", lambda document: step(document, "hypotheses")["formula"]["and"].pop()),
    ("R1", "cover", narrower_cell),
    ("R1", "cell-1", wider_cell),
    ("R1 any sign", "cover", fewer_cells),
    ("R1", "cell-1.pieces", put("cell-1.pieces", "pieces", 0, "jacobian", 0, 1, value="f1")),
    ("R1", "cell-1.pieces", put("cell-1.pieces", "pieces", 0, "value", 1, value="gamma")),
    ("R1", "cell-1.pieces", put("cell-1.pieces", "pieces", value=[])),
    ("R1", "cell-1.matrix", put("cell-1.matrix", "matrix", 1, 1, value="1")),
    ("R1", "cell-1.matrix", put("cell-1.matrix", "matrix", 1, 1, value="1 - gamma*h**2")),
    ("R1", "cell-1.goal-1", put("cell-1.goal-1", "script", value="(set-logic QF_NRA)\n(assert false)\n")),
    ("R1", "cell-1.goal-1", put("cell-1.goal-1", "domains", value=[TRUE])),
    ("R1", "cell-1.goal-1", swapped_scripts),
    ("R1", "cell-1.goal-1", lambda d: proved_anew(d, "cell-1.goal-1", hypotheses={"or": []})),
    ("R1", "cell-1.goal-1", lambda d: proved_anew(d, "cell-1.goal-1", goal={"expression": "f2", "relation": ">"})),
    ("R1", "cell-1.ruling", lambda d: proved_anew(d, "cell-1.goal-1", goal={"expression": "gamma+1", "relation": ">"})),
    ("R1", "cell-1.ruling", lambda d: proved_anew(d, "cell-1.goal-1", goal=TRUE)),
    ("R1", "cell-1.ruling", lambda d: without(d, "cell-1.goal-1")),
    ("R1", "cell-1.ruling", lambda d: without(d, "cell-1.matrix")),
    ("R1", "cell-1.matrix", lambda d: without(d, "cell-1.pieces")),
    ("R1", "field", lambda d: without(d, "field")),
    ("R1", "cover", lambda d: without(d, "cover")),
    ("R1", "cell-1.ruling", lambda d: step(d, "cell-1.ruling")["uses"].reverse()),
    ("R1", "cell-1.ruling", reordered),
    ("R1", "cell-1.ruling", put("cell-1.ruling", "outcome", value="no")),
    ("R1", "cell-1.ruling", put("cell-1.ruling", "theorem", value="flow-linear-stability")),
    ("R1", "cell-1.ruling", put("cell-1.ruling", "theorem", value="a theorem of my own")),
    ("R1", "verdict", put("verdict", "verdict", value="undecided")),
    ("R1", "verdict", put("verdict", "rate", value="sublinear")),
    ("unregularised", "cell-1.ruling", assumed_stability),
    ("unregularised", "verdict", put("verdict", "counterexample", value=None)),
    ("unregularised", "verdict", put("verdict", "counterexample", "f", value="t + t**2/2")),
    ("unregularised", "verdict", put("verdict", "counterexample", "f1", value="0")),
    ("R1 any sign", "verdict", swapped_points),
    ("R1 any sign", "verdict", put("verdict", "witness", "gamma", value="-1")),
    ("R1 any sign", "verdict", put("verdict", "verdict", value="converges")),
    ("R1 outside", "cell-1.ruling", put("cell-1.ruling", "outcome", value="yes")),
    ("DRAGAN", "cell-2.ruling", hidden_piece),
    ("DRAGAN", "cell-1.pieces", one_side_only),
    ("DRAGAN", "cell-1.ruling", put("cell-1.ruling", "branch", value=None)),
    ("DRAGAN", "cell-1.pieces", put("cell-1.pieces", "pieces", 0, "branch", 0, 1, value=1)),
    ("DRAGAN", "cell-1.pieces", put("cell-1.pieces", "pieces", 0, "branch", value=[])),
    ("DRAGAN", "verdict", put("verdict", "witness", "k", value="1")),
    ("DRAGAN", "verdict", put("verdict", "counterexample", "k", value="-1")),
    ("WGAN-GP", "cell-1.pieces", away_from_the_equilibrium),
    ("WGAN-GP", "cell-1.ruling", put("cell-1.ruling", "theorem", value="repelling-jump")),
    ("WGAN-GP flow", "cell-1.ruling", put("cell-1.ruling", "theorem", value="no-filippov-equilibrium")),
    ("WGAN-GP flow", "cell-1.ruling", put("cell-1.ruling", "theorem", value="not-stationary")),
    ("WGAN-GP flow", "cell-1.ruling", put("cell-1.ruling", "theorem", value="map-jump")),
    ("one sign", "cell-1.ruling", put("cell-1.ruling", "theorem", value="no-equilibrium-output")),
    ("forward KL", "field", put("field", "output", value="0")),
    ("no output", "field", put("proposal", "objective", value={"fake": "t", "real": "-t"})),
    ("noisy logistic", "cell-1.pieces", put("cell-1.pieces", "pieces", 0, "jacobian", 1, 1, value="-sigma**2/4")),
    ("quartic flow", "cell-1.ruling", put("cell-1.ruling", "function", value="f1*_x**2 + f1*_y**2")),
    ("quartic flow", "cell-1.ruling", put("cell-1.ruling", "function", value="-_x**2 + _y**2")),
    ("quartic flow", "cell-1.ruling", put("cell-1.ruling", "function", value="_x**2 + _y**2 + _x")),
    ("quartic flow", "cell-1.ruling", put("cell-1.ruling", "function", value=None)),
    ("quartic flow", "cell-1.ruling", put("cell-1.ruling", "rate", value="linear")),
    ("non-saturating alternating", "cell-1.ruling", put("cell-1.ruling", "function", value="_x**2 + _y**2")),
    ("unregularised flow", "cell-1.ruling", put("cell-1.ruling", "function", value="_x**2 + 2*_y**2")),
    ("unregularised flow", "cell-1.ruling", put("cell-1.ruling", "function", value="7")),
    ("shifted hinge flow", "cell-1.ruling", put("cell-1.ruling", "function", value="_x**2 - _y**2")),
    ("R1", "cell-1.ruling", put("cell-1.ruling", "function", value="_x**2")),
    ("resting line", "cell-1.ruling", put("cell-1.ruling", "function", value="_x")),
    ("resting line", "cell-1.ruling", put("cell-1.ruling", "theorem", value="time-reversal")),
    ("resting curve", "cell-1.ruling", put("cell-1.ruling", "function", value="_y + a*_x**2")),
    ("resting curve", "cell-1.ruling", put("cell-1.ruling", "function", value="_y - a*_x**2 + 1")),
    ("reflection", "cell-1.ruling", put("cell-1.ruling", "function", value="_x")),
    ("reflection", "cell-1.ruling", put("cell-1.ruling", "function", value="_x*_y")),
    ("measure", "cell-1.ruling", put("cell-1.ruling", "function", value="1 + a*_x")),
    ("measure", "cell-1.ruling", put("cell-1.ruling", "function", value="_x*(1 + a*_x)*(1 + b*_y)")),
    ("measure alternating", "cell-1.ruling", put("cell-1.ruling", "function", value="1")),
    ("measure alternating", "cell-1.ruling", put("cell-1.ruling", "theorem", value="first-integral")),
    ("area", "cell-1.ruling", put("cell-1.ruling", "function", value="1 + _x")),
    ("power", "cell-2.pieces", put("cell-2.pieces", "pieces", 0, "jacobian", 1, 1, value="1 - p")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "failing", "attack"),
    [(name.replace("R1 outside", "R1 h outside"), failing, attack) for name, failing, attack in ATTACKS],
    ids=[f"{number}-{name}-{failing}" for number, (name, failing, _) in enumerate(ATTACKS)],
)
def test_forgeries_are_rejected_at_the_step_that_lies(
    name: str, failing: str, attack: Attack, certificate: Certificates
) -> None:
    document = certificate(name)
    attack(document)
    found = verify_certificate(document)
    assert (found.accepted, found.failed_step) == (False, "digest")
    found = verify_certificate(sealed(document))
    assert (found.accepted, found.failed_step) == (False, failing), found.reason
    assert found.reason


# -- every value, one at a time --------------------------------------------------------------------------------------

DESCRIPTIVE = {"reason", "because", "failure", "version", "name", "reference"}


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


def replaced(document: Document, path: tuple[str | int, ...], value: Any) -> Document:
    changed = copy.deepcopy(document)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def lies(path: tuple[str | int, ...], value: Any) -> Iterator[Any]:
    """Values that say something else; those that happen to say the same are left out."""
    match value:
        case _ if path[-1] == "relation":
            yield from {">", ">=", "==", "!=", "<"} - {value}
        case _ if path[-1] == "outcome":
            yield from {"yes", "no", "open"} - {value}
        case _ if path[-1] == "theorem":
            yield from {"flow-linear-stability", "map-linear-instability", "repelling-jump", "not-stationary", ""} - {
                value
            }
        case _ if path[-1] == "rate":
            yield from {"linear", "sublinear", None} - {value}
        case _ if path[:2] == ("verdict", "verdict"):
            yield from {"converges", "conditional", "does-not-converge", "undecided"} - {value}
        case _ if path[-1] in {"id", "kind", "answer", "solver", "schema"}:
            yield f"{value}x"
        case _ if path[-1] == "script":
            yield value + "(assert false)\n"
        case _ if path[:2] == ("verdict", "counterexample") and isinstance(value, str):
            yield f"-({value})"
        case str():
            yield f"{value} + 1"
            yield "os.system('true')"
            if value != "0":
                yield f"-({value})"
        case bool() | None:
            yield "x"
        case int() if "ruling" not in str(path):
            yield -value
        case list():
            yield from (value[:i] + value[i + 1 :] for i in range(len(value)))
            yield [*value, "x"]
        case dict():
            yield from ({k: v for k, v in value.items() if k != key} for key in value)
            yield value | {"extra": 1}


def systematically(document: Document) -> None:
    for path, value in places(document):
        if not path or path[0] in ("digest", "proposal") or path[-1] in DESCRIPTIVE:
            continue
        in_ruling = path[0] == "steps" and len(path) > 1 and "ruling" in document["steps"][path[1]]["id"]
        if in_ruling and "branch" in path and isinstance(value, int):
            continue  # the other side of a symmetric jump decides as well
        signs = path[0] == "steps" and len(path) > 1 and document["steps"][path[1]]["id"] == "hypotheses"
        for lie in lies(path, value):
            if signs and isinstance(lie, str) and lie.startswith("-(f1"):
                continue  # -f1 != 0 is f1 != 0
            found = verify_certificate(sealed(replaced(document, path, lie)))
            assert found.accepted is False, (path, value, lie, found.reason)
            assert found.failed_step, (path, lie)


@pytest.mark.parametrize("name", ["hinge", "WGAN-GP flow"])
def test_every_changed_value_is_rejected(name: str, certificate: Certificates) -> None:
    systematically(certificate(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["R1", "R1 2:3", "unregularised", "forward KL", "field", "no output"])
def test_every_changed_value_is_rejected_at_length(name: str, certificate: Certificates) -> None:
    systematically(certificate(name))


@pytest.mark.parametrize("name", ["R1", "DRAGAN", "no output"])
def test_damage_is_found_by_the_digest(name: str, certificate: Certificates) -> None:
    document = certificate(name)
    for path, value in places(document):
        if not isinstance(value, str) or path == ("schema",):
            continue
        found = verify_certificate(replaced(document, path, value + "x"))
        assert (found.accepted, found.failed_step) == (False, "digest"), path
