"""Critical cases: what decides when the linearisation does not. One method, one file."""
