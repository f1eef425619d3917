"""Deciding sign conditions: exact points, the prover, and cells of the parameter space."""
