#!/usr/bin/env python3
"""Runs the tour of a page and compares what is printed with what the page says.

Usage: tour.py PAGE

Runs the blocks marked `console`, in the order of the page and in one shell, so that what one
command sets the next can use. A line that begins with `$ ` is a command; lines behind it that begin
with `> ` go on with it; the lines up to the next command are what it prints, standard error
included. In these, `<word>` stands for a text without blanks that differs each time,
blanks at the end of a line do not count, and a line of three dots stands for any lines left out.

Exits 1 with the differences when the page is stale, or has no tour.
"""

import difflib
import re
import subprocess
import sys
from dataclasses import dataclass, field
from typing import List

LEFT_OUT = "..."
PLACEHOLDER = re.compile(r"<[a-z ]+>")
# Printed by the shell after each command; no command prints it.
END = "end-of-step-5f2c"
LIMIT_SECONDS = 300


@dataclass
class Step:
    """A command of the page, and what the page says that it prints."""

    line: int
    command: str
    expected: List[str] = field(default_factory=list)


def read_steps(text: str) -> List[Step]:
    """The steps in the `console` blocks of a page."""
    steps: List[Step] = []
    inside = goes_on = False
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("```"):
            inside = line.strip() == "```console"
            goes_on = False
        elif not inside:
            continue
        elif goes_on and line.startswith("> "):
            steps[-1].command += "\n" + line[2:]
        elif line.startswith("$ "):
            steps.append(Step(number, line[2:]))
            goes_on = True
        elif not steps:
            raise ValueError(f"line {number}: output without a command")
        else:
            goes_on = False
            steps[-1].expected.append(line.rstrip())
    return steps


def line_matches(expected: str, actual: str) -> bool:
    parts = PLACEHOLDER.split(expected)
    return re.fullmatch(r"\S+".join(re.escape(part) for part in parts), actual) is not None


def matches(expected: List[str], actual: List[str]) -> bool:
    """Whether `actual` is what the page says."""
    if not expected:
        return not actual
    if expected[0] == LEFT_OUT:
        return any(matches(expected[1:], actual[i:]) for i in range(len(actual) + 1))
    return bool(actual) and line_matches(expected[0], actual[0]) and matches(
        expected[1:], actual[1:])


def difference(expected: List[str], actual: List[str]) -> List[str]:
    """What differs; lines that match but for their placeholders are shown as the page has them."""
    known = [line for line in expected if PLACEHOLDER.search(line)]
    shown = [next((k for k in known if line_matches(k, line)), line) for line in actual]
    return list(difflib.unified_diff(expected, shown, "the page says", "it prints", "", "", 2, ""))


def run_steps(steps: List[Step]) -> List[List[str]]:
    """What each step prints, from one shell for all."""
    script = "\n".join(f"{step.command}\necho; echo {END}" for step in steps)
    done = subprocess.run(["bash", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", timeout=LIMIT_SECONDS,
                          check=False)
    outputs = done.stdout.split(f"\n{END}\n")
    return [[line.rstrip() for line in output.splitlines()] for output in outputs[:-1]]


def main() -> int:
    page = sys.argv[1]
    with open(page, encoding="utf-8") as file:
        steps = read_steps(file.read())
    if not steps:
        print(f"{page} has no tour: no block marked `console`.")
        return 1
    outputs = run_steps(steps)
    stale = 0
    for step, output in zip(steps, outputs):
        if not matches(step.expected, output):
            stale += 1
            print(f"{page}:{step.line}: $ {step.command}")
            print("\n".join(difference(step.expected, output)) + "\n")
    if len(outputs) < len(steps):
        print(f"The shell ended at line {steps[len(outputs)].line} of {page}.")
        return 1
    print(f"{len(steps)} commands, {stale} of them print something else than {page} says.")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
