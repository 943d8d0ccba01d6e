#!/usr/bin/env python3
"""Only tests that ran and passed prove a row, and the page says so."""

import os
import subprocess
import sys
import tempfile
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, FOLDER)

import results  # noqa: E402  (found only after the line above)

CTEST = """<testsuite>
  <testcase name="rule_test" status="run"/>
  <testcase name="store_test" status="fail"><failure message="SEGFAULT"/></testcase>
  <testcase name="leaky_test" status="fail"><failure message=""/></testcase>
  <testcase name="script" status="run"/>
  <testcase name="skipped_script" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
  <testcase name="unbuilt_test" status="notrun"><skipped message="Unable to find executable"/></testcase>
</testsuite>
"""
RULE = """<testsuites><testsuite name="Rule">
  <testcase name="Holds" status="run" classname="Rule">
    <properties><property name="proves-AAA-01" value="1"/></properties></testcase>
  <testcase name="Breaks" status="run" classname="Rule"><failure message="2 != 3"/>
    <properties><property name="proves-AAA-02" value="1"/></properties></testcase>
  <testcase name="Waits" status="run" classname="Rule"><skipped message="no clock"/>
    <properties><property name="proves-AAA-03" value="1"/></properties></testcase>
</testsuite></testsuites>
"""
LEAKY = """<testsuites><testsuite name="Leaky">
  <testcase name="Leaks" status="run" classname="Leaky"/>
</testsuite></testsuites>
"""
TABLE = ("id\tpriority\tcompany\tpractice\tcapability\tservice\tshows_when\n"
         "AAA-01\tP1\tA\tp\tc\ts\tone | two\n"
         "AAA-02\tP1\tA\tp\tc\ts\tthree\n"
         "AAA-03\tP2\tA\tp\tc\ts\tfour\n")


class RequirementsTest(unittest.TestCase):
    def setUp(self):
        self._temp = tempfile.TemporaryDirectory()
        self.addCleanup(self._temp.cleanup)
        self.folder = self._temp.name
        os.mkdir(os.path.join(self.folder, "test-results"))
        self.write("ctest.xml", CTEST)
        self.write("test-results/rule_test.xml", RULE)
        self.write("test-results/leaky_test.xml", LEAKY)
        self.write("table.tsv", TABLE)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def run_script(self, *extra):
        command = [sys.executable, os.path.join(FOLDER, "requirements.py"), "--table",
                   os.path.join(self.folder, "table.tsv"), "--page",
                   os.path.join(self.folder, "page.md"), *extra, self.folder]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_reads_how_each_case_ended(self):
        outcomes = {case.name: case.outcome for case in results.read_run(self.folder)}
        self.assertEqual(outcomes, {
            "rule_test: Rule.Holds": "passed",
            "rule_test: Rule.Breaks": "failed",
            "rule_test: Rule.Waits": "skipped",
            "store_test": "failed",
            "leaky_test: Leaky.Leaks": "passed",
            "leaky_test": "failed",
            "script": "passed",
            "skipped_script": "skipped",
            "unbuilt_test": "failed",
        })

    def test_a_case_that_fails_in_one_build_has_failed(self):
        passed = [results.Case("a", results.PASSED)]
        failed = [results.Case("a", results.FAILED)]
        for runs in ([passed, failed], [failed, passed]):
            self.assertEqual(results.merge(runs)["a"].outcome, results.FAILED)

    def test_only_passed_tests_prove(self):
        result = self.run_script()
        self.assertEqual(result.returncode, 3, result.stderr)
        self.assertEqual(result.stdout, "P1: 1 of 2 proven; P2: 0 of 1 proven\n")
        with open(os.path.join(self.folder, "page.md"), encoding="utf-8") as file:
            page = file.read()
        self.assertIn("| AAA-01 | P1 | one \\| two | `rule_test: Rule.Holds` |", page)
        self.assertIn("| AAA-02 | P1 | three | – |", page)

    def test_a_page_that_is_up_to_date_stays(self):
        self.run_script()
        self.assertEqual(self.run_script("--check").returncode, 0)

    def test_check_writes_nothing(self):
        self.assertEqual(self.run_script("--check").returncode, 3)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "page.md")))

    def test_refuses_a_row_that_does_not_exist(self):
        self.write("test-results/rule_test.xml", RULE.replace("AAA-01", "AAA-99"))
        result = self.run_script()
        self.assertEqual(result.returncode, 1)
        self.assertIn("AAA-99 is no row", result.stdout)


if __name__ == "__main__":
    unittest.main()
