"""What the package does, one plain async function a verb: command line and servers call these and only format.

Nothing is imported here, so that a call does not pay for a migration.
"""
