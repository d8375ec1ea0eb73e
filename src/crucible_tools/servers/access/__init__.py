"""Access: who sends a request, whether it may come in, and how much of it is read."""
