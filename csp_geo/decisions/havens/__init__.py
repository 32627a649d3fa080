"""The plan for Safe Havens: who may be asked, what is wanted where, what each would cover."""
