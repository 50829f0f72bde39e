"""What an operator sees: calls, what happened in them, who is on the line, what it costs."""
