"""The peer of serving: FastMCP with a plain Python function. `python -m bench.serving_peer PORT` serves it."""

import sys
from typing import Any

from fastmcp import FastMCP

server = FastMCP("peer")


@server.tool
def echo(name: str, n: int) -> dict[str, Any]:
    """Gives its arguments."""
    return {"name": name, "n": n}


if __name__ == "__main__":
    server.run(transport="http", host="127.0.0.1", port=int(sys.argv[1]), show_banner=False, log_level="error")
