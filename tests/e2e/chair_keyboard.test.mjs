// tests/e2e/chair_keyboard.test.mjs - a whole session by keyboard only, against the mock bridge.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lacks, launchChromium, until } from './lib/browsers.mjs';
import { Stand, focusedId, textOf, waitForHidden, waitForPhase, waitForShown } from './lib/stand.mjs';

const DISTRICTS = ['bac-ninh', 'tu-son', 'que-vo', 'gia-binh'];
const TICKETS = ['A011', 'A012', 'A013', 'A014', 'A015'];

/** Keys, and what the bridge must then be in. */
class Hands {
  constructor(page) {
    this.page = page;
    this.keys = page.keyboard;
  }

  async press(key, check, what) {
    await this.keys.press(key);
    if (check !== undefined) await until(check, what ?? key, 15000);
  }

  /** Goes with Tab to what is wanted, as a person would. */
  async tabTo(id) {
    for (let i = 0; i < 60; i += 1) {
      if ((await focusedId(this.page)) === id) return;
      await this.keys.press('Tab');
    }
    assert.fail(`Tab never reaches ${id}`);
  }

  async confirm(id) {
    await waitForShown(this.page, `#${id}-dialog`);
    await this.tabTo(`${id}-confirm-button`);
    await this.keys.press('Enter');
    await waitForHidden(this.page, `#${id}-dialog`);
  }
}

async function enter(stand, hands) {
  const { page } = hands;
  await page.waitForSelector('#key');
  await hands.keys.type('key-hub');
  await hands.keys.press('Enter');
  await page.waitForSelector('#join-button');
  await hands.tabTo('join-button');
  await hands.keys.press('Enter');
  await waitForPhase(page, 'live');
  await until(() => stand.mock.site('hub').state === 'connected', 'the hub is in');
}

async function admit(stand, hands) {
  const { room, mock } = stand;
  mock.change(Object.fromEntries(DISTRICTS.map((id) => [id, { state: 'connected' }])));
  assert.deepEqual(DISTRICTS.map((id) => mock.site(id).presence), DISTRICTS.map(() => 'waiting'));
  await hands.press('s', () => room.session.open, 'the session is open');
  await hands.press('a', () => DISTRICTS.every((id) => mock.site(id).presence === 'admitted'), 'all are in');
}

async function callTheRoll(stand, hands) {
  const { room } = stand;
  await hands.press('r', () => room.tour?.kind === 'roll-call', 'the roll is called');
  await waitForShown(hands.page, '#present-button');
  for (let turn = 0; room.tour !== null; turn += 1) {
    const before = room.tour.index;
    await until(async () => (await textOf(hands.page, '#tour-strip')).includes(`${before + 1}/8`), 'the turn is shown');
    await hands.press(turn % 2 === 0 ? 'Equal' : 'Minus', () => room.tour?.index !== before, 'the next turn');
  }
  assert.deepEqual(Object.values(room.attendance), [true, false, true, false, true, false, true, false]);
}

async function hearCases(stand, hands) {
  const { room } = stand;
  const state = (ticket) => room.cases.find(ticket).state;
  room.putCases(JSON.stringify({ cases: TICKETS.map((ticket, i) => ({ ticket, site: DISTRICTS[i % 4], title: 'Khiếu nại' })) }), 'application/json');
  await until(async () => (await textOf(hands.page, '#next-button')).includes('A011'), 'the next case is named');
  await hands.press('n', () => state('A011') === 'heard', 'the first case');
  await until(async () => (await textOf(hands.page, '#case-bar')).includes('Đang tiếp'), 'it is shown');
  await hands.press('p', () => state('A011') === 'paused', 'paused');
  await until(async () => (await textOf(hands.page, '#pause-button')).includes('Tiếp tục'), 'the button goes on');
  await hands.press('p', () => state('A011') === 'heard', 'goes on');
  await hands.press('k');
  await waitForShown(hands.page, '#outcome-dialog');
  await hands.press('ArrowDown');
  await hands.tabTo('outcome-note');
  await hands.keys.type('Nộp thêm giấy tờ, xin ngày hẹn');   // letters that are keys elsewhere
  assert.deepEqual([room.cases.find('A011').state, room.cases.find('A012').state], ['heard', 'waiting']);
  await hands.tabTo('outcome-confirm-button');
  await hands.press('Enter', () => state('A011') === 'done', 'closed');
  assert.equal(room.cases.find('A011').outcome, 'Giao cơ quan chức năng xem xét, giải quyết');
  assert.equal(room.cases.find('A011').note, 'Nộp thêm giấy tờ, xin ngày hẹn');
  await until(async () => (await textOf(hands.page, '#next-button')).includes('A012'), 'the one after');
  await hands.press('n', () => state('A012') === 'heard', 'the second case');
  await until(async () => (await textOf(hands.page, '#next-button')).includes('A013'), 'the one after');
  await hands.press('n', () => state('A012') === 'done' && state('A013') === 'heard', 'the third closes the second');
  await until(async () => (await textOf(hands.page, '#case-bar')).includes('A013'), 'it is shown');
  await hands.press('b', () => state('A013') === 'skipped', 'skipped');
}

