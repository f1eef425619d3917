"""The table of the training rules is made from the rules; run this file as a script to write it anew."""

from __future__ import annotations

from pathlib import Path

from convergan.symbolic.updates import UPDATES
from convergan.symbolic.updates.keys import Key, Kind

RULES = Path(__file__).parents[2] / "symbolic" / "updates" / "RULES.md"
HEAD = """# Training rules

Made from `symbolic/updates/` by `tests/docs/test_rules.py`; one file there, and one row here, per rule.

v = (v1, v2) is the proposal's vector field with penalties, v0 the one without, v' the Jacobian of v; C_G and C_D are
the players' costs. `h` is the step size and `h_ratio` multiplies v2. Rules with a memory are judged on the extended
state, in the order theta, psi, memory; `update_jacobian` is the Jacobian of one period of it. Everything without a
default has to be given; numbers may be expressions in the declared parameters.

| update | one period | source |
|---|---|---|
"""
KEYS = """
## Keys

| key | rules | what it is | default |
|---|---|---|---|
| h_ratio | all | the ratio of the discriminator's step to the generator's | 1 |
"""
NOTES = """
## What is judged

- `momentum`, `nesterov`, `optimizer`, `lazy`, `clip`, `ema` and `h_decay` go with `simultaneous` and `alternating`
  steps.
- `lazy`: a period is k iterations. The first k - 1 follow v0, the last one v0 + k (v - v0); the penalties of both
  players are meant. `convergan prove lazy-r1` has the exact condition for R1 and every k.
- `optimizer = "rmsprop"` and `"adam"`: second moments are frozen at the squares of `rms_g` and `rms_d`. At an
  equilibrium gradients vanish and the second moments with them: the default 0 is what these rules are near x*,
  gradient steps of the size h/epsilon. With epsilon = 1e-8 that is a huge step, which is why training with Adam
  stalls at a distance from x*.
- `clip`: the bound has to be positive for all admissible parameters, and is then never met near x*.
- `averaged`: the average of the iterates has to tend to x*. It does where the iterates do, and for linear v where
  they turn around x* without growing. Where the iterates of another field leave, their average may still tend to x*:
  undecided.
- `h_decay`: sizes h/k**p with 0 < p <= 1 are decided by the eigenvalues of the flow, p > 1 never arrives.
- Rules that differentiate v (`unrolled`, `lola`, `look-ahead-gradient`, `symplectic`, `consensus`, `competitive`) are
  judged where v has second derivatives at x*. `lola` and fully `unrolled` rules read the players' costs, so that x*
  need not be a fixed point of theirs; they do not go with [field].
"""


def text() -> str:
    rows = [f"| `{rule.name}` | {cell(rule.formula)} | {cell(rule.source)} |\n" for rule in UPDATES.values()]
    keys: dict[str, tuple[Key, list[str]]] = {}
    for rule in UPDATES.values():
        for key in rule.keys:
            keys.setdefault(key.name, (key, []))[1].append(f"`{rule.name}`")
    lines = [
        f"| {name} | {', '.join(rules)} | {cell(key.meaning)} | {default(key)} |\n"
        for name, (key, rules) in keys.items()
    ]
    return HEAD + "".join(rows) + KEYS + "".join(lines) + NOTES


def default(key: Key) -> str:
    if key.default is None:
        return "to be given"
    if key.default == "" and key.kind is not Kind.FLAG:
        return "none"
    return str(key.default).lower() if key.kind is Kind.FLAG else str(key.default)


def cell(words: str) -> str:
    return words.replace("|", "\\|")


def test_the_table_is_that_of_the_rules() -> None:
    assert RULES.read_text(encoding="utf-8") == text()


if __name__ == "__main__":
    RULES.write_text(text(), encoding="utf-8")
