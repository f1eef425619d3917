"""What is claimed and how it was decided: reading, verdicts, certificates, lemmas, the command line."""
