// tests/e2e/lib/page_states.mjs - every state that a page can show, and the way into it: for the
// screenshots and for the accessibility check.

import { until } from './browsers.mjs';
import { twoPagePdf } from './sample_pdf.mjs';
import { waitForPhase, waitForShown } from './stand.mjs';

const LIVELY = {
  'bac-ninh': { state: 'connected' }, 'tu-son': { state: 'connected', speaking: true }, 'que-vo': { state: 'connected', muted: true },
  'thuan-thanh': { state: 'connected', receives: 'poor', cause: 'loss' }, 'gia-binh': { state: 'connected', cameraOff: true, sends: 'none', cause: 'no-picture' },
  'luong-tai': { state: 'absent', presence: 'absent' }, 'tien-du': { state: 'connecting' }, 'yen-phong': { state: 'connected', presence: 'waiting' },
};

const CASES = [
  ['A010', 'bac-ninh', 'Đề nghị cấp giấy chứng nhận quyền sử dụng đất', false], ['A011', 'tu-son', 'Khiếu nại về bồi thường, hỗ trợ khi thu hồi đất', false],
  ['A012', 'gia-binh', 'Tố cáo', true], ['A013', 'que-vo', 'Phản ánh ô nhiễm làng nghề, khói bụi và nước thải chưa qua xử lý ảnh hưởng khu dân cư', false],
  ['A014', 'luong-tai', 'Kiến nghị sửa chữa đường liên thôn', false], ['A015', 'yen-phong', '', false], ['A016', 'thuan-thanh', 'Khiếu nại quyết định xử phạt', false],
];

async function enterRoom(page) {
  await page.waitForSelector('#join-button');
  await page.evaluate(() => document.querySelector('#join-button').click());
  await waitForPhase(page, 'live');
  await until(() => page.evaluate(() => document.querySelector('#picture').videoWidth > 0), 'a picture', 30000);
}

/** A session in full swing. */
function fill(room, mock) {
  room.putSession({ open: true });
  room.cases.replace(CASES.map(([ticket, site, title, confidential]) => ({ ticket, site, title, confidential, sites: [] })));
  room.actOnCase({ action: 'next' });
  room.actOnCase({ action: 'close', outcome: 'Đã trả lời trực tiếp' });
  room.actOnCase({ action: 'next' });
  room.cases.present.heardSeconds = 754;
  mock.change(LIVELY);
  room.putLayout({ layout: 'grid' });
  for (const [site, seconds] of [['que-vo', 185], ['bac-ninh', 42]]) {
    room.patchSite(site, { hand: true }, { role: 'site', site });
    room.hands.at(-1).since = new Date(Date.now() - seconds * 1000).toISOString();
  }
  room.changed();
}

/** As soon as it may be pressed. */
async function click(page, selector) {
  await page.waitForFunction((wanted) => document.querySelector(wanted)?.disabled === false, {}, selector);
  await page.evaluate((wanted) => document.querySelector(wanted).click(), selector);
}

/** The chair in such a session. @param {(page: any, stand: any) => Promise<void>} [more] */
function chair(more = async () => {}) {
  return { path: '/#key=key-hub', async go(page, stand) {
    await enterRoom(page);
    fill(stand.room, stand.mock);
    await waitForShown(page, '#hands');
    await more(page, stand);
  } };
}

/** A district in such a session. */
function site(more = async () => {}, id = 'thuan-thanh') {
  return { path: `/#key=key-${id}`, async go(page, stand) {
    await enterRoom(page);
    fill(stand.room, stand.mock);
    stand.mock.change({ [id]: { state: 'connected', presence: 'admitted' } });
    await more(page, stand);
  } };
}

/** The technicians' desk in such a session. @param {(page: any, stand: any) => Promise<void>} [more] @param {(stand: any) => void} [before] */
function desk(more = async () => {}, before = ({ mock }) => mock.desk.fill()) {
  return { path: '/technician', async go(page, stand) {
    before(stand);
    await page.goto(`${stand.mock.url}/technician#key=key-technician`);
    await page.reload();
    await page.waitForSelector('.site-card');
    await more(page, stand);
  } };
}

/** An hour before. @param {any} stand */
function beforeSession({ mock }) {
  mock.desk.fill();
  mock.room.putSession({ open: false });
  mock.preflight.fill();
}

/** The sheet of a run that is over. @returns {Parameters<typeof desk>} */
function preflightSheet() {
  return [async (page) => {
    await click(page, '#preflight-start');
    await page.waitForSelector('#preflight-dialog[data-state="done"]');
  }, (stand) => {
    beforeSession(stand);
    Object.assign(stand.mock.preflight, { runMs: 300, tickMs: 100 });
  }];
}

/** Charts with lines in them. */
const waitForLines = (page) => page.waitForFunction(() => {
  const { charts } = globalThis.diemcau.view;
  return charts.charts.size > 0 && charts.window.columns.size > 0;
});