async function orderCases(stand, hands) {
  const { room } = stand;
  const order = () => room.cases.cases.filter((one) => one.state === 'waiting').map((one) => one.ticket).join(' ');
  await until(async () => (await textOf(hands.page, '[data-ticket="A013"] .case-state')) === 'Đã bỏ qua', 'the list is fresh');
  await hands.press('c');
  await until(() => hands.page.evaluate(() => document.activeElement.closest('.case-row')?.dataset.ticket === 'A014'), 'the list has the focus');
  await hands.press('PageDown', () => order() === 'A015 A014', 'one down');
  await until(() => hands.page.evaluate(() => document.activeElement.closest('.case-row')?.dataset.ticket === 'A014'), 'the focus went along');
  await hands.press('e');
  await waitForShown(hands.page, '#case-dialog');
  await hands.keys.press('End');
  await hands.keys.type(' về đất, nhà');
  await hands.tabTo('case-save-button');
  await hands.press('Enter', () => room.cases.find('A014').title === 'Khiếu nại về đất, nhà', 'changed');
  await waitForHidden(hands.page, '#case-dialog');
  await hands.press('c');
  await hands.press('Delete');
  await hands.confirm('delete');
  await until(() => room.cases.cases.length === 4, 'one less');
}

async function conductSites(stand, hands) {
  const { room, mock } = stand;
  const { page } = hands;
  room.patchSite('que-vo', { hand: true }, { role: 'site', site: 'que-vo' });
  await waitForShown(page, '[data-floor="que-vo"]');
  await hands.press('h', () => room.floor === 'que-vo' && !mock.site('que-vo').hand, 'the first hand');
  await hands.press('q', () => mock.site('tu-son').muted && !mock.site('que-vo').muted, 'all but the floor');
  await hands.press('x', () => room.floor === null, 'taken back');
  await hands.press('z');
  await hands.press('ArrowDown');
  await hands.press('ArrowDown');
  await until(() => page.evaluate(() => document.activeElement.closest('.roster-row')?.dataset.site === 'tu-son'), 'a row has the focus');
  await hands.press('g', () => room.floor === 'tu-son', 'the floor');
  await hands.press('u', () => mock.site('tu-son').askedToUnmute, 'asked to unmute');
  await hands.press('w', () => room.layout.kind === 'pair' && room.layout.second === 'tu-son', 'beside the hub');
  await hands.press('Enter', () => room.layout.kind === 'spotlight' && room.layout.main === 'tu-son', 'the main picture');
  await hands.press('Delete');
  await hands.confirm('remove');
  await until(() => mock.site('tu-son').presence === 'removed', 'sent out');
  await waitForShown(page, '[data-site="tu-son"] .roster-admit');
  await page.evaluate(() => document.querySelector('.roster-row[data-site="tu-son"] .roster-main').focus());
  await hands.press('i', () => mock.site('tu-son').presence !== 'removed', 'let in again');
}

async function layoutsAndRest(stand, hands) {
  const { room } = stand;
  const { page } = hands;
  for (const [key, kind] of [['3', 'speaker'], ['4', 'pair'], ['5', 'lecture'], ['2', 'spotlight'], ['1', 'grid']]) {
    await hands.press(key, () => room.layout.kind === kind, kind);
  }
  await hands.press('l', () => room.session.locked, 'locked');
  await until(async () => (await textOf(page, '#lock-button')).includes('Mở khóa'), 'it is known');
  await hands.press('l', () => !room.session.locked, 'unlocked');
  await hands.press('o', () => room.tour?.kind === 'polling' && room.tour.intervalSeconds === 10, 'polling');
  await until(async () => (await textOf(page, '#polling-button')).includes('Dừng'), 'it is known');
  await hands.press('o', () => room.tour === null, 'no more');
  await hands.press('?');
  await waitForShown(page, '#keys-dialog');
  await hands.press('1');   // no key works behind a dialog
  await hands.press('Escape');
  await waitForHidden(page, '#keys-dialog');
  // A Vietnamese input method: the place of W writes another letter.
  await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'ư', code: 'Digit5', bubbles: true })));
  await until(() => room.layout.kind === 'lecture', 'by the place of the key');
}

test('a whole session by keyboard only', { skip: lacks('chromium'), timeout: 400000 }, async () => {
  const { browser, close } = await launchChromium();
  const stand = await Stand.openPainted(browser);
  try {
    stand.room.beforeSession = 'waiting';
    stand.room.session.admission = 'lobby';
    const hands = new Hands(await stand.visit('/', { width: 1366, height: 768 }));
    await enter(stand, hands);
    await admit(stand, hands);
    await callTheRoll(stand, hands);
    await hearCases(stand, hands);
    await orderCases(stand, hands);
    await conductSites(stand, hands);
    await layoutsAndRest(stand, hands);
    await hands.press('s');
    await hands.confirm('session');
    await until(() => !stand.room.session.open, 'the session is closed');
  } finally {
    await stand.close();
    await close();
  }
});
