// tests/e2e/mock/mock_cases.mjs - the day's cases of the mock bridge, as the contract has them.

const FIELDS = ['site', 'sites', 'title', 'confidential'];

export class MockCases {
  constructor() {
    this.cases = [];     // in the order of the day
    this.revision = 0;
    this.numbered = 0;
  }

  find(ticket) {
    return this.cases.find((one) => one.ticket === ticket) ?? null;
  }

  get present() {
    return this.cases.find((one) => one.state === 'heard' || one.state === 'paused') ?? null;
  }

  get next() {
    return this.cases.find((one) => one.state === 'waiting') ?? null;
  }

  json() {
    this.tick();
    return {
      cases: this.cases.map(({ tickedAtMs, ...one }, index) => ({ ...one, heardSeconds: Math.floor(one.heardSeconds), position: index + 1 })),
      revision: this.revision,
    };
  }

  summary() {
    const count = (state) => this.cases.filter((one) => one.state === state).length;
    const { next } = this;
    return {
      waiting: count('waiting'), done: count('done'),
      next: next === null ? null : { ticket: next.confidential ? '' : next.ticket, site: next.site },
    };
  }

  /** "case" of the room's state. */
  hearing() {
    this.tick();
    const one = this.present;
    return one === null ? null : {
      number: one.number, ticket: one.confidential ? '' : one.ticket, site: one.site, confidential: one.confidential,
      paused: one.state === 'paused', since: one.startedAt, heardSeconds: Math.floor(one.heardSeconds), asOf: new Date().toISOString(),
    };
  }

  /** Counts the time of the case being heard. */
  tick() {
    const one = this.present;
    if (one === null) return;
    const now = Date.now();
    if (one.state === 'heard') one.heardSeconds += (now - one.tickedAtMs) / 1000;
    one.tickedAtMs = now;
  }

  put(ticket, fields) {
    let one = this.find(ticket);
    if (one === null) {
      one = {
        ticket, site: '', sites: [], title: '', confidential: false, state: 'waiting', number: null,
        startedAt: null, endedAt: null, heardSeconds: 0, outcome: null, note: null, version: 0,
      };
      this.cases.push(one);
    }
    for (const name of FIELDS) if (fields[name] !== undefined) one[name] = fields[name];
    if (Number.isInteger(fields.position)) {
      this.cases.splice(this.cases.indexOf(one), 1);
      this.cases.splice(fields.position - 1, 0, one);
    }
    this.revision += 1;
  }

  /** The chair's list: cases that wait and are not in it are gone. */
  replace(rows) {
    const tickets = rows.map((row) => row.ticket);
    this.cases = this.cases.filter((one) => one.state !== 'waiting' || tickets.includes(one.ticket));
    rows.forEach(({ ticket, ...fields }) => this.put(ticket, fields));
  }

  remove(ticket) {
    this.cases = this.cases.filter((one) => one.ticket !== ticket);
    this.revision += 1;
  }

  begin(one) {
    if (this.present === one) return;
    if (this.present !== null) this.end(this.present, 'done');
    this.numbered += 1;
    Object.assign(one, { state: 'heard', number: this.numbered, startedAt: new Date().toISOString(), heardSeconds: 0, tickedAtMs: Date.now() });
  }

  end(one, state) {
    this.tick();
    Object.assign(one, { state, endedAt: new Date().toISOString() });
  }

  /** @returns {string|null}  the problem's type */
  act({ action, ticket, outcome, note }) {
    const one = ticket === undefined ? null : this.find(ticket);
    if (ticket !== undefined && one === null) return 'unknown-case';
    const { present } = this;
    this.revision += 1;
    switch (action) {
      case 'next': {
        const next = one ?? this.next;
        if (next === null) return 'conflict';
        if (next.state === 'waiting') this.begin(next);
        return null;
      }
      case 'call':
        if (one?.state !== 'waiting') return 'conflict';
        this.begin(one);
        return null;
      case 'close': {
        const closed = one ?? present;
        if (closed === null) return 'conflict';
        if (closed === present) this.end(closed, 'done');
        Object.assign(closed, { outcome: outcome ?? closed.outcome, note: note ?? closed.note });
        return null;
      }
      case 'pause':
      case 'resume':
        if (present === null) return 'conflict';
        this.tick();
        present.state = action === 'pause' ? 'paused' : 'heard';
        return null;
      case 'skip': {
        const skipped = one ?? present ?? this.next;
        if (skipped === null) return 'conflict';
        this.end(skipped, 'skipped');
        return null;
      }
      case 'recall':
        if (one === null) return 'conflict';
        one.state = 'waiting';
        this.cases.splice(this.cases.indexOf(one), 1);
        this.cases.splice(Math.max(0, this.cases.findIndex((other) => other.state === 'waiting')), 0, one);
        return null;
      default:
        return 'unprocessable';
    }
  }
}

/** A list as CSV, with a heading line; comma or semicolon. */
export function readCsv(text) {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/).filter((line) => line.trim() !== '');
  const separator = lines[0].includes(';') ? ';' : ',';
  const names = lines[0].split(separator).map((name) => name.trim());
  return lines.slice(1).map((line) => {
    const values = line.split(separator);
    const row = Object.fromEntries(names.map((name, index) => [name, (values[index] ?? '').trim()]));
    return { ...row, confidential: /^(true|1|x)$/i.test(row.confidential ?? '') };
  });
}
