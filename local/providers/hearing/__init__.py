"""From a stream of sound to utterances: where somebody speaks, and what they said."""
