// signaling/web/ui/layout_group.js - the layouts of the picture as one row of buttons.

import { control } from './control_bar.js';
import { h, setAttribute } from './dom.js';

/** @typedef {import('../core/types.js').LayoutKind} LayoutKind */
/** @typedef {import('../core/types.js').Room} Room */
/** @typedef {import('../core/i18n.js').MessageKey} MessageKey */

/** @type {{kind: LayoutKind, text: MessageKey, key: string}[]} */
export const LAYOUTS = [
  { kind: 'grid', text: 'layout.grid', key: '1' },
  { kind: 'spotlight', text: 'layout.spotlight', key: '2' },
  { kind: 'speaker', text: 'layout.speaker', key: '3' },
  { kind: 'pair', text: 'layout.pair', key: '4' },
  { kind: 'lecture', text: 'layout.lecture', key: '5' },
  { kind: 'document', text: 'layout.document', key: '6' },
];

export class LayoutGroup {
  /** @param {(kind: LayoutKind) => void} onLayout */
  constructor(onLayout) {
    this.controls = LAYOUTS.map(({ kind, text, key }) => ({ kind, ...control(`${kind}-button`, kind, text, () => onLayout(kind), key) }));
    this.element = h('div', { class: 'control-group segmented', role: 'group', label: 'controls.layout' },
      ...this.controls.map(({ button }) => button));
  }

  /** @param {Room} room */
  show(room) {
    for (const { kind, button } of this.controls) {
      setAttribute(button, 'aria-pressed', String(room.layout.kind === kind));
      if (kind === 'document') setAttribute(button, 'disabled', room.document === null && room.layout.kind !== 'document');
    }
  }
}
