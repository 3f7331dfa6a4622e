# tests/config/test_service_files.py - the systemd unit is hardened, the manual pages are well-formed and name every setting.
#
# Usage: test_service_files.py CONFIG_DIRECTORY
import glob
import json
import os
import re
import subprocess
import sys

directory = os.path.abspath(sys.argv[1])
UNIT = os.path.join(directory, 'diemcau.service')
EXPOSURE_MAX = 2.5


def unit_is_hardened():
    shown = subprocess.run(['systemd-analyze', 'security', '--offline=true', '--no-pager', UNIT], capture_output=True, text=True,
                           env={**os.environ, 'LC_ALL': 'C.UTF-8'})
    found = re.search(r'Overall exposure level for diemcau.service: ([0-9.]+)', shown.stdout)
    if not found:
        return ['systemd-analyze: ' + shown.stdout[-500:] + shown.stderr[-500:]]
    print('# exposure level ' + found.group(1))
    return [] if float(found.group(1)) <= EXPOSURE_MAX else ['exposure level %s, above %s' % (found.group(1), EXPOSURE_MAX)]


def unit_is_understood():
    """Only that the program and its pages are not installed here may be found fault with."""
    verified = subprocess.run(['systemd-analyze', 'verify', UNIT], capture_output=True, text=True)
    harmless = re.compile(r'is not executable|Command \'man |Failed to prepare filename|Unit diemcau\.service not found')
    wrong = [line for line in verified.stderr.splitlines() if 'diemcau' in line and not harmless.search(line)]
    with open(UNIT) as f:
        text = f.read()
    for setting in ('Type=notify', 'WatchdogSec=', 'ExecReload=', 'KillMode=mixed', 'User=diemcau'):
        if setting not in text:
            wrong.append('no ' + setting)
    return wrong


def pages_are_well_formed():
    wrong = []
    pages = sorted(glob.glob(os.path.join(directory, 'man', '*.[0-9]')))
    for page in pages:
        shown = subprocess.run(['groff', '-man', '-Kutf8', '-Tutf8', '-ww', '-rLL=100n', page], capture_output=True, text=True,
                               env={**os.environ, 'LC_ALL': 'C.UTF-8'})
        if shown.returncode != 0 or shown.stderr or len(shown.stdout) < 500:
            wrong.append('%s: %s' % (os.path.basename(page), shown.stderr or 'says nothing'))
    return wrong if len(pages) == 3 else wrong + ['%d pages' % len(pages)]


def leaves(node, path, schema):
    if '$ref' in node:
        node = schema['$defs'][node['$ref'].rsplit('/', 1)[1]]
    if 'properties' in node:
        for key, child in node['properties'].items():
            yield from leaves(child, path + '.' + key if path else key, schema)
    elif node.get('type') == 'array' and 'properties' in node.get('items', {}):
        yield from leaves(node['items'], path + '[]', schema)
    else:
        yield path


def pages_name_every_setting():
    with open(os.path.join(directory, 'diemcau.schema.json'), encoding='utf-8') as f:
        schema = json.load(f)
    with open(os.path.join(directory, 'man/diemcau.json.5'), encoding='utf-8') as f:
        named = {line[3:].strip().replace('\\-', '-') for line in f if line.startswith('.B ')}
    return ['diemcau.json.5 says nothing of ' + leaf for leaf in leaves(schema, '', schema) if leaf != '$schema' and leaf not in named]


CHECKS = [unit_is_hardened, unit_is_understood, pages_are_well_formed, pages_name_every_setting]
print('1..%d' % len(CHECKS))
failed = 0
for number, check in enumerate(CHECKS, 1):
    found = check()
    for text in found:
        print('# ' + text)
    failed += bool(found)
    print('%s %d - /config/service_files/%s' % ('not ok' if found else 'ok', number, check.__name__))
sys.exit(1 if failed else 0)
