"""What the engine costs, measured side by side with others in one run."""
