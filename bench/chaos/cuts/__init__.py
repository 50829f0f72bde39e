"""Ways on which nothing arrives any more."""
