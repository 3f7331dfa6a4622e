// signaling/web/ui/case_dialogs.js - forms about a case: adding or changing it, and how it ended.

import { textIn } from '../core/i18n.js';
import { openDialog } from './dialogs.js';
import { h, setAttribute } from './dom.js';

/** @typedef {import('../core/types.js').Case} Case */
/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @typedef {{ticket: string, site: string, title: string, confidential: boolean, sites: string[]}} CaseForm */

const TICKET_MAX = 64;
const TEXT_MAX = 2000;

/** What usually comes of a case. @type {MessageKey[]} */
const OUTCOMES = ['outcome.answered', 'outcome.assigned', 'outcome.instructed', 'outcome.again', 'outcome.absent', 'outcome.other'];

/** @param {string} id @param {MessageKey} label @param {HTMLElement} input */
function field(id, label, input) {
  input.id = id;
  return h('div', { class: 'field' }, h('label', { for: id, text: label }), input);
}

/** @param {() => void} onBack @param {...Node} buttons */
function formButtons(onBack, ...buttons) {
  return h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'button', text: 'dialog.back', onclick: onBack }), ...buttons);
}

/** @param {HTMLElement} parent @param {Room} room @param {Case|null} one  null: a new one
 * @param {(form: CaseForm, isCalled: boolean) => void} onDone */
export function openCaseForm(parent, room, one, onDone) {
  const ticket = h('input', { type: 'text', maxlength: TICKET_MAX, required: true, autocomplete: 'off', readonly: one !== null, value: one?.ticket ?? '' });
  const site = h('select', {}, ...room.sites.map((candidate) => new Option(candidate.name, candidate.id, false, candidate.id === one?.site)));
  if (one === null) site.value = room.sites.find((candidate) => !candidate.hub)?.id ?? site.value;
  const title = h('textarea', { rows: '3', maxlength: TEXT_MAX }, one?.title ?? '');
  const secret = h('input', { type: 'checkbox', id: 'case-confidential', checked: one?.confidential ?? false });
  const others = room.sites.filter((candidate) => !candidate.hub).map((candidate) => ({
    id: candidate.id,
    box: h('input', { type: 'checkbox', value: candidate.id, checked: one?.sites.includes(candidate.id) ?? false }),
    name: candidate.name,
  }));
  const lines = others.map(({ box, name }) => h('label', { class: 'check' }, box, h('span', {}, name)));
  const concerned = h('fieldset', { class: 'concerned' }, h('legend', { text: 'case.concerned' }),
    h('p', { class: 'help small', text: 'case.concernedHelp' }), ...lines);
  const problem = h('p', { class: 'problem', role: 'alert' });
  const update = () => {
    setAttribute(concerned, 'hidden', !secret.checked);
    for (const [index, { id }] of others.entries()) setAttribute(lines[index], 'hidden', id === site.value);
  };
  secret.addEventListener('change', update);
  site.addEventListener('change', update);
  update();
  const call = one === null ? h('button', { type: 'submit', class: 'button', id: 'case-call-button', value: 'call', text: 'case.saveAndCall' }) : null;
  const form = h('form', { class: 'dialog-body', method: 'dialog', novalidate: true },
    h('h2', { id: 'case-form-title', text: one === null ? 'cases.add' : 'case.edit' }),
    field('case-ticket', 'case.ticket', ticket), field('case-site', 'case.site', site), field('case-title', 'case.matter', title),
    h('label', { class: 'check' }, secret, h('span', { text: 'case.confidentialFlag' })), concerned, problem,
    formButtons(() => dialog.close(), ...(call === null ? [] : [call]),
      h('button', { type: 'submit', class: 'button primary', id: 'case-save-button', text: 'case.save' })));
  const dialog = h('dialog', { class: 'dialog', id: 'case-dialog', 'aria-labelledby': 'case-form-title' }, form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const number = ticket.value.trim();
    if (number === '' || number.includes('/')) {
      problem.replaceChildren(h('span', { text: 'case.ticketWrong' }));
      setAttribute(ticket, 'aria-invalid', 'true');
      ticket.focus();
      return;
    }
    const isCalled = call !== null && event.submitter === call;
    dialog.close();
    onDone({
      ticket: number, site: site.value, title: title.value.trim(), confidential: secret.checked,
      sites: secret.checked ? others.filter(({ id, box }) => box.checked && id !== site.value).map(({ id }) => id) : [],
    }, isCalled);
  });
  openDialog(parent, dialog);
  (one === null ? ticket : title).focus();
}

/** How a case ended: one choice and a note. The words go into the record, which is Vietnamese
 * whatever the language of this page.
 * @param {HTMLElement} parent @param {string} ticket @param {(outcome: string, note: string) => void} onDone */
export function openOutcomeForm(parent, ticket, onDone) {
  const choices = OUTCOMES.map((key) => {
    const radio = h('input', { type: 'radio', name: 'outcome', value: key });
    return { key, radio, line: h('label', { class: 'check' }, radio, h('span', { text: key })) };
  });
  choices[0].radio.checked = true;
  const note = h('textarea', { rows: '3', maxlength: TEXT_MAX });
  const form = h('form', { class: 'dialog-body', method: 'dialog' },
    h('h2', { id: 'outcome-title' }, h('span', { text: 'case.close' }), ` ${ticket}`),
    h('fieldset', { class: 'choices' }, h('legend', { text: 'case.outcome' }), ...choices.map(({ line }) => line)),
    field('outcome-note', 'case.note', note),
    formButtons(() => dialog.close(), h('button', { type: 'submit', class: 'button primary', id: 'outcome-confirm-button', text: 'case.close' })));
  const dialog = h('dialog', { class: 'dialog', id: 'outcome-dialog', 'aria-labelledby': 'outcome-title' }, form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = choices.find(({ radio }) => radio.checked) ?? choices[0];
    dialog.close();
    onDone(textIn('vi', chosen.key), note.value.trim());
  });
  openDialog(parent, dialog);
  choices[0].radio.focus();
}
