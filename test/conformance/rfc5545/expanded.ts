/** The instances of an object as a client gets them: by calendar-data with expand. RFC 4791 section 9.6.5. */
import assert from 'node:assert/strict';
import type { Client } from '../../support/client.ts';
import { dataOf, linesOf } from '../rfc4791/queries.ts';

/** The starts of the instances between two instants, sorted: `20260601T100000Z`, or `20260601` of whole days. */
export async function startsAt(client: Client, path: string, from: string, to: string): Promise<readonly string[]> {
  const data = await dataOf(client, path, `<C:expand start="${from}" end="${to}"/>`);
  return linesOf(data, 'VEVENT', 'DTSTART')
    .map((line) => line.slice(line.indexOf(':') + 1))
    .sort();
}

/** Stores an object, and verifies the starts of its instances in `from/to`, given as one text. */
export async function expands(client: Client, body: string, range: string, expected: string): Promise<void> {
  const [from = '', to = ''] = range.split('/');
  const path = `${client.calendar}${++stored}.ics`;
  await client.put(path, body).expect(201);
  const found = await startsAt(client, path, from, to);
  assert.deepEqual(found, expected.trim().split(/\s+/));
}

let stored = 0;
