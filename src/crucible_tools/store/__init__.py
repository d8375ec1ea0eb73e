"""The recorded state: tools, their history and their originals, and what each run did.

Nothing is imported here, because a call must not pay for SQLAlchemy: `quick` reads one tool
without it, `state` is the whole thing.
"""
