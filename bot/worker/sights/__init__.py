"""What the watches have seen, and for how long: judged without LiveKit."""
