// tests/e2e/reception_calls.test.mjs - every order that the pages can give is one that the real bridge
// understands, and its state is read back as it was ordered.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api } from '../../signaling/web/core/api.js';
import { readCases } from '../../signaling/web/core/case_list.js';
import { RoomOrders } from '../../signaling/web/core/room_orders.js';
import { readRoom } from '../../signaling/web/core/room_state.js';
import { Bridge, lacksBridge } from './lib/bridge.mjs';

/** A member's calls. */
function member(bridge, site) {
  const api = new Api({ origin: bridge.url, fetch });
  api.key = bridge.key(site);
  return new RoomOrders(api, bridge.room);
}

test('all orders are understood', { skip: lacksBridge, timeout: 120000 }, async () => {
  const bridge = await Bridge.start();
  try {
    const chair = member(bridge, 'hub');
    const [, { id }] = (await bridge.state()).sites;
    const site = member(bridge, id);
    const state = async () => readRoom(await bridge.state());
    const own = async () => (await state()).sites.find((one) => one.id === id);

    await chair.setSession({ admission: 'lobby' });
    await chair.setSession({ open: true });
    await chair.setSession({ locked: true });
    assert.deepEqual([(await state()).session.locked, (await state()).session.admission], [true, 'lobby']);
    await chair.setSession({ locked: false });
    await chair.admit(id);
    await chair.admitAll();
    await site.changeSite(id, { hand: true });
    assert.deepEqual((await state()).hands.map((hand) => hand.site), [id]);
    await chair.changeSite(id, { hand: false });
    await chair.giveFloor(id);
    assert.equal((await state()).floor, id);
    await chair.giveFloor(null);
    await chair.muteAll();
    assert.equal((await own()).muted, true);
    await chair.changeSite(id, { askToUnmute: true });
    assert.equal((await own()).askedToUnmute, true);
    await chair.startRollCall();
    assert.equal((await state()).tour.kind, 'roll-call');
    await chair.nextTurn(true);
    await chair.nextTurn(null);
    await chair.stopTour();
    await assert.rejects(chair.startPolling(10), { status: 409 });   // nobody is there

    for (const layout of ['grid', 'speaker', 'lecture']) {
      await chair.setLayout({ layout });
      assert.equal((await state()).layout.kind, layout);
    }
    await chair.setLayout({ layout: 'spotlight', main: id });
    await chair.setLayout({ layout: 'pair', main: 'hub', second: id });
    assert.deepEqual([(await state()).layout.main, (await state()).layout.second], ['hub', id]);
    await chair.setLayout({ layout: 'grid', audience: 'hub' });
    assert.equal((await state()).hubLayout.kind, 'grid');
    await chair.setLayout({ layout: null, audience: 'hub' });
    await site.present(id);
    assert.deepEqual([(await state()).document, (await state()).layout.kind], [{ site: id }, 'document']);
    await chair.present(null);

    const cases = async () => readCases(await chair.cases()).map((one) => `${one.ticket} ${one.state}`);
    await chair.uploadCases(`ticket;site;title\nA1;${id};Khiếu nại\nA2;${id};Tố cáo\n`, 'text/csv');
    await chair.putCase('A 3', { site: id, title: 'Kiến nghị', confidential: true, sites: [] });
    await chair.putCase('A2', { position: 1 });
    assert.deepEqual(await cases(), ['A2 waiting', 'A1 waiting', 'A 3 waiting']);
    await chair.actOnCase('next', { ticket: 'A2' });
    await chair.actOnCase('pause');
    assert.equal((await state()).hearing.paused, true);
    await chair.actOnCase('resume');
    await chair.actOnCase('close', { ticket: 'A2', outcome: 'Đã trả lời trực tiếp', note: 'x' });
    await chair.actOnCase('close', { ticket: 'A2', outcome: 'Hẹn tiếp lại', note: '' });
    await chair.actOnCase('recall', { ticket: 'A2' });
    await chair.actOnCase('call', { ticket: 'A1' });
    await chair.actOnCase('skip');
    await chair.actOnCase('call', { ticket: 'A 3' });
    assert.equal((await state()).hearing.ticket, '');   // confidential
    await chair.deleteCase('A1');
    assert.deepEqual(await cases(), ['A2 waiting', 'A 3 heard']);
    const report = await chair.api.call('GET', chair.reportPath, { headers: { Accept: 'text/html' } });
    assert.match(report.headers.get('Content-Type'), /^text\/html/);
    await chair.remove(id);
    assert.equal((await own()).presence, 'removed');
    await chair.admit(id);
    await chair.setSession({ open: false });
    assert.equal((await state()).session.open, false);
  } finally {
    await bridge.close();
  }
});