/** Each opens what it shows on a fresh page of a fresh bridge. @type {Record<string, {path: string, prepare?: () => void, go?: (page: any, stand: any) => Promise<void>}>} */
export const STATES = {
  key: { path: '/' },
  'key-wrong': { path: '/#key=wrong', async go(page) {
    await page.waitForFunction(() => document.querySelector('#key-problem').textContent !== '');
  } },
  devices: { path: '/#key=key-hub', async go(page) {
    await page.waitForFunction(() => document.querySelector('#preview')?.videoWidth > 0);
    await click(page, '#probe-button');
    await page.waitForFunction(() => document.querySelector('#probe-result').dataset.quality !== undefined);
  } },
  'devices-denied': { path: '/#key=key-tien-du', prepare: () => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  }, async go(page) { await page.waitForSelector('#device-problems p'); } },
  viewer: { path: '/#key=key-viewer', async go(page) { await page.waitForSelector('#join-button'); } },
  'viewer-room': { path: '/#key=key-viewer', async go(page, stand) {
    await enterRoom(page);
    fill(stand.room, stand.mock);
  } },
  'no-seat': { path: '/#key=key-queue', async go(page) { await page.waitForSelector('.message'); } },
  joining: { path: '/#key=key-que-vo', async go(page, stand) {
    stand.mock.askPeer = () => new Promise(() => {});
    await page.waitForSelector('#join-button');
    await click(page, '#join-button');
    await page.waitForSelector('#joining-card');
  } },

  'chair-closed': { path: '/#key=key-hub', async go(page) { await enterRoom(page); } },
  chair: chair(),
  'chair-cases': chair((page) => click(page, '#tab-cases')),
  'chair-conduct': chair((page) => click(page, '#tab-conduct')),
  'chair-roll-call': chair(async (page, { room }) => {
    room.putTour({ kind: 'roll-call' });
    await waitForShown(page, '#present-button');
  }),
  'chair-secret': chair(async (page, { room }) => {
    room.actOnCase({ action: 'next' });
    room.actOnCase({ action: 'pause' });
    await until(() => page.evaluate(() => document.querySelector('.case-ticket').textContent === 'A012'), 'the chair knows its ticket');
  }),
  'chair-document': chair(async (page, { room }) => {
    room.putDocument({ site: 'tu-son' }, { role: 'site', site: 'tu-son' });
    room.giveFloor({ site: 'tu-son' });
    await click(page, '#tab-conduct');
  }),
  'chair-case-form': chair(async (page) => {
    await click(page, '#tab-cases');
    await click(page, '#add-case-button');
    await waitForShown(page, '#case-dialog');
    await page.evaluate(() => document.querySelector('#case-confidential').click());
  }),
  'chair-outcome': chair(async (page) => {
    await click(page, '#close-case-button');
    await waitForShown(page, '#outcome-dialog');
  }),
  'chair-menu': chair(async (page) => {
    await click(page, '[data-site="tu-son"] [data-act="menu"]');
    await waitForShown(page, '#menu-dialog');
  }),
  'chair-remove': chair(async (page) => {
    await page.focus('[data-site="tu-son"] .roster-main');
    await page.keyboard.press('Delete');
    await waitForShown(page, '#remove-dialog');
  }),
  'chair-keys': chair(async (page) => {
    await click(page, '#help-button');
    await waitForShown(page, '#keys-dialog');
  }),
  'chair-settings': chair(async (page) => {
    await click(page, '#settings-button');
    await waitForShown(page, '#settings-dialog');
  }),

  'site-before': { path: '/#key=key-que-vo', async go(page, stand) {
    stand.room.beforeSession = 'waiting';
    stand.room.session.admission = 'lobby';
    await enterRoom(page);
    await waitForShown(page, '#before-card');
  } },
  site: site(),
  'site-floor': site(async (page, { room }) => {
    await click(page, '#mute-button');
    await until(() => room.site('thuan-thanh').muted, 'muted');
    room.giveFloor({ site: 'thuan-thanh' });
    await waitForShown(page, '#ask-strip');
  }),
  'site-hand': site(async (page, { room }) => {
    await click(page, '#hand-button');
    await until(() => room.site('thuan-thanh').hand, 'up');
    room.putTour({ kind: 'roll-call' });
    await waitForShown(page, '#tour-sign');
  }),
  'site-excluded': site(async (page, { room }) => {
    room.actOnCase({ action: 'next' });
    await waitForShown(page, '#excluded-card');
  }),
  'site-present': site(async (page) => {
    await click(page, '#document-button');
    await waitForShown(page, '#document-dialog');
  }),
  'site-document': site(async (page, { room }) => {
    await page.evaluate((base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      void globalThis.diemcau.view.share.startFile(new File([bytes], 'don.pdf', { type: 'application/pdf' }));
    }, twoPagePdf().toString('base64'));
    await waitForShown(page, '#document-strip');
    await until(() => room.document !== null, 'presented');
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }),
  'site-removed': site(async (page, { room }) => {
    room.remove({ site: 'thuan-thanh' });
    await waitForShown(page, '#removed-card');
  }),
  'site-keys': site(async (page) => {
    await click(page, '#help-button');
    await waitForShown(page, '#keys-dialog');
  }),
  taken: site(async (page, { mock }) => {
    mock.publish('takeover', { media: `m${mock.mediaId}` }, 'thuan-thanh');
    await waitForShown(page, '#taken-card');
  }),
  returning: site(async (page, { mock }) => {
    mock.fault = (method, path) => (path.startsWith('/v1/media') || path.endsWith('/media') ? { status: 503 } : undefined);
    await page.evaluate(() => globalThis.diemcau.connection.feed({ type: 'failed' }));
    await waitForShown(page, '#returning-card');
  }),
  blocked: { path: '/#key=key-que-vo', prepare: () => {
    HTMLMediaElement.prototype.play = function play() {
      return this.id === 'picture' ? Promise.reject(new DOMException('no', 'NotAllowedError')) : Promise.resolve();
    };
  }, async go(page) {
    await page.waitForSelector('#join-button');
    await click(page, '#join-button');
    await waitForShown(page, '#blocked-card');
  } },
  refused: { path: '/#key=key-que-vo', async go(page, { mock }) {
    mock.fault = (method, path) => (path.endsWith('/media') ? { status: 422, type: 'no-common-codec' } : undefined);
    await page.waitForSelector('#join-button');
    await click(page, '#join-button');
    await waitForShown(page, '#refused-card');
  } },
  goodbye: { path: '/#key=key-que-vo', async go(page) {
    await enterRoom(page);
    await click(page, '#leave-button');
    await click(page, '#leave-confirm-button');
    await page.waitForSelector('.message');
  } },

  kiosk: { path: '/kiosk#key=key-thuan-thanh', async go(page, stand) {
    await waitForPhase(page, 'live');
    await until(() => page.evaluate(() => document.querySelector('#picture').videoWidth > 0), 'a picture', 30000);
    fill(stand.room, stand.mock);
    stand.room.giveFloor({ site: 'thuan-thanh' });
    await waitForShown(page, '#floor-sign');
  } },
  'kiosk-waiting': { path: '/kiosk#key=key-thuan-thanh', async go(page, { mock }) {
    mock.fault = () => ({ status: 503 });
    await page.reload();
    await page.waitForSelector('.message');
  } },
  desk: desk(waitForLines),
  'desk-log': desk((page) => click(page, '#tab-log')),
  'desk-export': desk((page) => click(page, '#tab-export')),
  'desk-detail': desk(async (page) => {
    await click(page, '[data-site="yen-phong"] .card-details');
    await waitForShown(page, '#detail-dialog');
  }),
  'desk-acknowledge': desk(async (page) => {
    await page.waitForSelector('[data-alarm="a17"] button');
    await click(page, '[data-alarm="a17"] button');
    await waitForShown(page, '#acknowledge-dialog');
  }),
  'desk-choose': desk(async (page) => {
    await waitForLines(page);
    await page.evaluate(() => document.querySelector('#figure-chooser').setAttribute('open', ''));
    await page.evaluate(() => document.querySelector('#figure-chooser').scrollIntoView({ block: 'start' }));
  }),
  'desk-closed': desk(async () => {}, ({ mock, room }) => {
    for (const { id } of room.sites) if (id !== 'hub') mock.desk.setFault(id, 'absent', null, null);
  }),
  'desk-empty': desk(async () => {}, ({ mock }) => {
    mock.desk.isEmpty = true;
  }),
  'desk-lost': desk(async (page, { mock }) => {
    await page.waitForFunction(() => globalThis.diemcau.view.link === 'live');
    mock.fault = (method, path) => (path.endsWith('/events') ? { status: 503 } : undefined);
    for (const { response } of mock.streams) response.destroy();
    await page.waitForFunction(() => document.querySelector('#link').dataset.state === 'lost');
  }),
  'desk-25': desk(async (page) => {
    await page.waitForFunction(() => document.querySelectorAll('.site-card').length === 25);
    await waitForLines(page);
  }, ({ mock, room }) => {
    for (let i = room.sites.length; i < 25; i++) room.sites.push({ ...room.sites[1], id: `xa-${i}`, name: `Xã Tân Phú số ${i}` });
    mock.desk.fill();
    mock.desk.setFault('xa-12', 'absent', 'absent', 95);
    mock.desk.setFault('xa-20', 'poor', 'rtt-high', 420);
  }),
  'desk-preflight': desk(...preflightSheet()),
  'desk-preflight-running': desk(async (page) => {
    await click(page, '#preflight-start');
    await page.waitForFunction(() => document.querySelectorAll('#preflight-dialog td[data-result="fail"]').length > 0);
  }, beforeSession),
  'desk-refused': { path: '/technician#key=key-que-vo', async go(page) { await page.waitForSelector('.message'); } },
  clerk: { path: '/clerk#key=key-que-vo', async go(page) { await page.waitForSelector('.message'); } },
};
