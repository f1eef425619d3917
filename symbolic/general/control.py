"""What v^T Q v = 0 says of u, and whether that puts v into the tangent space of M_D.

A law with a positive coefficient of E[u^2] shows that u vanishes on its support, one with a positive coefficient of
E|grad u|^2 that grad u does. Supports are related: that of the data lies in that of mixtures and of noisy samples;
noise has full support; the segments of mixtures link all data points; data with a density know grad u where they know
u.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..decision.cells import Cell
from .linearised import DATA, Form, Law, Linearised


class Control(Enum):
    """Where u and grad u vanish."""

    FULL = "u and grad u vanish wherever the proposal looks at D"
    CONSTANT = "grad u vanishes and u is one constant wherever the proposal looks at D"
    NONE = "no"


@dataclass(frozen=True, slots=True)
class Definite:
    """How far Q is positive definite.

    Attributes:
        control: What v^T Q v = 0 implies.
        missing: What it does not imply, in words.
    """

    control: Control
    missing: str = ""


def semidefinite(blocks: Linearised, cell: Cell, sign: int = 1) -> bool:
    """Whether v^T Q v has a sign (or is 0) for all v, law by law.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    return all(
        sign * cell.sign(coefficient) >= 0
        for form in blocks.forms.values()
        for coefficient in (form.value, form.value + form.mean, form.slope)
    )


def definite(blocks: Linearised, cell: Cell, *, density: bool) -> Definite:
    """How far Q >= 0 is definite modulo the tangent space of M_D.

    Args:
        blocks: With Q semidefinite.
        cell: Where signs are decided.
        density: Whether data and generated samples have densities.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    zero: set[Law] = set()  # u = 0 on the support
    level: set[Law] = set()  # u is one constant there
    flat: set[Law] = set()  # grad u = 0 there
    for law, form in blocks.forms.items():
        _read(law, form, cell, zero, level, flat)
    full = [law for law in blocks.forms if law[0] == "noisy"]
    linked = [*full, *(law for law in blocks.forms if law[0] == "mixture")]
    for law in linked:
        if law in flat:
            flat.add(DATA)
            level |= {law, DATA}
        if law in zero:
            zero.add(DATA)
        if law in level:
            level.add(DATA)
    everywhere = [law for law in full if law in zero or law in flat or law in level]
    if everywhere:
        level |= set(blocks.forms)
        flat |= set(blocks.forms)
    if density and DATA in zero | level:
        flat.add(DATA)
    if zero & level:
        # One constant that is 0 somewhere on a linked set; all linked sets hold the data.
        zero |= level
    laws = set(blocks.forms)
    if laws <= zero and laws <= flat:
        return Definite(Control.FULL)
    if laws <= zero | level and laws <= flat:
        return Definite(Control.CONSTANT, "a constant shift of D")
    if DATA not in flat:
        return Definite(Control.NONE, "a change of D's slope where D itself stays d* on the data")
    if not laws <= flat:
        return Definite(Control.NONE, "a change of D where a penalty looks at it off the data")
    return Definite(Control.NONE, "a change of D by constants, others on other parts of the data")


def _read(law: Law, form: Form, cell: Cell, zero: set[Law], level: set[Law], flat: set[Law]) -> None:
    if cell.sign(form.value) > 0:
        if cell.sign(form.value + form.mean) > 0:
            zero.add(law)
        level.add(law)
    if cell.sign(form.slope) > 0:
        flat.add(law)
