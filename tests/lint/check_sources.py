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
from typing import Callable, Dict, Iterator, List, Optional

CODE = (".h", ".cc")
SCRIPTS = (".py", ".sh", ".cmake", ".ts", ".js", ".sql", ".proto", ".yaml", ".yml", ".json", ".txt")

# Spelled in halves, so that this file passes its own check.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(work|farm|home|root|tmp/team|tmp/bash_jobs)/[A-Za-z0-9._-]")
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')
# Files that only tests are made of.
TEST_FILE = re.compile(
    r".*(_test\.cc|(_fixture|/(fake_|test_|conformance|migration_check|case_builder)[^/]*)\.(h|cc))$")
LAYERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../cmake/Layers.cmake")
# The headers of the targets that cmake/Layers.cmake keeps to some layers.
HEADERS_OF = [
    ("gRPC::grpc++", re.compile(r"(grpc|grpcpp)/")),
    ("banso_rpc", re.compile(r".*\.grpc\.pb\.h$")),
    ("SQLite::SQLite3", re.compile(r"(SQLiteCpp/|sqlite3\.h)")),
    ("GTest::gmock", re.compile(r"(gtest|gmock)/")),
    ("benchmark::benchmark", re.compile(r"benchmark/")),
    ("Boost::headers", re.compile(r"boost/")),
    ("CLI11::CLI11", re.compile(r"CLI/")),
    ("yaml-cpp", re.compile(r"yaml-cpp/")),
    ("CURL::libcurl", re.compile(r"(curl|openssl)/")),
    ("liblinear::liblinear", re.compile(r"(linear\.h|Eigen/)")),
]


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


def is_code(path: str) -> bool:
    return path.endswith(CODE)


INCLUDE_RULES = [
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


def layer_of(path: str) -> Optional[str]:
    """The layer of cmake/Layers.cmake that a source or an own header belongs to."""
    match = re.match(r"(common|services|clients|tests)/(?:([^/]+)/)?(?:([^/]+)/)?", path)
    if not match:
        return None
    top, folder, inner = match.groups()
    if top == "common":
        return folder or "base"
    if top == "services":
        return inner if inner in ("domain", "store", "api") else "main"
    return "client" if top == "clients" else "journey"


class Layers:
    """What cmake/Layers.cmake says: which layer may stand on which, and who may use what."""

    def __init__(self, text: str) -> None:
        self.below = {name: set(words.split())
                      for name, words in re.findall(r"set\(BANSO_BELOW_(\w+)([^)]*)\)", text)}
        patterns = re.search(r"set\(BANSO_RESTRICTED ((?:\s*\"[^\"]*\")+)\)", text).group(1)
        users = dict(re.findall(r"set\(BANSO_USERS_(\d+)([^)]*)\)", text))
        self.restricted = [(re.compile(pattern), set(users[str(index)].split()))
                           for index, pattern in enumerate(re.findall(r'"([^"]*)"', patterns))]
        self.gateway = re.compile(re.search(r'set\(BANSO_GATEWAY_MAY "([^"]*)"\)', text).group(1))

    def refuses_own(self, path: str, layer: str, other: str) -> bool:
        allowed = {layer, "base"} | self.below[layer]
        return other not in allowed and not (TEST_FILE.match(path) and other == "testing")

    def refuses_target(self, path: str, layer: str, target: str) -> bool:
        if layer == "api" and service_of(path) == "gateway" and self.gateway.match(target):
            return False
        if TEST_FILE.match(path) and (target.startswith("GTest::") or layer in ("api", "main")):
            return False
        return any(pattern.match(target) and layer not in users
                   for pattern, users in self.restricted)


def check_layers(layers: Layers, path: str, header: str) -> Iterator[str]:
    layer, other = layer_of(path), layer_of(header)
    if layer not in layers.below:
        return
    if other in layers.below and layers.refuses_own(path, layer, other):
        yield (f"[layers] includes {header} of layer '{other}': '{layer}' may use only "
               f"{' '.join(sorted(layers.below[layer])) or 'base'} (cmake/Layers.cmake)")
    for target, pattern in HEADERS_OF:
        if pattern.match(header) and layers.refuses_target(path, layer, target):
            yield (f"[layers] includes {header} of {target}, which is not for layer '{layer}' "
                   "(cmake/Layers.cmake)")


def check_include(layers: Layers, path: str, header: str) -> Iterator[str]:
    for rule in INCLUDE_RULES:
        if rule.applies(path) and rule.header.match(header):
            yield f"[{rule.name}] includes {header}: {rule.sentence}"
    yield from check_layers(layers, path, header)
    own, other = service_of(path), service_of(header)
    if own and other and own != other:
        yield f"[services-meet-in-proto] includes {header}: services meet only through proto/"


REASON = re.compile(r'\bk(?:Reason\w*)\[\] = "([A-Z][A-Z0-9_]+)"|'
                    r'\b(?:FailedPrecondition|PermissionDenied|Unauthenticated|OutOfRange)\(\s*'
                    r'"([A-Z][A-Z0-9_]+)"')

# Nobody is answered with these: a start that fails, an action that is kept.
UNANSWERED = {"OPERATOR_TOKEN_FILE", "NO_ONBOARDING"}


def undocumented_reasons(files: Dict[str, str]) -> Iterator[str]:
    """Yields the reasons of errors that services give and no proto names."""
    protos = "".join(text for path, text in files.items() if path.endswith(".proto"))
    documented = UNANSWERED | set(re.findall(r"[A-Z][A-Z0-9_]+", protos))
    for path, text in sorted(files.items()):
        if not path.startswith("services/") or not is_code(path) or TEST_FILE.match(path):
            continue
        for match in REASON.finditer(text):
            reason = match.group(1) or match.group(2)
            if reason not in documented:
                number = text.count("\n", 0, match.start()) + 1
                yield (f"{path}:{number}: [reasons-are-in-the-contract] {reason} stands in no proto: "
                       "say with the RPC when it is answered")


def check_guard(path: str, text: str) -> Iterator[str]:
    guard = "BANSO_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper() + "_"
    found = re.search(r"^#ifndef (\w+)$", text, re.MULTILINE)
    if not found or found.group(1) != guard:
        yield f"{path}:1: [header-guard] the guard of this header is {guard}"


def check_text(layers: Layers, path: str, text: str) -> Iterator[str]:
    """Yields the violations of one file, as printable lines."""
    for number, line in enumerate(text.splitlines(), start=1):
        include = INCLUDE.match(line) if is_code(path) else None
        if include:
            for problem in check_include(layers, path, include.group(1)):
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

    with open(LAYERS, encoding="utf-8") as file:
        layers = Layers(file.read())
    texts: Dict[str, str] = {}
    for path in arguments.files or list_files(arguments.root):
        try:
            with open(os.path.join(arguments.root, path), encoding="utf-8") as file:
                texts[path] = file.read()
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # Binary, deleted but still in the index, or a submodule.
    problems = [problem for path, text in texts.items()
                for problem in check_text(layers, path, text)]
    problems += undocumented_reasons(texts)
    for problem in problems:
        print(problem)
    print(f"{len(texts)} files checked, {len(problems)} violations")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
