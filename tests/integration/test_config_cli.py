# tests/integration/test_config_cli.py - a faulty configuration is refused with file, line and reason.
import os
import subprocess
import tempfile
import unittest

BRIDGE = os.environ["DIEMCAU_BIN"]
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def check(text):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        f.write(text)
        f.flush()
        result = subprocess.run([BRIDGE, "--check-config", f.name], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, timeout=20)
        return result.returncode, result.stderr.replace(f.name, "FILE")


class ConfigCli(unittest.TestCase):
    def test_the_shipped_file_is_accepted(self):
        with open(os.path.join(SOURCE, "config/diemcau.json")) as f:
            status, errors = check(f.read())
        self.assertEqual((status, errors), (0, ""))

    def test_every_fault_is_named_with_its_line(self):
        status, errors = check('{\n "server": {\n  "htpp": 1\n },\n "video": {\n  "fps": 900,\n'
                               '  "width": "wide"\n }\n}\n')
        self.assertEqual(status, 78)
        self.assertRegex(errors, r"FILE:3: .*htpp")
        self.assertRegex(errors, r"FILE:6: .*fps")
        self.assertRegex(errors, r"FILE:7: .*width")

    def test_a_missing_file_is_refused(self):
        result = subprocess.run([BRIDGE, "--config", "/nonexistent/diemcau.json"], stderr=subprocess.PIPE, text=True)
        self.assertEqual(result.returncode, 78)
        self.assertIn("/nonexistent/diemcau.json", result.stderr)

    def test_broken_json_is_refused_with_its_line(self):
        status, errors = check('{\n  "server": {\n')
        self.assertEqual(status, 78)
        self.assertRegex(errors, r"^FILE:\d+: ")


if __name__ == "__main__":
    unittest.main()
