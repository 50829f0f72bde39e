"""What a worker counts, and what it tells the database of itself."""
