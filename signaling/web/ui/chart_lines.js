// signaling/web/ui/chart_lines.js - lines that can be told apart, by colour and by dash, and a small picture of each.

/** @typedef {{colour: string, dash: number[]}} LineStyle */

/** Each at least 4.5:1 on the page's white. */
const COLOURS = ['#1d5fd1', '#a8231f', '#1c6b43', '#7d5a16', '#6b3fa0', '#0b6b78', '#a33a80', '#46536a', '#b04a06'];
const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3]];
const SVG = 'http://www.w3.org/2000/svg';

/** @param {number} index @returns {LineStyle} */
export function lineStyle(index) {
  return { colour: COLOURS[index % COLOURS.length], dash: DASHES[(index + Math.floor(index / COLOURS.length)) % DASHES.length] };
}

/** @param {LineStyle} style */
export function lineSwatch({ colour, dash }) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 22 8');
  svg.setAttribute('class', 'swatch');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', 'M0 4H22');
  line.setAttribute('stroke', colour);
  line.setAttribute('stroke-dasharray', dash.join(' '));
  svg.append(line);
  return svg;
}
