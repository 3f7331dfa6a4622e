# tests/integration/test_line_cap.py - the cap of the hub's line, measured on the wire.
import unittest

import line_cap
from bridge import SANITIZED
from wire import lacks_root


@unittest.skipIf(lacks_root(), lacks_root())
@unittest.skipIf(SANITIZED, "an instrumented bridge has other rates")
class LineCap(unittest.TestCase):
    def check(self, outcome):
        print(line_cap.HEADER + "\n" + outcome.row())
        self.assertEqual(list(outcome.faults()), [])

    def test_at_five_everyone_hears_everyone_and_no_window_is_above(self):
        outcome = line_cap.run(5, 15)
        self.check(outcome)
        self.assertGreaterEqual(outcome.figures["markers_heard"], 0.9 * outcome.figures["markers_sent"])

    def test_at_twenty_a_halved_line_is_kept_and_all_is_as_before_after_it(self):
        self.check(line_cap.run(20, 32, halve_at=6, halve_for=12))


if __name__ == "__main__":
    unittest.main()
