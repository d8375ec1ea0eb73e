"""Checking sources: what the rules find, what the compiler says, and repairs that both agree with."""
