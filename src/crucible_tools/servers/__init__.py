"""Servers: migrated tools for agents (MCP) and for applications (HTTP); they parse and answer, no more."""
