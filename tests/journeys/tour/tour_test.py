#!/usr/bin/env python3
"""Tests of tour.py: what counts as the same, and that a stale page is noticed."""

import os
import subprocess
import sys
import tempfile
import unittest

import tour

PAGE = """# A page

```sh
echo not run
```

```console
$ echo one; \\
> echo two
one
two
$ name=three
$ echo $name $$
three <number>
```

```console
$ seq 5
1
...
5
```
"""


class TourTest(unittest.TestCase):
    def run_page(self, text: str) -> "subprocess.CompletedProcess[str]":
        with tempfile.TemporaryDirectory() as folder:
            page = os.path.join(folder, "PAGE.md")
            with open(page, "w", encoding="utf-8") as file:
                file.write(text)
            return subprocess.run([sys.executable, tour.__file__, page], check=False,
                                  stdout=subprocess.PIPE, encoding="utf-8")

    def test_reads_commands_with_what_they_print(self) -> None:
        steps = tour.read_steps(PAGE)
        self.assertEqual([step.line for step in steps], [8, 12, 13, 18])
        self.assertEqual(steps[0].command, "echo one; \\\necho two")
        self.assertEqual(steps[0].expected, ["one", "two"])

    def test_a_true_page_passes(self) -> None:
        done = self.run_page(PAGE)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("4 commands, 0 of them", done.stdout)

    def test_a_stale_page_fails_with_the_difference(self) -> None:
        done = self.run_page(PAGE.replace("\ntwo\n", "\nzwei\n"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("-zwei", done.stdout)
        self.assertIn("+two", done.stdout)
        self.assertNotIn("three", done.stdout)

    def test_a_line_too_many_and_one_too_few_are_noticed(self) -> None:
        self.assertEqual(self.run_page(PAGE.replace("one\ntwo\n", "one\n")).returncode, 1)
        self.assertEqual(self.run_page(PAGE.replace("...\n5\n", "...\n5\n6\n")).returncode, 1)

    def test_what_goes_to_standard_error_counts(self) -> None:
        done = self.run_page("```console\n$ echo secret >&2\n```\n")
        self.assertEqual(done.returncode, 1)

    def test_a_shell_that_ends_early_fails(self) -> None:
        done = self.run_page("```console\n$ exit 0\n$ echo one\none\n```\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("The shell ended at line 2", done.stdout)

    def test_a_page_without_a_tour_fails(self) -> None:
        self.assertEqual(self.run_page("# Nothing\n").returncode, 1)

    def test_a_placeholder_stands_for_one_word(self) -> None:
        self.assertTrue(tour.line_matches("took <seconds> s", "took 0.31 s"))
        self.assertFalse(tour.line_matches("took <seconds> s", "took long it seems s"))
        self.assertFalse(tour.line_matches("took <seconds> s", "took  s"))


if __name__ == "__main__":
    unittest.main()
