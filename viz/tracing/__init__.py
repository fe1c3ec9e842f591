"""From a recorded graph to what a reader wants to see of it."""
