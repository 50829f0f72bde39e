"""What would still exist if the caller were typing: Echo's two agents and the story's data."""
