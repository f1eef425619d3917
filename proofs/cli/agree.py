"""``convergan agree``: a user's code against a proposal's mathematics."""

from __future__ import annotations

from ..agreeing import agree_code
from ..agreement_text import agreement_document, agreement_text
from .output import OutputError, console, error_console, print_plain, progress, write_json


def run_agree(
    proposal: str, code: str, given: list[str], player: str | None, rounds: int, seed: int, json: str | None
) -> int:
    """Compares and prints what came out.

    Args:
        proposal: The proposal's file.
        code: ``CODE.py:FUNCTION``.
        given: ``NAME=EXPRESSION`` per further argument of the function.
        player: Whose penalty it is, or None.
        rounds: How often the table of cases is gone through.
        seed: Of the cases.
        json: Where the JSON document goes, ``-`` for standard output, or None.

    Returns:
        The exit code.
    """
    errors, out = error_console(), console(quiet=json == "-")
    bindings: dict[str, str] = {}
    for text in given:
        name, separator, expression = text.partition("=")
        if not separator or not name.strip() or not expression.strip():
            print_plain(errors, f"--with {text}: not NAME=EXPRESSION; write --with reg_param=gamma/2")
            return 2
        bindings[name.strip()] = expression.strip()
    if player not in (None, "discriminator", "generator"):
        print_plain(errors, f"--player {player}: no such player; known: discriminator, generator")
        return 2
    with progress(code, 1, 1):
        result = agree_code(proposal, code, bindings=bindings, player=player, rounds=rounds, seed=seed)
    print_plain(errors if result.outcome is None else out, agreement_text(result))
    if json is not None:
        try:
            write_json(agreement_document(result), json)
        except OutputError as error:
            print_plain(errors, str(error))
            return 2
    return result.exit_code
