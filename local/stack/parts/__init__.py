"""The parts of the stack: programs, found and started as processes, and ended."""
