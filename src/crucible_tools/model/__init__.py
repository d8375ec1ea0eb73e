"""Values and names that every layer speaks in (L0: no I/O, no engine, no state)."""
