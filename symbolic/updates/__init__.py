"""Training rules, one file each: the map of one period, written once and generic over arithmetic.

A rule's ``period`` works on anything that adds and multiplies: SymPy expressions here, tensors in ``numeric`` and
``training``. The Jacobian of a period at the equilibrium is ``period`` applied to the linear field x -> J x. A new
rule is a file and a row here.
"""

from __future__ import annotations

from .alternating import Alternating
from .flow import Flow
from .rule import Rule, Steps
from .simultaneous import Simultaneous

UPDATES: dict[str, Rule] = {rule.name: rule for rule in (Flow(), Simultaneous(), Alternating())}

__all__ = ["UPDATES", "Alternating", "Flow", "Rule", "Simultaneous", "Steps"]
