"""Names that a misspelt one may have been meant for."""

import difflib
from collections.abc import Sequence


def near(name: str, names: Sequence[str], limit: int = 3) -> list[str]:
    """Up to `limit` of the names that are like `name`, best first.

    Whole names are compared, and their last parts (`shortest` finds `queue.shortest`).
    """
    by_last: dict[str, str] = {other.rpartition(".")[2]: other for other in names}
    found = difflib.get_close_matches(name, names, n=limit, cutoff=0.6)
    found += [by_last[last] for last in difflib.get_close_matches(name, by_last, n=limit, cutoff=0.8)]
    return list(dict.fromkeys(found))[:limit]
