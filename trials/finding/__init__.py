"""Finding trials: the search's pages, what somebody keeps of them, and trials side by side."""
