#!/usr/bin/env python3
"""Tests of the repository's own checks: each is shown something wrong and must see it.

    tests/repository/checks_test.py BUILD_FOLDER
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / "tools"
BUILD = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else ".")


def run(*command, cwd=ROOT):
    done = subprocess.run(list(map(str, command)), cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


class Tree(unittest.TestCase):
    """A small source tree of its own in a temporary folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path, text=""):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


class Layers(Tree):
    def check(self, *includes):
        """Plants files that include each other (from, to) and returns (exit code, output)."""
        self.write("src/base/error.hpp")
        for source, target in includes:
            self.write(f"src/{target}", "#pragma once\n")
        for source, target in includes:
            self.write(f"src/{source}", f'#include "{target}"\n')
        return run(TOOLS / "check_layers.py", self.root)

    def test_accepts_what_points_left(self):
        code, output = self.check(
            ("domain/geo/place.cpp", "domain/stats/ols.hpp"),
            ("platform/http/server.cpp", "platform/log/logger.hpp"),
            ("contracts/data.hpp", "platform/json/described.hpp"),
            ("storage/catalogue.cpp", "contracts/catalogue.hpp"),
            ("services/ml_service/training.cpp", "storage/dataset.hpp"),
            ("app/main.cpp", "services/ml_service/ml_service.hpp"))
        self.assertEqual(code, 0, output)
        self.assertIn("6 includes of ours checked", output)

    def test_sees_every_kind_of_violation(self):
        for source, target in [
            ("base/date.cpp", "domain/stats/ols.hpp"),
            ("domain/stats/ols.cpp", "domain/geo/place.hpp"),
            ("domain/model/trees.cpp", "platform/json/described.hpp"),
            ("platform/log/logger.cpp", "platform/http/server.hpp"),
            ("platform/jobs/jobs.cpp", "platform/service/runtime.hpp"),
            ("platform/http/server.cpp", "domain/stats/ols.hpp"),
            ("platform/http/server.cpp", "contracts/platform.hpp"),
            ("contracts/data.hpp", "storage/dataset.hpp"),
            ("contracts/data.hpp", "services/ml_service/ml_service.hpp"),
            ("services/ml_service/a.cpp", "services/data_processing/b.hpp"),
            ("services/ml_service/a.cpp", "app/service_list.hpp"),
        ]:
            with self.subTest(f"{source} > {target}"):
                shutil.rmtree(self.root / "src", ignore_errors=True)
                code, output = self.check((source, target))
                self.assertEqual(code, 1, output)
                self.assertIn(f"src/{source}:1: includes {target}", output)

    def test_sees_an_include_that_does_not_start_at_src(self):
        self.write("src/base/date.cpp", '#include "date.hpp"\n')
        self.write("src/base/date.hpp")
        code, output = run(TOOLS / "check_layers.py", self.root)
        self.assertEqual(code, 1)
        self.assertIn("not a path from src/", output)


class FolderMap(Tree):
    def test_sees_missing_and_superfluous_rows(self):
        self.write("src/base/date.cpp")
        self.write("src/domain/stats/ols.cpp")
        self.write("docs/architecture.md", "| folder | what |\n|---|---|\n| `src/base` | a |\n| `src/ghost` | b |\n")
        code, output = run(TOOLS / "check_folder_map.py", self.root)
        self.assertEqual(code, 1)
        self.assertIn("no row for `src/domain/stats`", output)
        self.assertIn("`src/ghost`, which does not exist", output)


class Awaits(Tree):
    def check(self, line):
        self.write("src/platform/a.cpp", f"Async<void> wait() {{\n  {line}\n}}\n")
        return run(TOOLS / "check_awaits.py", self.root)

    def test_sees_co_await_in_conditions_only(self):
        for line in ["if (!co_await ready()) co_return;", "while (more && (co_await read_head())) {}", "if (auto x = co_await f(); !x) {}"]:
            code, output = self.check(line)
            self.assertEqual(code, 1, line)
            self.assertIn("src/platform/a.cpp:2: co_await in a condition", output)
        for line in ["const bool more = co_await f(); if (more) co_await g();", "// if (co_await f())", 'print("if (co_await f())");']:
            self.assertEqual(self.check(line)[0], 0, line)


