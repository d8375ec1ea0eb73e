#!/usr/bin/env bash
# Shows the repair of a tool, migrates a copy of examples/legacy_tools, prints the report and calls three of the tools. `make demo` runs it.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
work="$(mktemp -d "${TMPDIR:-/tmp}/crucible-demo.XXXXXX")"
trap 'rm -rf "$work"' EXIT
cp -R "$here/legacy_tools" "$work/legacy_tools"
cd "$work"

run() {
    printf '\n$ crucible'
    for word in "$@"; do
        case "$word" in
            *[!A-Za-z0-9_.=/-]*) printf " '%s'" "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    printf '\n'
    # Both streams in one, so that logs stand where they belong.
    crucible "$@" 2>&1
}

# What is wrong with one of them, and how it would be repaired; 1 is the exit code for "there is something".
run check legacy_tools/support/refund_quote.rn --diff || true

# 3 is the exit code for "some tools migrated and some failed": this folder holds broken tools on purpose.
code=0
run migrate legacy_tools || code=$?
if [ "$code" -ne 3 ]; then
    echo "the migration ended with exit code $code; the demo expects 3" >&2
    exit 1
fi

run list
run call triage_ticket --args '{"subject": "Charged twice this month", "plan": "business"}'
run call sla.breached --args '{"tickets": [{"id": 7, "plan": "team", "priority": 1, "waited": 11}]}'
run call rota -a week=8 -a shift=day
echo
cat <<'END'
Now serve them, to yourself, to programs and to agents; the link that is printed opens a page where each can be tried:

    .venv/bin/crucible migrate examples/legacy_tools --state build/demo
    .venv/bin/crucible serve --state build/demo
END
