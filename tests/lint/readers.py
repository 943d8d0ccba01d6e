#!/usr/bin/env python3
"""readers.py BUILD FILE...: prints the sources that read one of the files, as BUILD compiles them.

What a source reads is known from its last compilation with Ninja; of one that has not been compiled
yet, only what it is or joins.
"""

import json
import os
import re
import subprocess
import sys

OBJECT = re.compile(r" -o (\S+) -c ")
HEAD = re.compile(r"^(\S.*): #deps \d+")
JOINED = re.compile(r'^#include "(/.*)"$', re.MULTILINE)


def read_by_objects(listing, build):
    """What each object's source reads, as absolute paths, from `ninja -t deps`."""
    reads = {}
    files = None
    for line in listing.splitlines():
        if head := HEAD.match(line):
            files = reads.setdefault(head.group(1), set())
        elif line.startswith("    ") and files is not None:
            files.add(os.path.normpath(os.path.join(build, line.strip())))
    return reads


def parts(source):
    """The source and what it joins."""
    if "/Unity/" not in source:
        return {source}
    with open(source, encoding="utf-8") as file:
        return {source, *JOINED.findall(file.read())}


def readers(commands, reads, wanted):
    """The sources of `commands` that read one of `wanted`, in the order of the commands."""
    found = []
    for command in commands:
        output = OBJECT.search(command["command"])
        if wanted & (reads.get(output.group(1), set()) | parts(command["file"])):
            found.append(command["file"])
    return found


def main():
    build, files = os.path.abspath(sys.argv[1]), sys.argv[2:]
    listing = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        commands = json.load(file)
    wanted = {os.path.abspath(file) for file in files}
    for source in readers(commands, read_by_objects(listing, build), wanted):
        print(source)


if __name__ == "__main__":
    main()