class Skips(Tree):
    """A report of four tests, checked where ../shared is absent and where it is not."""

    def check(self, shared_is_here):
        (self.root / "house" / "tools").mkdir(parents=True)
        shutil.copy(TOOLS / "check_skips", self.root / "house" / "tools")
        if shared_is_here:
            (self.root / "shared").mkdir()
        self.write("report.xml", """<testsuite>
            <testcase name="Ran"><system-out>[       OK ] Ran</system-out></testcase>
            <testcase name="Published"><skipped/><system-out>a_test.cpp:1: Skipped\n../shared/data/x is not here\n</system-out></testcase>
            <testcase name="Lazy"><skipped/><system-out>b_test.cpp:1: Skipped\nno PostgreSQL\n</system-out></testcase>
            <testcase name="functional.part"><system-out>c_test.cpp:1: Skipped\nno S3\n[  SKIPPED ] 1 test</system-out></testcase>
            </testsuite>""")
        return run(self.root / "house" / "tools" / "check_skips", self.root / "report.xml")

    def test_excuses_only_the_want_of_shared(self):
        code, output = self.check(shared_is_here=False)
        self.assertEqual(code, 1)
        self.assertIn("Lazy was skipped: no PostgreSQL", output)
        self.assertIn("functional.part was skipped: no S3", output)
        self.assertIn("2 tests were skipped that must run", output)
        self.assertNotIn("Published was", output)

    def test_excuses_nothing_where_shared_is(self):
        code, output = self.check(shared_is_here=True)
        self.assertEqual(code, 1)
        self.assertIn("Published was skipped: ../shared/data/x is not here", output)


class Headers(Tree):
    def test_sees_a_header_that_needs_another_first(self):
        self.write("needy.hpp", "#pragma once\ninline std::string needs_more() { return {}; }\n")
        code, output = run(TOOLS / "check_headers", "--build", BUILD, self.root / "needy.hpp")
        self.assertEqual(code, 1)
        self.assertIn("needy.hpp does not compile alone", output)


class NewService(Tree):
    def test_makes_a_service_that_keeps_all_rules_and_compiles(self):
        for name in ("src", "docs", "cmake"):
            shutil.copytree(ROOT / name, self.root / name)
        shutil.copy(ROOT / ".clang-format", self.root)
        before = run(TOOLS / "check_folder_map.py", self.root)
        code, output = run(TOOLS / "new_service", "weather_service", "--root", self.root)
        self.assertEqual(code, 0, output)
        self.assertEqual(run(TOOLS / "check_layers.py", self.root)[0], 0)
        self.assertEqual(run(TOOLS / "check_folder_map.py", self.root)[0], before[0])
        made = sorted((self.root / "src" / "services" / "weather_service").glob("*.?pp"))
        self.assertEqual(len(made), 3)
        code, output = run(TOOLS / "check_format", *made, self.root / "src" / "contracts" / "weather.hpp")
        self.assertEqual(code, 0, output)
        service_list = (self.root / "src" / "app" / "service_list.cpp").read_text()
        self.assertIn('{"weather_service", 80', service_list)
        for source in [path for path in made if path.suffix == ".cpp"] + [self.root / "src" / "app" / "service_list.cpp"]:
            self.compile(source)
        code, output = run(TOOLS / "new_service", "weather_service", "--root", self.root)
        self.assertEqual(code, 1)
        self.assertIn("exists already", output)

    def compile(self, source):
        """With the flags of the service runtime's test, reading headers from the copied tree."""
        for entry in json.loads((BUILD / "compile_commands.json").read_text()):
            if entry["file"].endswith("src/platform/service/service_process.cpp"):
                command = entry["command"].split(" -o ")[0].replace(f"-I{ROOT}/src", f"-I{self.root}/src")
                code, output = run(*command.split(), "-fsyntax-only", source)
                self.assertEqual(code, 0, output)
                return
        self.fail("compile_commands.json does not name service_process.cpp")


if __name__ == "__main__":
    unittest.main()
