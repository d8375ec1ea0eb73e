#!/bin/sh
# For any build server: checks the legacy tools of a folder, rehearses their migration, and leaves the reports in a folder.
#
#     sh check-tools.sh [TOOLS] [REPORTS]        default: tools, reports
#
# Further options of `crucible migrate` (such as --level production) are taken from CRUCIBLE_…, see docs/commands.md.
# Ends with the exit code of the first command that did not end with 0: 1 findings or nothing can be migrated, 2 wrong
# usage, 3 some tools can't be migrated.
set -u
tools="${1:-tools}"
reports="${2:-reports}"
mkdir -p "$reports"

worst=0
run() {
    "$@"
    code=$?
    if [ "$worst" -eq 0 ]; then worst=$code; fi
}

run crucible check "$tools"
run crucible check "$tools" --quiet --format junit --output-file "$reports/check.xml"
run crucible plan "$tools" --out "$reports/plan.json"
run crucible migrate "$tools" --quiet --mode dry_run --format github \
    --report "$reports/migration.xml" --report "$reports/migration.html" --report "$reports/migration.json"

exit "$worst"
