"""The page of a plan for Safe Havens, and its call list."""
