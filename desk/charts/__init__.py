"""Charts as values: where everything lies, in the units of the drawing. Templates draw them."""
