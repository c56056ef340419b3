"""What a production start refuses, beyond what settings refuse at once."""
