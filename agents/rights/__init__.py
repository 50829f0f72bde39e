"""What callers may ask for at any time, and how sure it must be that they did."""
