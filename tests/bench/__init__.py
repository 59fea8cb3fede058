"""Measurements: one JSON line per figure, each beside its gate. Run by `./dev bench [figure …]`."""
