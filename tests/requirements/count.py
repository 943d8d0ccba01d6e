#!/usr/bin/env python3
"""Prints `PASSED FAILED SKIPPED` over the distinct tests of one or more result folders, after a
line for each test that failed.

Usage: count.py FOLDER...
"""

import sys

import results


def main() -> int:
    cases = results.merge(results.read_run(folder) for folder in sys.argv[1:]).values()
    for case in cases:
        if case.outcome == results.FAILED:
            message = case.message.splitlines()
            print(f"FAILED {case.name}" + (f"  ({message[0][:120]})" if message else ""))
    counts = [sum(case.outcome == outcome for case in cases)
              for outcome in (results.PASSED, results.FAILED, results.SKIPPED)]
    print(*counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
