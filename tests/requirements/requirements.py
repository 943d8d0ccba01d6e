#!/usr/bin/env python3
"""Makes docs/requirements.md from docs/requirements.tsv and from the tests that ran and passed.

Usage: requirements.py --table TSV --page MD [--check] FOLDER...

A test proves a row by calling banso::testing::Proves("LAP-07"). Prints how many rows are proven.
Exits 0 when the page is up to date, 3 when it had to be written anew (with --check: when it would
have to be), 1 when a test names a row that does not exist.
"""

import argparse
import csv
import sys
from typing import Dict, List

import results

HEAD = """# Requirements and the tests that prove them

Made by `tests/run` from [requirements.tsv](requirements.tsv) and from the tests that ran and passed;
edits here are lost. A test proves a row by calling `banso::testing::Proves("<id>")`.

"""


def read_table(path: str) -> List[Dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def collect_proofs(cases: List[results.Case]) -> Dict[str, List[str]]:
    """The passed tests by the id of the row that they prove."""
    proofs: Dict[str, List[str]] = {}
    for case in cases:
        if case.outcome == results.PASSED:
            for requirement in case.proves:
                proofs.setdefault(requirement, []).append(case.name)
    return {requirement: sorted(names) for requirement, names in proofs.items()}


def summarise(rows: List[Dict[str, str]], proofs: Dict[str, List[str]]) -> List[str]:
    lines = []
    for priority in sorted({row["priority"] for row in rows}):
        ids = [row["id"] for row in rows if row["priority"] == priority]
        lines.append(f"{priority}: {sum(i in proofs for i in ids)} of {len(ids)} proven")
    return lines


def render(rows: List[Dict[str, str]], proofs: Dict[str, List[str]]) -> str:
    parts = [HEAD, "; ".join(summarise(rows, proofs)), ".\n\n"]
    parts.append("| id | priority | what shows it | proven by |\n| --- | --- | --- | --- |\n")
    for row in rows:
        names = "<br>".join(f"`{name}`" for name in proofs.get(row["id"], [])) or "–"
        shows = row["shows_when"].replace("|", "\\|")
        parts.append(f"| {row['id']} | {row['priority']} | {shows} | {names} |\n")
    return "".join(parts)


def read_page(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--table", required=True)
    parser.add_argument("--page", required=True)
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--list", action="store_true", help="print the P1 rows and their tests")
    parser.add_argument("folders", nargs="+")
    arguments = parser.parse_args()

    rows = read_table(arguments.table)
    cases = list(results.merge(results.read_run(f) for f in arguments.folders).values())
    proofs = collect_proofs(cases)

    unknown = sorted(set(proofs) - {row["id"] for row in rows})
    if unknown:
        for requirement in unknown:
            print(f"{requirement} is no row of {arguments.table}, but proven by "
                  f"{', '.join(proofs[requirement])}")
        return 1
    if arguments.list:
        for row in rows:
            if row["priority"] == "P1" and row["id"] in proofs:
                print(f"{row['id']}: {'; '.join(proofs[row['id']])}")
    print("; ".join(summarise(rows, proofs)))

    page = render(rows, proofs)
    if page == read_page(arguments.page):
        return 0
    if not arguments.check:
        with open(arguments.page, "w", encoding="utf-8") as file:
            file.write(page)
    return 3


if __name__ == "__main__":
    sys.exit(main())
