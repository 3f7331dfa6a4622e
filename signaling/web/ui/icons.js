// signaling/web/ui/icons.js - the few pictures of the pages, as line drawings of 24 x 24.

const SVG = 'http://www.w3.org/2000/svg';

/** @typedef {keyof typeof PATHS} IconName */

const PATHS = {
  microphone: ['M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z', 'M5.5 11a6.5 6.5 0 0 0 13 0', 'M12 17.5V21'],
  microphoneOff: ['M9 5.2A3 3 0 0 1 15 6v4.5', 'M9 9.5V11a3 3 0 0 0 4.6 2.5', 'M5.5 11a6.5 6.5 0 0 0 10 5.5',
    'M18.5 11a6.4 6.4 0 0 1-.6 2.7', 'M12 17.5V21', 'M4 3.5l16 17'],
  camera: ['M4 6.5h9.5a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 16V8A1.5 1.5 0 0 1 4 6.5z',
    'M15 10.5l6.5-3.5v10L15 13.5'],
  cameraOff: ['M9 6.5h4.5A1.5 1.5 0 0 1 15 8v4.5', 'M14.8 16.8a1.5 1.5 0 0 1-1.3.7H4A1.5 1.5 0 0 1 2.5 16V8A1.5 1.5 0 0 1 4 6.5',
    'M15 10.5l6.5-3.5v10L17 14.6', 'M3.5 3.5l17 17'],
  grid: ['M4 4.5h6.5v6.5H4z', 'M13.5 4.5H20v6.5h-6.5z', 'M4 13.5h6.5V20H4z', 'M13.5 13.5H20V20h-6.5z'],
  spotlight: ['M3.5 4.5h17v9.5h-17z', 'M3.5 17h4.5v3H3.5z', 'M9.75 17h4.5v3h-4.5z', 'M16 17h4.5v3H16z'],
  settings: ['M4 7h9', 'M17 7h3', 'M15 4.8a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 0 1 0-4.4z', 'M4 17h3', 'M11 17h9',
    'M9 14.8a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 0 1 0-4.4z'],
  fullScreen: ['M4 9V4h5', 'M15 4h5v5', 'M20 15v5h-5', 'M9 20H4v-5'],
  fullScreenExit: ['M9 4v5H4', 'M20 9h-5V4', 'M15 20v-5h5', 'M4 15h5v5'],
  list: ['M8.5 6.5H20', 'M8.5 12H20', 'M8.5 17.5H20', 'M4 6.5h.5', 'M4 12h.5', 'M4 17.5h.5'],
  leave: ['M14 4.5H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.5h8', 'M10.5 12H21', 'M17.5 8.5L21 12l-3.5 3.5'],
  loudspeaker: ['M4 9.5h3.5L12 5.5v13l-4.5-4H4z', 'M15.5 9a4.3 4.3 0 0 1 0 6', 'M18.2 6.3a8 8 0 0 1 0 11.4'],
  connected: ['M4.5 12.5l5 5l10-11'],
  connecting: ['M12 4a8 8 0 1 0 8 8', 'M12 7.5V12l3 2'],
  unstable: ['M12 4L2.8 20h18.4z', 'M12 10v4.5', 'M12 17.2v.3'],
  absent: ['M6 12h12'],
  expand: ['M4 5.5h16v13H4z', 'M8 14.5l3-3', 'M8 11.5v3h3', 'M16 9.5l-3 3'],
  download: ['M12 4v11', 'M7.5 10.8L12 15.3l4.5-4.5', 'M4.5 19.5h15'],
  shield: ['M12 3.5l7 2.5v5.5c0 4.3-2.9 7.4-7 9c-4.1-1.6-7-4.7-7-9V6z', 'M8.8 12l2.4 2.4l4.2-4.6'],
  eye: ['M2.5 12S6 5.5 12 5.5S21.5 12 21.5 12S18 18.5 12 18.5S2.5 12 2.5 12z',
    'M12 9.3a2.7 2.7 0 1 1 0 5.4a2.7 2.7 0 0 1 0-5.4z'],
  close: ['M5.5 5.5l13 13', 'M18.5 5.5l-13 13'],
  record: ['M12 5.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13z', 'M12 9.5a2.5 2.5 0 1 1 0 5a2.5 2.5 0 0 1 0-5z'],
  stop: ['M6 6h12v12H6z'],
  caseStart: ['M6 3.5h8l4 4v13H6z', 'M12 10.5v6', 'M9 13.5h6'],
  caseEnd: ['M6 3.5h8l4 4v13H6z', 'M9 13.5l2.2 2.2l4-4.5'],
  hand: ['M8 12.5V6a1.4 1.4 0 0 1 2.8 0v5', 'M10.8 10.5V4.6a1.4 1.4 0 0 1 2.8 0v6', 'M13.6 10.8V6a1.4 1.4 0 0 1 2.8 0v8.5a6 6 0 0 1-6 6a6 6 0 0 1-4.9-2.6l-2-3.4a1.4 1.4 0 0 1 2.3-1.5L8 15'],
  floor: ['M4 20.5h16', 'M6.5 20.5v-6h11v6', 'M12 14.5v-6', 'M12 3.5a2.5 2.5 0 0 1 2.5 2.5a2.5 2.5 0 0 1-5 0A2.5 2.5 0 0 1 12 3.5z'],
  more: ['M5.5 12h.5', 'M11.8 12h.5', 'M18 12h.5'],
  admit: ['M10 4.5h8A1.5 1.5 0 0 1 19.5 6v12a1.5 1.5 0 0 1-1.5 1.5h-8', 'M3 12h10.5', 'M10 8.5l3.5 3.5L10 15.5'],
  lock: ['M6 10.5h12v9.5H6z', 'M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5', 'M12 14v2.5'],
  lockOpen: ['M6 10.5h12v9.5H6z', 'M8.5 10.5V7a3.5 3.5 0 0 1 6.8-1', 'M12 14v2.5'],
  speaker: ['M3.5 5h17v12h-17z', 'M12 8a1.8 1.8 0 1 1 0 3.6a1.8 1.8 0 0 1 0-3.6z', 'M8.2 17a3.8 3.8 0 0 1 7.6 0', 'M7.5 20.5h9'],
  pair: ['M3 6h8.2v12H3z', 'M12.8 6H21v12h-8.2z'],
  lecture: ['M3.5 4.5h17v11h-17z', 'M8 20.5l4-5l4 5', 'M7.5 8.5h9', 'M7.5 11.5h5'],
  document: ['M6 3.5h8l4 4v13H6z', 'M14 3.5v4h4', 'M9 12h6', 'M9 15.5h6'],
  pause: ['M8.5 5.5v13', 'M15.5 5.5v13'],
  play: ['M8 5l11 7l-11 7z'],
  next: ['M5.5 5.5l8.5 6.5l-8.5 6.5z', 'M18 5.5v13'],
  up: ['M12 19V5.5', 'M6 11.5l6-6l6 6'],
  down: ['M12 5v13.5', 'M6 12.5l6 6l6-6'],
  left: ['M14.5 5.5L8 12l6.5 6.5'],
  right: ['M9.5 5.5L16 12l-6.5 6.5'],
  upload: ['M12 15.5V4.5', 'M7.5 9L12 4.5L16.5 9', 'M4.5 19.5h15'],
  add: ['M12 5v14', 'M5 12h14'],
  keyboard: ['M3 6.5h18v11H3z', 'M6.5 10h.5', 'M10 10h.5', 'M13.5 10h.5', 'M17 10h.5', 'M8 14h8'],
  roll: ['M5 6.5l1.5 1.5l2.8-3', 'M5 14l1.5 1.5l2.8-3', 'M12.5 7H20', 'M12.5 14.5H20'],
  report: ['M5 3.5h14v17H5z', 'M8.5 16v-4', 'M12 16V8', 'M15.5 16v-6'],
  secret: ['M3 12s3.5-6 9-6c1.6 0 3 .5 4.2 1.2', 'M21 12s-3.5 6-9 6c-1.6 0-3-.5-4.2-1.2', 'M4 20L20 4'],
  warning: ['M12 3.5a8.5 8.5 0 1 1 0 17a8.5 8.5 0 0 1 0-17z', 'M12 7.5v6', 'M12 16.3v.3'],
};

