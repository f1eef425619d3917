"""``python -m convergan``."""

from __future__ import annotations

from .proofs.cli import main

if __name__ == "__main__":
    main()
