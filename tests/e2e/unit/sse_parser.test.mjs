// tests/e2e/unit/sse_parser.test.mjs - server-sent events, cut anywhere.

import assert from 'node:assert/strict';
import test from 'node:test';
import { SseParser } from '../../../signaling/web/core/sse_parser.js';

const STREAM = '\ufeff: hello\n\nid: 7\nevent: room\ndata: {"a":1}\n\ndata: one\r\ndata:two\r\n\r\nevent: nothing\n\nretry: 250\rid\rdata: three\r\r: end\n';
const EVENTS = [
  { name: 'room', data: '{"a":1}', id: '7' }, { name: 'message', data: 'one\ntwo', id: '7' }, { name: 'message', data: 'three', id: '' },
];

test('a stream in one piece', () => {
  const parser = new SseParser();
  assert.deepEqual(parser.push(STREAM), EVENTS);
  assert.equal(parser.retryMs, 250);
});

test('a stream cut at every place, and into single letters', () => {
  for (let cut = 1; cut < STREAM.length; cut += 1) {
    const parser = new SseParser();
    assert.deepEqual([...parser.push(STREAM.slice(0, cut)), ...parser.push(STREAM.slice(cut))], EVENTS, `cut at ${cut}`);
  }
  const parser = new SseParser();
  assert.deepEqual([...STREAM].flatMap((letter) => parser.push(letter)), EVENTS);
});

test('an event that is not finished is not given', () => {
  assert.deepEqual(new SseParser().push('data: half'), []);
  assert.deepEqual(new SseParser().push('data: half\n'), []);
});

test('an endless event ends the stream, not the memory', () => {
  const parser = new SseParser();
  assert.throws(() => {
    for (let i = 0; i < 100; i += 1) parser.push(`data: ${'x'.repeat(10000)}\n`);
  }, RangeError);
  assert.throws(() => new SseParser().push('x'.repeat(300000)), RangeError);
});
