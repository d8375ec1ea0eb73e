"""The host functions that touch the world, each under the policy of the tool that calls it.

addresses   which addresses a request may go to          the one place that decides
paths       which files a path leads to                  the one place that decides
http        `crucible::http_*` and `http::*`             files    `crucible::file_*`, `fs::*` and `paths::*`
processes   `shell::exec`                                effects  what functions are told, and who hears of them
world       what is real, and can be replaced in tests and replays
"""
