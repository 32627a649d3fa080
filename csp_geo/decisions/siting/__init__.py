"""Where sites do most good: covering models on plain arrays, and how they are solved."""