/** @param {IconName} name @returns {SVGElement}  hidden from screen readers */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('focusable', 'false');
  for (const data of PATHS[name]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', data);
    svg.append(path);
  }
  return svg;
}

/** Shows another icon in the same place. @param {Element} holder @param {IconName} name */
export function setIcon(holder, name) {
  if (holder.getAttribute('data-icon') === name) return;
  holder.setAttribute('data-icon', name);
  const old = holder.querySelector(':scope > svg.icon');
  if (old === null) holder.prepend(icon(name));
  else old.replaceWith(icon(name));
}

/** The mark of Diem Cau: an arch between two banks, one light for each end and its keystone.
 * @returns {SVGElement} */
export function productMark() {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 48 32');
  svg.setAttribute('class', 'mark');
  svg.setAttribute('aria-hidden', 'true');
  for (const [name, d] of [['arch', 'M6 25a18 18 0 0 1 36 0'], ['deck', 'M2 25h44'],
    ['hangers', 'M15 25V12.5M24 25V7M33 25V12.5']]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', name);
    path.setAttribute('d', d);
    svg.append(path);
  }
  for (const [x, y] of [[6, 25], [24, 7], [42, 25]]) {
    const dot = document.createElementNS(SVG, 'circle');
    dot.setAttribute('cx', String(x));
    dot.setAttribute('cy', String(y));
    dot.setAttribute('r', '3');
    svg.append(dot);
  }
  return svg;
}
