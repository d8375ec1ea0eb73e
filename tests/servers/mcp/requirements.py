"""What revision 2026-07-28 of the protocol demands of a server with tools, and which test shows it.

Each MUST of https://modelcontextprotocol.io/specification/2026-07-28 that a server of tools can break, in short words;
the pages are those of the specification. `test_wire.py` names the requirement that each of its tests shows.
"""

from __future__ import annotations

REQUIREMENTS = {
    # server/tools
    "tools-capability": "a server with tools declares the capability `tools`",
    "tools-list": "it answers `tools/list` with the tools that are there for the client",
    "tools-list-stateless": "the set does not vary by connection or by earlier requests",
    "input-schema-object": "each inputSchema is a valid JSON Schema object",
    "output-schema-conforms": "structured results conform to the outputSchema that was given",
    "inputs-validated": "all inputs are validated; what is wrong with them is a tool execution error",
    "unknown-tool": "an unknown tool is a protocol error -32602",
    "outputs-sanitized": "outputs are sanitized",
    "access-controls": "there are access controls: a caller sees and calls only what it may",
    # server/discover, basic
    "discover": "`server/discover` says which versions and capabilities there are",
    "result-type": "each result has a resultType",
    "same-id": "a response has the id of its request",
    "stateless": "no request relies on an earlier one: there is no initialize, and no session",
    "no-network-refs": "a $ref to the network is never followed",
    "reserved-codes": "no error code of the reserved range is used with another meaning",
    # server/utilities/pagination, caching
    "cursor-opaque": "a cursor leads to the next page; an invalid one is an error -32602",
    "cache-hints": "lists say how long they are fresh, and for whom (ttlMs, cacheScope)",
    # basic/transports/streamable-http
    "origin": "a bad Origin gets 403",
    "notification-202": "a notification that is accepted gets 202 and no body",
    "json-or-sse": "a request gets one JSON object or an SSE stream",
    "no-requests-on-stream": "no requests are sent on a stream",
    "header-version-mismatch": "a version header that is not the body's gets 400 and HeaderMismatch",
    "header-method": "a missing or wrong Mcp-Method gets 400 and HeaderMismatch",
    "header-name": "a missing or wrong Mcp-Name gets 400 and HeaderMismatch",
    "header-name-encoded": "an encoded Mcp-Name is decoded before it is compared",
    "headers-any-case": "names of headers are compared without regard to case",
    "unsupported-version": "an unknown version gets 400 and the versions that there are",
    "unknown-method": "an unknown method gets 404 and -32601",
    "no-session": "no session id is made or echoed",
    "get-405": "GET with this version gets 405",
    "disconnect-cancels": "closing the stream cancels the call",
    # basic/patterns
    "progress-increases": "progress increases with each notification, and names the request's token",
    "progress-asked": "no progress is sent for a request without a token",
    "log-opt-in": "no log message is sent that the request did not ask for",
    "listen-acknowledged": "`subscriptions/listen` is acknowledged first, with what is honored",
    "listen-only-requested": "nothing is sent on it that was not asked for",
    "listen-subscription-id": "each message on it names the subscription",
}
