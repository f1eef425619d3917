"""Real training on manifolds and images; imports from ``symbolic`` and ``numeric``, never from ``proofs``."""
