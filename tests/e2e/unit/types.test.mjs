// tests/e2e/unit/types.test.mjs - the web client passes the type checker.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'node:test';

test('tsc --checkJs finds nothing', () => {
  const here = (path) => fileURLToPath(new URL(path, import.meta.url));
  const result = spawnSync(process.execPath, [here('../node_modules/typescript/bin/tsc'), '-p', here('../tsconfig.json')], { encoding: 'utf8' });
  assert.equal(result.status, 0, result.stdout + result.stderr);
});
