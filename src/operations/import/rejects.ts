/**
 * What an import rejected, as text for a file: it can be mended there and imported once more. In calendars a property says why.
 */

import { REJECTED } from '../../formats/icalendar/split.ts';
import { escapeText } from '../../formats/icalendar/values.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import type { ImportedItem } from './write-objects.ts';

/** The text of an object that was rejected, ending in a line break; empty for a file that could not be read at all. */
export function rejectedText({ text = '', file, line, reason = '' }: ImportedItem): string {
  if (text === '') return '';
  const ended = text.replace(/\r?\n?$/, '\r\n');
  const begin = /^BEGIN:VCALENDAR\r?\n/i.exec(ended)?.[0];
  if (begin === undefined) return ended;
  const value = escapeText(`${file}, line ${line}: ${reason}`);
  const said = writeComponent({
    name: 'X',
    properties: [{ name: REJECTED, parameters: [], value, line: 0 }],
    components: [],
    line: 0,
  });
  return begin + said.slice('BEGIN:X\r\n'.length, -'END:X\r\n'.length) + ended.slice(begin.length);
}
