"""What is known, without running it, about the values of a source's expressions."""
