# tests/integration/test_nine_sites.py - nine real endpoints: all alive in one picture, all heard.
import unittest

from bridge import SANITIZED, Bridge


class NineSites(unittest.TestCase):
    def test_nine_sites_are_alive_in_one_picture(self):
        with Bridge() as bridge:
            figures = bridge.load(seconds=12)
            self.assertEqual(figures["sites_connected"], 9)
            self.assertEqual(figures["tiles_alive"], 9)
            if not SANITIZED:  # a sanitized build is too slow for 1080p30 on two cores
                self.assertLessEqual(figures["freezes"], 2)
                self.assertGreater(figures["fps_out"], 28)
                # Frames can arrive on time and still show nothing: each tile's number is read.
                self.assertLess(figures["codes_missing"], 9 * figures["frames_decoded"] / 100)
            _, stats, _ = bridge.request("GET", "/v1/rooms/tiep-dan/stats", key=bridge.key("hub"))
            self.assertEqual([p["encodeErrors"] for p in stats["programs"]["video"]], [0] * len(stats["programs"]["video"]))

    def test_sites_that_ignore_steering_are_shown_all_the_same(self):
        with Bridge(sites=4) as bridge:
            figures = bridge.load("--uplink-size", "1280x720", sites=4, seconds=8)
            self.assertEqual(figures["sites_connected"], 4)
            self.assertEqual(figures["tiles_alive"], 4)

    def test_sixteen_sites_fit_a_grid(self):
        with Bridge(sites=16) as bridge:
            figures = bridge.load(sites=16, seconds=10)
            self.assertEqual(figures["sites_connected"], 16)
            self.assertEqual(figures["tiles_alive"], 16)


if __name__ == "__main__":
    unittest.main()
