"""Hooks at run time: scripts that look at calls, and at what an application tells, before and after.

Imported when the first hook is registered: an engine without hooks does not wait for this.
"""
