# tests/config/test_config_schema.py - the schema and the checker give the same verdicts.
#
# Takes the schema apart, builds documents at and beyond the bounds of every value in it, and
# lets both judge them. Usage: test_config_schema.py CONFIG_DIRECTORY CONFIG_VERDICTS
import copy
import json
import os
import re
import subprocess
import sys
import tempfile

import jsonschema

directory, verdicts_program = map(os.path.abspath, sys.argv[1:3])


def with_absolute_end(node):
    """JSON Schema's patterns are ECMAScript's, where $ is the very end; Python's allows a \\n."""
    if 'pattern' in node and isinstance(node['pattern'], str):
        node['pattern'] = re.sub(r'\$$', r'\\Z', node['pattern'])
    return node


with open(os.path.join(directory, 'diemcau.schema.json'), encoding='utf-8') as f:
    schema = json.load(f, object_hook=with_absolute_end)
with open(os.path.join(directory, 'diemcau.json'), encoding='utf-8') as f:
    defaults = json.load(f)
defaults['webhooks'] = [{'url': 'https://queue.example.org/', 'secret': 's' * 16, 'events': ['case']}]

# What no schema can say; a document that the checker refuses for these alone is left out.
BEYOND_SCHEMA = ['ports from portMin', 'for HTTP and HTTPS alike', 'and for another server', 'as in sites[', 'as in rooms[', 'as dir: allowed', 'as in webhooks[']
# Values for each named definition, besides those that its bounds give.
TEXTS = {
    'id': ['a', '0-z', 'a' * 63, 'a' * 64, 'A', 'a_b', 'a b', 'đ', 'a\n'],
    'name': ['x', 'Tỉnh ủy', 'ế' * 120, 'ế' * 121, ' ', '   ', ' x ', 'x\ny', 'x\n', '\t', '\x7f', 'x\x00y'],
    'ip': ['0.0.0.0', '::', '192.0.2.1', '192.0.2.256', '192.0.2', '192.0.2.01', '2001:db8::1',
           '2001:db8::g', '[::1]', 'localhost', '1.2.3.4\n', '::ffff:1.2.3.4', ' ::1'],
    'loopback': ['127.0.0.1', '127.255.0.9', '::1', '128.0.0.1', '0.0.0.0', '::', '::2',
                 'localhost', '127.0.0', '127.evil'],
    'file': ['a', 'đ' * 1024, 'a' * 1025, 'a\nb', 'a\n', ' '],
    'stunServer': ['a:1', 'stun.example.org:3478', 'a:0', 'a:65535', 'a:65536', 'a:99999', 'a:',
                   ':1', 'a', '-a:1', 'a' * 253 + ':1', 'a' * 254 + ':1', 'a:1\n', 'a:01', 'a b:1'],
    'timestampServer': ['http://a', 'https://tsa.example.org/tsr?x=1', 'https://[::1]:318/', 'ftp://a', 'http://', 'http://a b', 'http://-a',
                        'HTTP://a', 'http://a\n', 'http://' + 'a' * 1001, 'http://' + 'a' * 1002, 'http://a\x00'],
    'secret': ['s' * 15, 's' * 16, 'ế' * 256, 'ế' * 257, 'a\n' + 's' * 16, 's' * 16 + '\n', 's' * 20 + '\x00'],
    'mode': ['open', 'lobby', 'Lobby', 'lobby\n'],
    'level': ['error', 'warning', 'info', 'debug', 'Info', 'notice', 'info\n'],
    'beforeSession': ['together', 'waiting', 'apart', 'waiting\n'],
    'via': ['line', 'lan', 'wan', 'LAN', 'line\n'],
}
WRONG_TYPES = [None, True, False, 0, -1, 1.5, '', 'text', [], {}, [None], {'x': 1}]


def resolve(node):
    """Returns the schema behind a $ref, and the name of its definition."""
    name = None
    while '$ref' in node:
        name = node['$ref'].rsplit('/', 1)[1]
        node = schema['$defs'][name]
    return node, name


def numbers(node):
    low, high = node['minimum'], node['maximum']
    near = [low - 1, low, low + 1, high - 1, high, high + 1]
    return near + [float(low), low + 0.5, -low, high * 2 ** 32, 1e300, str(low)]


def values(key, node):
    """Candidates for one value, right and wrong."""
    node, name = resolve(node)
    found = list(WRONG_TYPES)
    if node.get('type') == 'integer':
        found += numbers(node)
    found += TEXTS.get(name if name in TEXTS else key, [])
    if key == 'url':
        found += TEXTS['timestampServer']
    if key == 'events':
        found += [['case'], ['session'], ['case', 'session'], ['case', 'case'], ['cases'], ['case', 'session', 'case']]
    if name == 'fileOrNull':
        found += TEXTS['file']
    if name == 'hostList':
        found += [[text] for text in TEXTS['ip']]
        found += [['192.0.2.1'] * 2, ['192.0.2.1', '192.0.2.2']]
        found += [['192.0.2.%d' % i for i in range(1, n + 1)] for n in (8, 9)]
    return found


