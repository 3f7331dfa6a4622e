# tests/integration/test_outage.py - a site's line is cut: the seat stays, or is taken again at once.
import unittest

from bridge import MODEST, SANITIZED, Bridge

CUTS = {"site-1": 5, "site-2": 15, "site-3": 29, "site-4": 60}  # seconds, all from second 3 on
BACK_MS = 3000 if not SANITIZED else 12000


class Outage(unittest.TestCase):
    def test_picture_and_sound_return_within_three_seconds_of_the_line(self):
        words = []
        for site, seconds in CUTS.items():
            words += ["--outage", f"{site}:3s:{seconds}s"]
        with Bridge(sites=5, video=MODEST) as bridge:
            figures = bridge.load(*words, sites=5, seconds=72)
        sites = {s["site"]: s for s in figures["sites"]}
        tiles = {t["site"]: t for t in figures["tiles"]}
        for site, seconds in CUTS.items():
            figure, cut = sites[site], sites[site]["outages"][0]
            with self.subTest(site=site, seconds=seconds):
                self.assertTrue(figure["connected"])
                # Up to 30 s the very same connection goes on; after that, one new one.
                self.assertEqual(figure["joins"], 1 if seconds < 30 else 2)
                for what, ms in {**cut, "its tile at the hub": tiles[site]["returned_ms"]}.items():
                    if what != "for_s":
                        self.assertGreaterEqual(ms, 0, f"{what} never came back")
                        self.assertLessEqual(ms, BACK_MS, what)
                self.assertTrue(tiles[site]["alive"])
        # Nobody else notices.
        self.assertEqual(sites["hub"]["joins"], 1)
        self.assertEqual(sites["hub"]["losses"], 0)
        self.assertTrue(tiles["hub"]["alive"])


if __name__ == "__main__":
    unittest.main()
