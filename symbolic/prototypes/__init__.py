"""Prototype games in closed form, one file each; a new one is a file and a row here."""

from __future__ import annotations

from .dirac import DiracGame
from .game import Game

PROTOTYPES: dict[str, type[Game]] = {"dirac": DiracGame}

__all__ = ["PROTOTYPES", "DiracGame", "Game"]
