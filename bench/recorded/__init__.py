"""What needs no call: policies and cleaners, on recorded speech."""
