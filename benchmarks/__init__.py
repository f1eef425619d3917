"""Benchmarks: what batches gain, as ratios measured in one run; ``python -P -m convergan.benchmarks`` in a clone."""
