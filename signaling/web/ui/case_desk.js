// signaling/web/ui/case_desk.js - what the chair does with cases: calls, pauses, closes, and keeps
// the day's list.

import { listFile, movedPosition } from '../core/case_list.js';
import { openCaseForm, openOutcomeForm } from './case_dialogs.js';
import { confirmFirst, openMenu } from './dialogs.js';

/** @typedef {import('../core/types.js').Case} Case */
/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/case_list.js').CaseList} CaseList */
/** @typedef {import('../core/room_orders.js').RoomOrders} RoomOrders */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */
/** @typedef {import('./case_panel.js').CaseAct} CaseAct */
/** @typedef {import('./icons.js').IconName} IconName */

/** A year's cases are less. */
const FILE_MAX_BYTES = 1024 * 1024;

export class CaseDesk {
  /**
   * @param {object} options
   * @param {CaseList} options.list
   * @param {RoomOrders} options.orders
   * @param {() => HTMLElement} options.parent  for dialogs
   * @param {() => Room|null} options.room
   * @param {import('./announcer.js').Announcer} options.announcer
   * @param {(call: Promise<unknown>) => Promise<boolean>} options.command
   */
  constructor({ list, orders, parent, room, announcer, command }) {
    this.list = list;
    this.orders = orders;
    this.parent = parent;
    this.room = room;
    this.announcer = announcer;
    this.command = command;
  }

  /** @param {Promise<unknown>} call */
  async change(call) {
    const isDone = await this.command(call);
    void this.list.refresh();
    return isDone;
  }

  /** Of the case being heard; '' if it is confidential and the list does not know it yet. */
  get heardTicket() {
    const hearing = this.room()?.hearing;
    const { heard } = this.list;
    return hearing?.ticket || (heard !== null && heard.number === hearing?.number ? heard.ticket : '');
  }

  get isHearing() {
    return this.room()?.hearing != null;
  }

  // --- the case being heard ---

  next() {
    const room = this.room();
    if (room === null || !room.session.open) this.announcer.note('session.isClosed');
    else if (this.list.next === null && room.cases.next === null) this.announcer.note('case.noneLeft');
    else void this.change(this.orders.actOnCase('next', this.nextTicket));
  }

  /** Two chairs who press the key at once mean the same case. @returns {{ticket?: string}} */
  get nextTicket() {
    const ticket = this.list.next?.ticket || this.room()?.cases.next?.ticket;
    return ticket ? { ticket } : {};
  }

  pause() {
    const hearing = this.room()?.hearing;
    if (hearing) void this.change(this.orders.actOnCase(hearing.paused ? 'resume' : 'pause'));
  }

  close() {
    if (!this.isHearing) return;
    const ticket = this.heardTicket;
    openOutcomeForm(this.parent(), ticket, (outcome, note) => {
      void this.change(this.orders.actOnCase('close', { ...(ticket === '' ? {} : { ticket }), outcome, note }));
    });
  }

  /** The one that is heard, else the next one. */
  skip() {
    if (this.isHearing) void this.change(this.orders.actOnCase('skip', this.heardTicket === '' ? {} : { ticket: this.heardTicket }));
    else if (this.nextTicket.ticket !== undefined) void this.change(this.orders.actOnCase('skip', this.nextTicket));
  }

  // --- one of the list ---

  /** @param {CaseAct} act @param {Case} one */
  act(act, one) {
    switch (act) {
      case 'call': return this.call(one);
      case 'up': return this.move(one, -1);
      case 'down': return this.move(one, 1);
      case 'skip': return void this.change(this.orders.actOnCase('skip', { ticket: one.ticket }));
      case 'outcome': return this.noteOutcome(one);
      case 'edit': return this.edit(one);
      case 'delete': return this.askToDelete(one);
      case 'menu': return this.openCaseMenu(one);
    }
  }

  /** @param {Case} one */
  call(one) {
    if (one.state === 'heard' || one.state === 'paused') {
      this.close();
      return;
    }
    if (one.state !== 'waiting') {
      void this.change(this.orders.actOnCase('recall', { ticket: one.ticket }));
      return;
    }
    const call = () => void this.change(this.orders.actOnCase('call', { ticket: one.ticket }));
    if (!this.isHearing) {
      call();
      return;
    }
    confirmFirst(this.parent(), {
      id: 'call', title: 'cases.callTitle', args: { ticket: one.ticket }, text: 'cases.callText', confirm: 'cases.call', onConfirm: call,
    });
  }

  /** How it ended, said afterwards. @param {Case} one */
  noteOutcome(one) {
    openOutcomeForm(this.parent(), one.ticket, (outcome, note) => {
      void this.change(this.orders.actOnCase('close', { ticket: one.ticket, outcome, note }));
    });
  }

  /** @param {Case} one @param {-1|1} step */
  move(one, step) {
    const position = movedPosition(this.list.cases, one.ticket, step);
    if (position !== null) void this.change(this.orders.putCase(one.ticket, { position }));
  }

  /** @param {Case} one */
  openCaseMenu(one) {
    const item = (/** @type {CaseAct} */ id, /** @type {IconName} */ icon, /** @type {MessageKey} */ text, isDanger = false) =>
      ({ id, icon, text, isDanger, onclick: () => this.act(id, one) });
    const isWaiting = one.state === 'waiting';
    const isHeard = one.state === 'heard' || one.state === 'paused';
    openMenu(this.parent(), one.ticket, [
      item('call', isHeard ? 'caseEnd' : 'play', isHeard ? 'case.close' : isWaiting ? 'cases.call' : 'cases.recall'),
      ...(isWaiting || isHeard ? [item('skip', 'next', 'cases.skip')] : []),
      ...(one.state === 'done' ? [item('outcome', 'caseEnd', 'cases.outcome')] : []),
      item('edit', 'caseStart', 'case.edit'),
      ...(isWaiting || one.state === 'skipped' ? [item('delete', 'close', 'cases.remove', true)] : []),
    ]);
  }

  /** @param {Case} one */
  askToDelete(one) {
    confirmFirst(this.parent(), {
      id: 'delete', title: 'cases.removeTitle', args: { ticket: one.ticket }, text: 'cases.removeText', confirm: 'cases.remove',
      onConfirm: () => void this.change(this.orders.deleteCase(one.ticket)),
    });
  }

  /** @param {Case} one */
  edit(one) {
    const room = this.room();
    if (room === null) return;
    openCaseForm(this.parent(), room, one, ({ site, title, confidential, sites }) => {
      void this.change(this.orders.putCase(one.ticket, { site, title, confidential, sites }));
    });
  }

  // --- the list ---

  add() {
    const room = this.room();
    if (room === null) return;
    openCaseForm(this.parent(), room, null, async ({ ticket, ...change }, isCalled) => {
      if (!await this.change(this.orders.putCase(ticket, change)) || !isCalled) return;
      void this.change(this.orders.actOnCase('call', { ticket }));
    });
  }

  /** @param {File} file */
  async upload(file) {
    if (file.size > FILE_MAX_BYTES) {
      this.announcer.note('cases.tooLarge');
      return;
    }
    const list = listFile(file.name, await file.text());
    const send = async () => {
      if (await this.change(this.orders.uploadCases(list.text, list.type))) this.announcer.note('cases.uploaded');
    };
    if (this.list.cases.length === 0) {
      await send();
      return;
    }
    confirmFirst(this.parent(), {
      id: 'upload', title: 'cases.replaceTitle', text: 'cases.replaceText', confirm: 'cases.replace', onConfirm: () => void send(),
    });
  }
}
