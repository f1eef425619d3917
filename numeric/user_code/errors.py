"""What is wrong with code that cannot be compared at all."""

from __future__ import annotations


class CodeError(ValueError):
    """Code that cannot be loaded, called or compared; names file, function, problem and mend.

    Args:
        where: ``CODE.py:FUNCTION`` as the user gave it.
        problem: What is wrong.
        mend: What to do, or an empty string.
    """

    def __init__(self, where: str, problem: str, mend: str = "") -> None:
        self.where, self.problem, self.mend = where, problem, mend
        super().__init__(f"{where}: {problem}" + (f"; {mend}" if mend else ""))
