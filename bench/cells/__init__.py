"""What is measured, one cell a file."""
