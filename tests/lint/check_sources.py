#!/usr/bin/env python3
"""Checks what neither the compiler nor clang-tidy sees: who may include what, and what must not
stand in the repository.

Usage: check_sources.py [--root DIR] [FILE...]

Without files, checks every file that git tracks or would add. Prints one line per violation,
`file:line: [rule] sentence`, and exits 1 when there is one.
"""

import argparse
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import Callable, Iterator, List, Optional

CODE = (".h", ".cc")
SCRIPTS = (".py", ".sh", ".cmake", ".ts", ".js", ".sql", ".proto", ".yaml", ".yml", ".json", ".txt")

# Spelled in halves, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(work|farm|home|root|tmp/team|tmp/bash_jobs)/[A-Za-z0-9._-]")
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')


@dataclass(frozen=True)
class IncludeRule:
    """Files for which `applies` holds may not include headers that `header` matches."""

    name: str
    applies: Callable[[str], bool]
    header: "re.Pattern[str]"
    sentence: str


@dataclass(frozen=True)
class TextRule:
    """Files for which `applies` holds may not have a line that `text` matches."""

    name: str
    applies: Callable[[str], bool]
    text: "re.Pattern[str]"
    sentence: str


def in_domain(path: str) -> bool:
    return re.match(r"services/[^/]+/domain/", path) is not None


def may_use_grpc(path: str) -> bool:
    return path.startswith(("common/server/", "services/gateway/api/", "clients/", "tests/"))


def is_code(path: str) -> bool:
    return path.endswith(CODE)


INCLUDE_RULES = [
    IncludeRule(
        "domain-is-pure",
        in_domain,
        re.compile(r"(grpcpp/|grpc/|SQLiteCpp/|sqlite3\.h|.*\.grpc\.pb\.h|common/(storage|server)/"
                   r"|services/[^/]+/(api|store)/)"),
        "the domain is values and pure functions: no gRPC, no storage, no server, no other layer",
    ),
    IncludeRule(
        "sources-are-not-included",
        is_code,
        re.compile(r".*\.(cc|cpp|cxx|c)$"),
        "sources are compiled; what several of them need is in a header",
    ),
    IncludeRule(
        "stubs-not-in-headers",
        lambda path: path.endswith(".h"),
        re.compile(r".*\.grpc\.pb\.h"),
        "generated stubs cost seconds a file: include them in the .cc that uses them",
    ),
    IncludeRule(
        "grpc-only-at-the-edge",
        lambda path: is_code(path) and not may_use_grpc(path),
        re.compile(r"(grpcpp/|grpc/|.*\.grpc\.pb\.h)"),
        "gRPC belongs to common/server, services/gateway/api, clients and tests",
    ),
    IncludeRule(
        "engine-only-in-storage",
        lambda path: is_code(path)
        and not path.startswith(("common/storage/", "tests/benchmarks/")),
        re.compile(r"(SQLiteCpp/|sqlite3\.h)"),
        "only common/storage knows a database engine (the benchmarks compare with it)",
    ),
    IncludeRule(
        "common-knows-no-service",
        lambda path: path.startswith("common/") and is_code(path),
        re.compile(r"(services|clients|tests)/"),
        "common is what every service stands on and depends on none of them",
    ),
]

TEXT_RULES = [
    TextRule(
        "domain-reads-no-clock",
        lambda path: in_domain(path) and is_code(path) and not path.endswith("_test.cc"),
        re.compile(r"\b(absl::Now\(|system_clock\b|steady_clock\b|std::random_device|std::rand\()"),
        "time and randomness are passed to the domain",
    ),
    TextRule(
        "tests-do-not-sleep",
        lambda path: path.endswith("_test.cc"),
        re.compile(r"\b(sleep_for|sleep_until|absl::SleepFor|usleep)\b"),
        "a test that sleeps is slow or flaky: use the fake clock, or wait for the event",
    ),
    TextRule(
        "sql-reads-no-clock",
        lambda path: path.endswith(".sql") or re.search(r"/(store|storage)/.*\.cc$", path) is not None,
        re.compile(r"(?i)\b(CURRENT_TIMESTAMP|CURRENT_DATE|datetime\(\s*'now'|date\(\s*'now')"),
        "SQL never asks for the time: bind it",
    ),
    TextRule(
        "no-registry-address",
        lambda path: path.endswith("package-lock.json"),
        re.compile(r'"resolved"\s*:'),
        "write lock files with `npm config set omit-lockfile-registry-resolved true`",
    ),
    TextRule(
        "unfinished",
        lambda path: path.endswith(CODE + SCRIPTS) or is_script_without_suffix(path),
        UNFINISHED,
        "finish it or describe it in an issue",
    ),
    TextRule(
        "machine-path",
        lambda path: not path.startswith("tests/lint/"),
        MACHINE_PATH,
        "a path of one machine means nothing on another",
    ),
]


def is_script_without_suffix(path: str) -> bool:
    return "." not in os.path.basename(path)


def service_of(path: str) -> Optional[str]:
    match = re.match(r"services/([^/]+)/", path)
    # The suite is no service: it puts all services into one process.
    return match.group(1) if match and match.group(1) != "suite" else None


def check_include(path: str, header: str) -> Iterator[str]:
    for rule in INCLUDE_RULES:
        if rule.applies(path) and rule.header.match(header):
            yield f"[{rule.name}] includes {header}: {rule.sentence}"
    own, other = service_of(path), service_of(header)
    if own and other and own != other:
        yield f"[services-meet-in-proto] includes {header}: services meet only through proto/"


def check_guard(path: str, text: str) -> Iterator[str]:
    guard = "BANSO_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper() + "_"
    found = re.search(r"^#ifndef (\w+)$", text, re.MULTILINE)
    if not found or found.group(1) != guard:
        yield f"{path}:1: [header-guard] the guard of this header is {guard}"


def check_text(path: str, text: str) -> Iterator[str]:
    """Yields the violations of one file, as printable lines."""
    for number, line in enumerate(text.splitlines(), start=1):
        include = INCLUDE.match(line) if is_code(path) else None
        if include:
            for problem in check_include(path, include.group(1)):
                yield f"{path}:{number}: {problem}"
        for rule in TEXT_RULES:
            found = rule.text.search(line) if rule.applies(path) else None
            if found:
                yield f"{path}:{number}: [{rule.name}] '{found.group(0)}': {rule.sentence}"
    if path.endswith(".h"):
        yield from check_guard(path, text)


def list_files(root: str) -> List[str]:
    command = ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False)
    if listing.returncode == 0:
        return sorted(set(listing.stdout.splitlines()))
    files = []
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = [name for name in subfolders if name not in ("build", ".git")]
        files += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return sorted(files)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--root", default=os.getcwd())
    parser.add_argument("files", nargs="*", help="relative to the root")
    arguments = parser.parse_args()

    checked = violations = 0
    for path in arguments.files or list_files(arguments.root):
        full_path = os.path.join(arguments.root, path)
        try:
            with open(full_path, encoding="utf-8") as file:
                text = file.read()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # Binary, deleted but still in the index, or a submodule.
        checked += 1
        for problem in check_text(path, text):
            violations += 1
            print(problem)
    print(f"{checked} files checked, {violations} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
