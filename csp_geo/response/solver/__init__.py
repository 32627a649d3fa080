"""How the models are solved: rows merged, a good set at once, a bound, HiGHS for the rest, ties."""
