#!/usr/bin/env python3
"""readers.py finds the sources that read a file, compiled or not."""

import os
import tempfile
import unittest

import readers

LISTING = """\
a.dir/a.cc.o: #deps 2, deps mtime 1 (VALID)
    /src/a.cc
    ../src/a.h

joined.dir/Unity/unity_0_cxx.cxx.o: #deps 2, deps mtime 1 (VALID)
    /src/b.cc
    /src/a.h
"""


def command(source, output):
    return {"command": f"c++ -O1 -o {output} -c {source}", "file": source}


class ReadersTest(unittest.TestCase):
    def setUp(self):
        self.reads = readers.read_by_objects(LISTING, "/build")
        self.commands = [command("/src/a.cc", "a.dir/a.cc.o"),
                         command("/src/c.cc", "c.dir/c.cc.o")]

    def test_reads_paths_of_both_forms(self):
        self.assertEqual(self.reads["a.dir/a.cc.o"], {"/src/a.cc", "/src/a.h"})

    def test_finds_the_readers_of_a_header(self):
        self.assertEqual(readers.readers(self.commands, self.reads, {"/src/a.h"}), ["/src/a.cc"])

    def test_finds_what_was_not_compiled_yet(self):
        self.assertEqual(readers.readers(self.commands, self.reads, {"/src/c.cc"}), ["/src/c.cc"])
        self.assertEqual(readers.readers(self.commands, self.reads, {"/src/c.h"}), [])

    def test_finds_the_parts_of_joined_sources(self):
        with tempfile.TemporaryDirectory() as folder:
            joined = os.path.join(folder, "Unity", "unity_0_cxx.cxx")
            os.mkdir(os.path.dirname(joined))
            with open(joined, "w", encoding="utf-8") as file:
                file.write('/* generated */\n#include "/src/d.cc"\n')
            commands = [command(joined, "d.dir/Unity/unity_0_cxx.cxx.o")]
            self.assertEqual(readers.readers(commands, self.reads, {"/src/d.cc"}), [joined])


if __name__ == "__main__":
    unittest.main()
