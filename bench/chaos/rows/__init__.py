"""What `make chaos` provokes, one module for each part of the line."""
