"""Reads what a run of ctest left behind: which tests ran, how they ended, which rows they prove.

A result folder holds `ctest.xml` (ctest --output-junit) and `test-results/NAME.xml` for those ctest
tests that report their own cases, in GoogleTest's XML form. A ctest test without such a file is one
case of its own.
"""

import os
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from typing import Dict, Iterable, List

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
_PROVES = "proves-"


@dataclass
class Case:
    """One test that ran, or should have."""

    name: str
    outcome: str
    proves: List[str] = field(default_factory=list)
    message: str = ""


def _outcome_of(element: ElementTree.Element) -> str:
    if element.find("failure") is not None or element.find("error") is not None:
        return FAILED
    if element.find("skipped") is not None or element.get("status") in ("notrun", "disabled"):
        return SKIPPED
    if element.get("status") == "fail":
        return FAILED
    return PASSED


def _message_of(element: ElementTree.Element) -> str:
    failure = element.find("failure")
    return (failure.get("message") or "").strip() if failure is not None else ""


def _read_own_cases(path: str, test: str) -> List[Case]:
    cases = []
    for element in ElementTree.parse(path).getroot().iter("testcase"):
        name = f"{test}: {element.get('classname')}.{element.get('name')}"
        proves = [p.get("name")[len(_PROVES):] for p in element.iter("property")
                  if p.get("name", "").startswith(_PROVES)]
        cases.append(Case(name, _outcome_of(element), proves, _message_of(element)))
    return cases


def read_run(folder: str) -> List[Case]:
    """The cases of one run of ctest, in its order."""
    cases: List[Case] = []
    root = ElementTree.parse(os.path.join(folder, "ctest.xml")).getroot()
    for element in root.iter("testcase"):
        test = element.get("name")
        outcome = _outcome_of(element)
        if outcome == SKIPPED and element.get("status") == "notrun" and not _was_skipped(element):
            outcome = FAILED  # The program is missing: it did not build.
        own_file = os.path.join(folder, "test-results", f"{test}.xml")
        own: List[Case] = []
        if os.path.exists(own_file):
            try:
                own = _read_own_cases(own_file, test)
            except ElementTree.ParseError:
                pass  # Cut off by a crash; ctest knows that the test failed.
        cases += own
        if not own or (outcome == FAILED and all(case.outcome != FAILED for case in own)):
            # No cases, or a failure that no case shows: a crash, a time-out, a sanitizer's report.
            cases.append(Case(test, outcome, [], _message_of(element)))
    return cases


def _was_skipped(element: ElementTree.Element) -> bool:
    skipped = element.find("skipped")
    return skipped is not None and "SKIP" in (skipped.get("message") or "").upper()


def merge(runs: Iterable[List[Case]]) -> Dict[str, Case]:
    """One case per name over several builds: failed if it failed in any of them."""
    merged: Dict[str, Case] = {}
    rank = {FAILED: 2, PASSED: 1, SKIPPED: 0}
    for cases in runs:
        for case in cases:
            known = merged.get(case.name)
            if known is None or rank[case.outcome] > rank[known.outcome]:
                merged[case.name] = case
    return merged
