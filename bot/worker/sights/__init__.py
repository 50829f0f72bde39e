"""What the watch has seen of the rooms, and for how long: judged without LiveKit."""
