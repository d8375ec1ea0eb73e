"""MCP: the migrated tools for agent hosts, over stdio and over streamable HTTP.

The protocol is the `mcp` package's: every revision from 2024-11-05 to 2026-07-28 on the same endpoint. What is said in
it (which tools there are, what became of a call) is `operations.serving`'s.
"""
