"""OpenAI's side: words, voice, and both at once."""
