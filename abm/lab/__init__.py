"""The laboratory: many runs, kept and compared."""
