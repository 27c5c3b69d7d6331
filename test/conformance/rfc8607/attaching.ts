/**
 * What tests of managed attachments share: the POSTs, and what an object says of its attachments. RFC 8607 section 3.3.
 */
import assert from 'node:assert/strict';
import { type Component, parameterOf, propertyOf } from '../../../src/formats/icalendar/component.ts';
import { readCalendar } from '../../../src/formats/icalendar/read.ts';
import type { Exchange } from '../../support/answer.ts';
import { event, newUid } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** A POST of an attachment; `query` is what follows `action=attachment-`. */
export function post(
  client: Client,
  path: string,
  query: string,
  body?: string | Uint8Array,
  headers: Headers = {},
): Exchange {
  const given = { 'Content-Type': 'text/plain', ...headers };
  const target = `${path}?action=attachment-${query}`;
  return client.request('POST', target, body === undefined ? { headers } : { headers: given, body });
}

/** Adds an attachment, and gives its MANAGED-ID. */
export async function add(client: Client, path: string, body = 'the agenda', headers: Headers = {}): Promise<string> {
  const answer = await post(client, path, 'add', body, headers).expect(201);
  const id = answer.headers['cal-managed-id'];
  assert.ok(id !== undefined && id !== '');
  return id;
}

/** Stores an event and gives its path. */
export async function newEvent(
  client: Client,
  lines: Parameters<typeof event>[0] = {},
  into = client.calendar,
): Promise<string> {
  const path = `${into}${newUid().split('@')[0]}.ics`;
  await client.put(path, event(lines)).expect(201);
  return path;
}

/** What an ATTACH says. */
export interface Attach {
  /** The RECURRENCE-ID of its component; `M` without one. */
  readonly rid: string;
  readonly id: string | undefined;
  readonly type: string | undefined;
  readonly size: string | undefined;
  readonly name: string | undefined;
  readonly url: string;
  /** The path of the URL. */
  readonly path: string;
}

/** All of them in calendar data, in order. */
export function attachesIn(text: string): readonly Attach[] {
  const of = (component: Component): readonly Attach[] =>
    component.properties
      .filter(({ name }) => name === 'ATTACH')
      .map((property) => ({
        rid: propertyOf(component, 'RECURRENCE-ID')?.value ?? 'M',
        id: parameterOf(property, 'MANAGED-ID'),
        type: parameterOf(property, 'FMTTYPE'),
        size: parameterOf(property, 'SIZE'),
        name: parameterOf(property, 'FILENAME'),
        url: property.value,
        path: URL.parse(property.value)?.pathname ?? '',
      }));
  return readCalendar(text).components.flatMap(of);
}

/** All of them in an object as it is stored. */
export async function attaches(client: Client, path: string): Promise<readonly Attach[]> {
  return attachesIn((await client.get(path).expect(200)).text);
}

/** The only one. */
export async function attachOf(client: Client, path: string): Promise<Attach> {
  const [only, ...others] = await attaches(client, path);
  assert.ok(only !== undefined && others.length === 0);
  return only;
}
