"""The page of the weekly map."""
