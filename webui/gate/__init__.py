"""Who may come in, and how much is done for them at once: what stands around everything that is served."""
