"""Forms as browsers post them."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from crucible_tools.servers.refusals import MalformedRequest, UnsupportedMediaType

_TYPE: Final = "application/x-www-form-urlencoded"

MOST_FIELDS: Final = 1000


async def posted(request: Request) -> Mapping[str, str]:
    """The fields of a form; of one that comes twice the last.

    Raises:
        UnsupportedMediaType: the body is no form.
        MalformedRequest: it is a broken one, or has too many fields.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TYPE:
        raise UnsupportedMediaType("the body is no form", hint=f"send {_TYPE}")
    try:
        text = (await request.body()).decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError:
        raise MalformedRequest(f"the form is broken, or has more than {MOST_FIELDS} fields") from None
    # Browsers end the lines of a text as CRLF, whatever they were.
    return {name: value.replace("\r\n", "\n") for name, value in pairs}