def site(index, **more):
    return {'id': 's%d' % index, 'name': 'S', **more}


def sites(count, hubs=1):
    return [site(i, **({'hub': True} if i < hubs else {})) for i in range(count)]


def rooms(count):
    return [{'id': 'r%d' % i, 'name': 'R', 'sites': sites(1)} for i in range(count)]


def walk(node, path):
    """Yields (path, key, schema) for every value that the schema names."""
    node, _ = resolve(node)
    for key, child in node.get('properties', {}).items():
        yield path, key, child
        yield from walk(child, path + [key])
    if 'items' in node and 'properties' in resolve(node['items'])[0]:
        yield path, 0, node['items']
        yield from walk(node['items'], path + [0])


def at(document, path):
    for key in path:
        document = document[key]
    return document


def variants():
    yield 'defaults', defaults
    for wrong in WRONG_TYPES:
        yield 'document', wrong
    for path, key, node in walk(schema, []):
        label = '.'.join(map(str, path + [key]))
        for value in values(key, node):
            document = copy.deepcopy(defaults)
            at(document, path)[key] = value
            yield label, document
        if isinstance(key, str):
            document = copy.deepcopy(defaults)
            at(document, path).pop(key, None)
            yield label + ' missing', document
    for count in (0, 1, 16, 17):
        yield 'rooms', {'rooms': rooms(count)}
    for count in (0, 1, 64, 65):
        yield 'sites', {'rooms': [{'id': 'r', 'name': 'R', 'sites': sites(count)}]}
    for count in (0, 1, 8, 9):
        yield 'webhooks', {'webhooks': [{'url': 'http://h%d/' % i, 'secret': 's' * 16} for i in range(count)]}
    for hubs in (0, 1, 2, 3):
        yield 'hubs', {'rooms': [{'id': 'r', 'name': 'R', 'sites': sites(3, hubs)}]}
    readable = os.path.join(directory, 'diemcau.json')
    for certificate in (None, readable, 'absent'):
        for key in (None, readable, 'absent'):
            https = {'certificate': certificate, 'key': key}
            yield 'https', {'server': {'https': {k: v for k, v in https.items() if v != 'absent'}}}


def objects(node, path):
    """Yields (path, keys) for every object that the schema names."""
    node, _ = resolve(node)
    if 'properties' in node:
        yield path, list(node['properties'])
        for key, child in node['properties'].items():
            yield from objects(child, path + [key])
    if 'items' in node:
        yield from objects(node['items'], path + [0])


class Checker:
    def __init__(self, scratch):
        self.path = os.path.join(scratch, 'c.json')
        self.process = subprocess.Popen([verdicts_program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, encoding='utf-8',
                                        cwd=scratch)

    def faults(self, document):
        with open(self.path, 'w', encoding='utf-8') as f:
            json.dump(document, f, ensure_ascii=False, indent=1)
        self.process.stdin.write(self.path + '\n')
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line == '.\n':
                return lines
            lines.append(line.rstrip('\n'))
        raise RuntimeError('the checker died')

    def close(self):
        self.process.stdin.close()
        if self.process.wait() != 0:
            raise RuntimeError('the checker failed')


def compare(checker, validator):
    judged, skipped, wrong = 0, 0, []
    for label, document in variants():
        faults = checker.faults(document)
        # Files that are not there are no fault of form.
        faults = [fault for fault in faults if 'cannot be read' not in fault]
        valid = validator.is_valid(document)
        if valid and faults and all(any(s in f for s in BEYOND_SCHEMA) for f in faults):
            skipped += 1
            continue
        judged += 1
        if valid == bool(faults):
            wrong.append('%s: the schema says %s, the checker %s' % (
                label, 'valid' if valid else 'invalid', faults or 'valid'))
    print('# %d documents judged alike, %d only the checker can judge' % (judged - len(wrong), skipped))
    return wrong


def compare_keys(checker):
    wrong = []
    for path, keys in objects(schema, []):
        document = copy.deepcopy(defaults)
        at(document, path)['zzz'] = 1
        faults = checker.faults(document)
        listed = [f.split('allowed are ')[1].split(', ') for f in faults if 'unknown key' in f]
        if len(listed) != 1 or sorted(listed[0]) != sorted(keys):
            wrong.append('%s: the schema has %s, the checker %s' % (path, keys, faults))
    return wrong


def report(number, name, wrong):
    for text in wrong:
        print('# ' + text)
    print('%s %d - %s' % ('not ok' if wrong else 'ok', number, name))
    return not wrong


jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
print('1..3')
with tempfile.TemporaryDirectory() as scratch:
    checker = Checker(scratch)
    results = [
        report(1, '/config/schema/defaults_are_valid',
               [e.message for e in validator.iter_errors(defaults)] + checker.faults(defaults)),
        report(2, '/config/schema/bounds_are_those_of_the_checker', compare(checker, validator)),
        report(3, '/config/schema/keys_are_those_of_the_checker', compare_keys(checker)),
    ]
    checker.close()
sys.exit(0 if all(results) else 1)
