"""Runs tests of CPython's, with the library's sockets or with CPython's own.

Usage: program.py {library|cpython} <folder> <module or test>...

The folder has a file `excluded`, and gets `outcomes` and `output`. The output goes to a file, as a
pipe would stay open for as long as any child process that a test has left.
"""

import faulthandler
import json
import os
import sys
import unittest

SECONDS_A_TEST = 30

sockets, folder, *names = sys.argv[1:]

with open(f"{folder}/excluded") as file:
    EXCLUDED = json.load(file)
with open(f"{folder}/output", "ab") as file:
    for fd in (1, 2):
        os.dup2(file.fileno(), fd)

if sockets == "library":
    import stand_in

    sys.modules["_socket"] = stand_in
    import on_top  # noqa: F401

from test import support

# "network" is wanted by modules whose tests need no more than the loopback interface, too.
support.use_resources = ["cpu", "walltime", "network"]


class Recorder(unittest.TestResult):
    """Writes what becomes of each test, as soon as it is known."""

    def __init__(self, file):
        super().__init__()
        self.file = file
        self.outcome = None
        self.pid = os.getpid()

    def write(self, **line):
        if os.getpid() == self.pid:  # some tests fork
            self.file.write(json.dumps(line).encode() + b"\n")

    def startTest(self, test):
        super().startTest(test)
        faulthandler.dump_traceback_later(SECONDS_A_TEST, exit=True)
        self.outcome = ("passed", "")

    def stopTest(self, test):
        super().stopTest(test)
        faulthandler.cancel_dump_traceback_later()
        self.end(test, *self.outcome)
        self.outcome = None

    def end(self, test, outcome, text):
        self.write(test=test.id(), outcome=outcome, text=text)

    def record(self, test, outcome, text):
        if self.outcome is None:  # of a whole class or module
            self.end(test, outcome, text)
        elif self.outcome[0] != "failed":
            self.outcome = (outcome, text)

    def addError(self, test, err):
        self.record(test, "failed", self._exc_info_to_string(err, test))

    addFailure = addError

    def addSkip(self, test, reason):
        self.record(test, "skipped", reason)

    def addUnexpectedSuccess(self, test):
        self.record(test, "failed", "an unexpected success")

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.record(test, "failed", f"{subtest}: {self._exc_info_to_string(err, test)}")


def each_test(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from each_test(test)
        elif not any(f"{test.id()}.".startswith(f"{name}.") for name in EXCLUDED):
            yield test


def main():
    with open(f"{folder}/outcomes", "wb", buffering=0) as file:
        recorder = Recorder(file)
        if sockets == "library" and stand_in.wrong_constants:
            recorder.write(wrong_constants=stand_in.wrong_constants)
        loaded = unittest.defaultTestLoader.loadTestsFromNames(names)
        tests = unittest.TestSuite(each_test(loaded))
        recorder.write(tests=[test.id() for test in tests])
        tests.run(recorder)
    os._exit(0)  # threads of failed tests may still wait


# A process that multiprocessing spawns imports this file, and must not run the tests again.
if __name__ == "__main__":
    main()
