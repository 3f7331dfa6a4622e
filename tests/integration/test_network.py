# tests/integration/test_network.py - five cells of the network matrix, side by side on one bridge.
#
# The limits that a product should meet are judged by tests/bench/network-matrix.sh, which
# prints each cell's figures and verdict. Here are bounds that a change may not fall below, on a
# machine that may be busy; and what holds whatever the line: the seat, the sound, the others.
import unittest

import network
from bridge import SANITIZED

# cell: least frames a second as a share of what the clean sites get in the same run (a busy
# machine gives everybody fewer), most of the sound concealed in percent
BOUNDS = {
    (0, 100, "drop"): (0.3, 3), (1, 20, "free"): (0.85, 1.5), (5, 100, "1M"): (0.2, 5), (10, 100, "drop"): (0.12, 9),
    (20, 300, "1M"): (0.1, 15),
}


class Network(unittest.TestCase):
    def check(self, result, clean_fps):
        self.assertTrue(result.site["connected"])
        self.assertEqual(result.site["joins"], 1)
        self.assertTrue(result.tile["alive"])
        if SANITIZED:  # too slow for the rest
            return
        share, concealed = BOUNDS[result.cell]
        self.assertGreaterEqual(result.site["fps"], share * clean_fps)
        self.assertLessEqual(result.site["heard"]["concealed_percent"], concealed)

    def test_five_cells_stay_within_bounds_and_the_others_notice_nothing(self):
        self.assertEqual(set(BOUNDS), set(network.SUBSET))
        results, figures = network.run(network.SUBSET, 30 if not SANITIZED else 10)
        for result in results:
            print(result.row())
        clean = network.clean_sites(figures)
        for result in results:
            with self.subTest(cell=result.cell):
                self.check(result, min(site["fps"] for site in clean))
        if SANITIZED:
            return
        for site in clean:
            with self.subTest(site=site["site"]):
                self.assertLessEqual(site["freezes"], 2)
                self.assertEqual(site["heard"]["gaps"], 0)


if __name__ == "__main__":
    unittest.main()
