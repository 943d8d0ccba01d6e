#!/usr/bin/env python3
"""The commands of docs/real-data.md, on small extracts in the same file form.

Usage: real_data_test.py BIN_DIR

Starts a suite of its own, runs each command of the page and checks what must come out of an extract
of which everything is known: what went in, which rows were refused and why, what the services hold
then, and that the backtest finds what is there to be found. The page itself shows the real sets,
which need not be here.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass
from typing import Any, Dict, List

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "tests", "journeys", "tour"))

# pylint: disable=wrong-import-position
import crm_extract  # noqa: E402
import tour  # noqa: E402
from extract import Extract  # noqa: E402

BIN_DIR = os.path.realpath(sys.argv[1]) if len(sys.argv) > 1 else ""
PAGE = os.path.join(ROOT, "docs", "real-data.md")
# Where the page lets the clock begin.
CLOCK = re.compile(r"--test_clock_start=(\S+)")
START_SECONDS = 120
ACCOUNTS = 80
# What the client ends with when some rows were refused: each file has one that must be.
SOME_ROWS_REFUSED = 4
# Printed by the shell after each command; no command prints it.
END = "end-of-command-7d1e"


@dataclass
class Done:
    """A command that was run."""

    command: str
    output: str
    status: int


class Suite:
    """A suite on an empty store, and the client's way to it."""

    def __init__(self, folder: str, clock: str) -> None:
        ports = os.path.join(folder, "ports.json")
        data = os.path.join(folder, "data")
        self.process = subprocess.Popen(
            # It ends with the test, whatever ends that.
            ["setpriv", "--pdeathsig", "KILL", os.path.join(BIN_DIR, "banso-suite"),
             f"--data_dir={data}", "--port=0", f"--port_file={ports}", "--test_clock",
             f"--test_clock_start={clock}", f"--log_file={os.path.join(folder, 'suite.log')}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while not os.path.exists(ports):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the suite did not start")
            time.sleep(0.05)
        with open(ports, encoding="utf-8") as file:
            self.environment = {
                **os.environ, "PATH": BIN_DIR + os.pathsep + os.environ["PATH"],
                "BANSO_ADDRESS": f"127.0.0.1:{json.load(file)['gateway']}",
                "BANSO_TOKEN_FILE": os.path.join(data, "operator.token"),
            }

    def run(self, commands: List[str], data: str) -> List[Done]:
        """Runs commands in one shell, so that what one sets the next can use."""
        script = "set -o pipefail\n" + "\n".join(
            f"{command}\nstatus=$?; echo; echo {END} $status" for command in commands)
        shell = subprocess.run(
            ["bash", "-c", script], cwd=ROOT, encoding="utf-8",
            env={**self.environment, "data": data, "crm": data}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        parts = re.split(rf"\n{END} (\d+)\n", shell.stdout)
        return [Done(command, parts[2 * i], int(parts[2 * i + 1]))
                for i, command in enumerate(commands)]

    def answer(self, method: str, request: str) -> Any:
        """What an RPC answers."""
        done = subprocess.run(["banso", "call", method, request], env=self.environment,
                              encoding="utf-8", stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class RealDataTest(unittest.TestCase):
    """Runs the page once; each test looks at what came out."""

    @classmethod
    def setUpClass(cls) -> None:
        with open(PAGE, encoding="utf-8") as file:
            page = file.read()
        clock = CLOCK.search(page)
        assert clock is not None, "the page does not start a suite"
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.extract = Extract(ACCOUNTS)
        cls.extract.write(cls.folder.name)
        crm_extract.write(cls.folder.name)
        cls.suite = Suite(cls.folder.name, clock.group(1))
        cls.addClassCleanup(cls.suite.stop)
        cls.done = cls.suite.run([step.command for step in tour.read_steps(page)],
                                 cls.folder.name)

    def outputs(self, *words: str) -> List[str]:
        """What the commands with all these words printed."""
        found = [done.output for done in self.done if all(word in done.command for word in words)]
        self.assertTrue(found, f"the page has no command with {words}")
        return found

    def test_every_command_works(self) -> None:
        for done in self.done:
            with self.subTest(command=done.command):
                expected = SOME_ROWS_REFUSED if " import " in done.command else 0
                self.assertEqual(done.status, expected, done.output)

    def test_every_good_row_goes_in_and_every_bad_one_is_named(self) -> None:
        good = self.extract.good
        for words, begin, bad in (
                (("import accounts", "ravenstack"),
                 f"{good['accounts'] + 1} accounts: {good['accounts']} created",
                 ["31-02-2024", "a day as DD-MM-YYYY", "many", "a whole number"]),
                (("import contracts",),
                 f"{good['subscriptions'] + 1} contracts: {good['subscriptions']} created",
                 ["A-none", "no account"]),
                (("import outcomes",),
                 f"{good['churn_events'] + 1} outcomes: {good['churn_events']} created",
                 ["2024-01-01", "must be a time"]),
                (("import samples", "feature_usage"),
                 f"{good['feature_usage'] + 1} rows of samples: "
                 f"{3 * good['feature_usage']} created",
                 [f"{self.extract.outside} outside their contract", "S-none", "no such contract"]),
        ):
            with self.subTest(words=words):
                output = self.outputs(*words)[0]
                self.assertTrue(output.startswith(begin), output)
                self.assertIn("1 rows rejected", output)
                for text in bad:
                    self.assertIn(text, output)

    def test_the_backtest_finds_what_is_there(self) -> None:
        summary = self.outputs("BacktestModel", "--field summary")[0]
        self.assertIn("the score goes with the event", summary)
        auc = re.search(r"AUC (0\.\d+) \((0\.\d+) to", summary)
        self.assertIsNotNone(auc, summary)
        self.assertGreater(float(auc.group(1)), 0.7)
        self.assertGreater(float(auc.group(2)), 0.5)

    def test_levels_and_funnel_are_told(self) -> None:
        levels = self.outputs("GetStageBacklog")[0]
        for level in ("entry", "tried", "active", "loyal"):
            self.assertIn(level, levels)
        counts = [int(line.split()[1]) for line in levels.splitlines()[1:5]]
        self.assertEqual(sum(counts), ACCOUNTS)
        funnel = self.outputs("AnalyzeFunnel")[0]
        late = self.extract.late
        self.assertIn(f"{ACCOUNTS - late} successes against {late} failures", funnel)
        self.assertIn("1. Used anything within two weeks", funnel)

    def test_the_crm_goes_in_with_its_misspellings_and_holes_told(self) -> None:
        for words, texts in (
                (("import accounts", "$crm"),
                 ["5 accounts: 4 created, 0 updated, 0 unchanged, 2 with a parent, "
                  "1 rows rejected",
                  r"subsidiary_of +3 ", r"sector +technolgy +2 +technology",
                  r"office_location +Philipines +1 +Philippines",
                  r"2  sector +\"technolgy\" +taken as 'technology' +3, 5",
                  r"\"Philipines\" +taken as 'Philippines' +4",
                  r"employees +\"many\" +must be a whole number"]),
                (("import deals", "$crm"),
                 ["10 deals: 7 created, 0 updated, 0 unchanged, 2 members created, 3 won, 2 lost, "
                  "3 rows rejected",
                  r"account +2 ", r"close_date +4 ", r"product +GTXPro +6 +GTX Pro",
                  r"4  product +\"GTXPro\" +taken as 'GTX Pro' +2, 5, 9, 10",
                  r"2  account +\"\" +empty; a deal needs an account +6, 8",
                  r"\"02.30.2017\" +must be a day as YYYY-MM-DD +11"]),
        ):
            with self.subTest(words=words):
                output = self.outputs(*words)[0]
                for text in texts:
                    self.assertRegex(output, text)
        self.assertRegex(self.outputs("import deals", "$crm")[1],
                         "10 deals: 0 created, 0 updated, 7 unchanged, 0 members created, 0 won, "
                         "0 lost, 3 rows rejected")

    def test_the_crm_is_held_as_its_files_say(self) -> None:
        account = self.suite.answer("GetAccount", "{name: accounts/mori-foods}")
        self.assertEqual(account["parent_account"], "accounts/umibe-trading")
        self.assertEqual(account["employees"], "495")
        self.assertEqual(account["lifecycle_stage"], "LIFECYCLE_STAGE_WON")
        for name, field, value in (("umibe-trading", "industry", "technology"),
                                   ("kawa-clinic", "country", "Philippines"),
                                   ("hoshi-soft", "lifecycle_stage", "LIFECYCLE_STAGE_PROSPECT")):
            self.assertEqual(self.suite.answer("GetAccount", f"{{name: accounts/{name}}}")[field],
                             value)
        deals: Dict[str, Any] = {}
        for account in ("umibe-trading", "mori-foods", "kawa-clinic", "hoshi-soft"):
            answer = self.suite.answer("ListDeals", f"{{parent: accounts/{account}}}")
            deals.update({deal["name"].split("/")[-1]: deal for deal in answer["deals"]})
        self.assertEqual({name: deal["stage"].split("_")[-1] for name, deal in deals.items()},
                         {"1c1i7a6r": "WON", "ec4qe1bx": "WON", "ec4qe1by": "WON",
                          "z063oyw0": "LOST", "9me3374g": "LOST",
                          "pe84cx4o": "OPEN", "7gn8q4ll": "OPEN"})
        won = deals["1c1i7a6r"]
        self.assertEqual(won["products"], ["GTX Pro"])
        self.assertEqual(won["amount"], {"minor_units": "451400", "currency": "USD"})
        self.assertEqual(won["sales_owner"], "members/aoi-kato")
        self.assertEqual(won["close_date"], {"year": 2017, "month": 3, "day": 1})
        self.assertEqual(won["contract_start"], {"year": 2017, "month": 3, "day": 1})
        # The day on which it was lost, not that of the import.
        self.assertEqual(deals["9me3374g"]["close_date"], {"year": 2017, "month": 4, "day": 2})
        self.assertNotIn("close_date", deals["7gn8q4ll"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
