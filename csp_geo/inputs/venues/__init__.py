"""Lists of venues and the register of Safe Havens, as they come."""
