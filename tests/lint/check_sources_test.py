#!/usr/bin/env python3
"""check_sources.py finds each planted violation, and nothing in files that keep the rules."""

import os
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "check_sources.py")

# (rule, path, line that breaks it)
VIOLATIONS = [
    ("layers", "services/health/domain/score.cc", "#include <grpcpp/grpcpp.h>"),
    ("layers", "services/health/domain/score.cc", '#include "common/storage/database.h"'),
    ("layers", "services/health/domain/score.cc", '#include "services/health/store/store.h"'),
    ("stubs-not-in-headers", "clients/cli/call.h", '#include "banso/health/v1/health.grpc.pb.h"'),
    ("layers", "services/health/api/scores.cc", "#include <grpcpp/server.h>"),
    ("layers", "services/health/store/store.cc", "#include <SQLiteCpp/Database.h>"),
    ("layers", "common/rule/fact.cc", '#include "services/health/domain/score.h"'),
    ("layers", "common/contract/errors.cc", '#include "common/storage/database.h"'),
    ("layers", "services/health/store/store.cc", '#include "services/health/api/turn.h"'),
    ("layers", "services/health/store/store.cc", '#include "common/server/router.h"'),
    ("layers", "services/health/api/turn.cc", '#include "common/testing/wait.h"'),
    ("layers", "services/health/api/turn.cc", "#include <gtest/gtest.h>"),
    ("layers", "clients/cli/app.cc", '#include "services/health/domain/score.h"'),
    ("layers", "services/health/api/turn.cc", "#include <boost/beast.hpp>"),
    ("layers", "services/health/api/turn.cc", "#include <CLI/CLI.hpp>"),
    ("layers", "common/storage/database.cc", "#include <yaml-cpp/yaml.h>"),
    ("layers", "services/health/api/turn.cc", "#include <Eigen/Dense>"),
    ("layers", "services/health/api/turn.cc", "#include <benchmark/benchmark.h>"),
    ("services-meet-in-proto", "services/health/api/a.cc", '#include "services/accounts/api/b.h"'),
    ("domain-reads-no-clock", "services/health/domain/score.cc", "const auto now = absl::Now();"),
    ("tests-do-not-sleep", "common/rule/rule_test.cc", "absl::SleepFor(absl::Seconds(1));"),
    ("sql-reads-no-clock", "services/health/store/schema/001_init.sql", "DEFAULT CURRENT_TIMESTAMP"),
    ("no-registry-address", "proto/package-lock.json", '"resolved": "somewhere"'),
    ("unfinished", "common/rule/rule.cc", "// TO" + "DO: later"),
    ("machine-path", "deploy/up", "cd /ho" + "me/somebody/banso"),
    ("reasons-are-in-the-contract", "services/kickoff/domain/a.cc",
     'return contract::FailedPrecondition("NO_SUCH_REASON", name, what, "");'),
    ("reasons-are-in-the-contract", "services/kickoff/domain/a.cc",
     'constexpr char kReasonOther[] = "NO_SUCH_REASON";'),
    ("header-guard", "common/rule/rule.h", "#ifndef RULE_H_"),
]

KEPT = [
    ("services/health/domain/score.cc", '#include "common/rule/evaluate.h"'),
    ("services/health/domain/score.cc", '#include "banso/health/v1/health.pb.h"'),
    ("services/health/domain/score_test.cc", "const absl::Time now = absl::Now();"),
    ("services/gateway/api/fan_out.cc", '#include "banso/health/v1/health.grpc.pb.h"'),
    ("services/suite/main.cc", '#include "services/accounts/api/service.h"'),
    ("common/storage/sqlite/database.cc", "#include <SQLiteCpp/SQLiteCpp.h>"),
    ("common/rule/rule.h", "#ifndef BANSO_COMMON_RULE_RULE_H_"),
    ("services/health/domain/score_test.cc", "#include <gtest/gtest.h>"),
    ("services/health/domain/score_test.cc", '#include "common/testing/wait.h"'),
    ("docs/guide.md", "The data lies in /var/lib/banso."),
]


def check(path: str, line: str) -> "subprocess.CompletedProcess[str]":
    with tempfile.TemporaryDirectory() as root:
        full_path = os.path.join(root, path)
        os.makedirs(os.path.dirname(full_path))
        with open(full_path, "w", encoding="utf-8") as file:
            file.write(line + "\n")
        return subprocess.run([sys.executable, SCRIPT, "--root", root], capture_output=True,
                              text=True, check=False)


class CheckSourcesTest(unittest.TestCase):
    def test_finds_each_planted_violation(self):
        for rule, path, line in VIOLATIONS:
            with self.subTest(rule=rule, path=path):
                result = check(path, line)
                self.assertEqual(result.returncode, 1, result.stdout)
                self.assertIn(f"{path}:1: [{rule}]", result.stdout)

    def test_accepts_what_keeps_the_rules(self):
        for path, line in KEPT:
            with self.subTest(path=path, line=line):
                result = check(path, line)
                self.assertEqual(result.returncode, 0, result.stdout)
                self.assertEqual(result.stdout, "1 files checked, 0 violations\n")


if __name__ == "__main__":
    unittest.main()
