"""Models and callers that misbehave, each on a real call: what the caller hears, and the bill."""
