/**
 * Tables for people: columns aligned, headings bold, two spaces between.
 */
import { stripVTControlCharacters, styleText } from 'node:util';
import { printable } from '../operations/discovery/wording.ts';

/** Prints rows as they come, in pages: columns keep the width that the widest cell so far has needed. */
export interface Table {
  /** Lines for these rows, the first time with the headings above. */
  rows(rows: readonly (readonly string[])[]): string;
}

/** A table with these headings. */
export function table(headings: readonly string[], colour: boolean): Table {
  const widths = headings.map(widthOf);
  let begun = false;
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd();
  return {
    rows(rows) {
      const shown = rows.map((row) => row.map((cell) => printable(cell)));
      for (const row of shown) {
        for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
      }
      const lines = shown.map(line);
      if (!begun) lines.unshift(heading(line(headings), colour));
      begun = true;
      return lines.map((one) => `${one}\n`).join('');
    },
  };
}

/** Bold where colours are. */
export function heading(text: string, colour: boolean): string {
  return colour ? styleText('bold', text, { validateStream: false }) : text;
}

const SEGMENTS = new Intl.Segmenter();

function widthOf(text: string): number {
  return [...SEGMENTS.segment(stripVTControlCharacters(text))].length;
}
