// tests/e2e/unit/files.test.mjs - texts and pages: nothing missing, left over, or from elsewhere.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { en } from '../../../signaling/web/i18n/en.js';
import { CASE_ROW_KEYS, CHAIR_KEYS, SITE_KEYS, SITE_ROW_KEYS } from '../../../signaling/web/core/keymap.js';
import { vi } from '../../../signaling/web/i18n/vi.js';

const WEB = fileURLToPath(new URL('../../../signaling/web/', import.meta.url));

async function sources(directory = WEB) {
  const entries = await readdir(directory, { withFileTypes: true });
  const lists = await Promise.all(entries.map((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return entry.name === 'i18n' ? [] : sources(path);
    return /\.(js|html|css)$/.test(entry.name) ? [path] : [];
  }));
  return lists.flat();
}

const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test('both catalogues have the same keys', () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(vi).sort());
});

test('both texts of a key take the same arguments, and none is empty', () => {
  for (const key of Object.keys(vi)) {
    assert.deepEqual(placeholders(en[key]), placeholders(vi[key]), key);
    assert.notEqual(vi[key].trim(), '', key);
    assert.notEqual(en[key].trim(), '', key);
  }
});

test('Vietnamese letters are composed, as fonts and searches expect them', () => {
  for (const [key, text] of Object.entries(vi)) assert.equal(text, text.normalize('NFC'), key);
});

test('every key is used, and every key that is used exists', async () => {
  const code = (await Promise.all((await sources()).map((path) => readFile(path, 'utf8')))).join('\n');
  const literals = new Set([...code.matchAll(/'([a-z][A-Za-z]*\.[A-Za-z]+)'/g)].map((match) => match[1]));
  const unused = Object.keys(vi).filter((key) => !literals.has(key));
  assert.deepEqual(unused, []);
  const families = new Set(Object.keys(vi).map((key) => key.split('.')[0]));
  const unknown = [...literals].filter((literal) => families.has(literal.split('.')[0]) && !(literal in vi));
  assert.deepEqual(unknown, []);
});

test('no Vietnamese text stands outside of the catalogues', async () => {
  for (const path of await sources()) {
    if (!path.endsWith('.js')) continue;
    const code = (await readFile(path, 'utf8')).replace(/^\s*(\/\/|\*|\/\*).*$/gm, '');
    const foreign = code.match(/'[^'\n]*[ăâđêôơưàáảãạ][^'\n]*'/i);
    if (foreign !== null && foreign[0] !== "'Tiếng Việt'") assert.fail(`${path}: ${foreign[0]}`);
  }
});

/** A page's script and all that it imports, directly or not, at once or later. */
async function modulesOf(script, found = new Set()) {
  if (found.has(script)) return found;
  found.add(script);
  const code = await readFile(join(WEB, script), 'utf8');
  const imports = [/^import .* from '([^']+)';/gm, /^[^/*\n]*\bimport\('([^']+)'\)/gm];  // and none of those in comments
  for (const [, path] of imports.flatMap((form) => [...code.matchAll(form)])) await modulesOf(join(dirname(script), path), found);
  return found;
}

test('each page names all of its modules, so that a slow line fetches them at once', async () => {
  const used = new Set();
  for (const page of ['index.html', 'clerk.html', 'kiosk.html', 'technician.html']) {
    const html = await readFile(join(WEB, page), 'utf8');
    const named = [...html.matchAll(/(?:modulepreload"(?: fetchpriority="low")? href|script type="module" src)="\/([^"]+)"/g)].map((match) => match[1]).sort();
    const [script] = html.match(/(?<=script type="module" src="\/)[^"]+/);
    const modules = await modulesOf(script);
    assert.deepEqual(named, [...modules].sort(), page);
    modules.forEach((path) => used.add(path));
  }
  const all = [...(await sources()).map((path) => relative(WEB, path)), 'i18n/en.js', 'i18n/vi.js'];
  assert.deepEqual([...used].sort(), all.filter((path) => path.endsWith('.js') && path !== 'core/types.js').sort());
});

test('what was taken from others is what they published', async () => {
  for (const library of ['pdfjs', 'uplot']) {
    const vendor = join(WEB, 'vendor', library);
    const sums = [...(await readFile(join(vendor, 'README.md'), 'utf8')).matchAll(/^([0-9a-f]{64})  (\S+)$/gm)];
    assert.deepEqual(sums.map(([, , name]) => name).sort(), (await readdir(vendor)).filter((name) => /\.(mjs|css)$/.test(name)).sort());
    for (const [, sum, name] of sums) {
      assert.equal(createHash('sha256').update(await readFile(join(vendor, name))).digest('hex'), sum, name);
    }
  }
});

test('no key has two meanings on a page', () => {
  for (const keys of [CHAIR_KEYS, SITE_KEYS, SITE_ROW_KEYS, CASE_ROW_KEYS]) {
    const codes = keys.map(({ code }) => code);
    assert.equal(new Set(codes).size, codes.length);
  }
});

test('the pages obey the strictest content policy', async () => {
  for (const path of await sources()) {
    const code = await readFile(path, 'utf8');
    assert.doesNotMatch(code, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/, path);
    assert.doesNotMatch(code.replaceAll('http://www.w3.org/2000/svg', ''), /["'(](https?:)?\/\/[a-z]/, `${path}: another host`);
    if (path.endsWith('.html')) assert.doesNotMatch(code, /<style|\sstyle=|\son\w+=|<script(?![^>]*src=)/, path);
  }
});
