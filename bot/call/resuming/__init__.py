"""A caller rings again, or is rung again, after a call that broke off in its story."""
