"""Real training on low-dimensional manifolds and images; imports from ``symbolic`` and ``numeric``, never from ``proofs``."""
