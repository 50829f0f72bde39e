"""Where the recordings of calls lie."""
