/**
 * An account whose calendars hold the hard recurrences, in Davit as `npm start` runs it, and plain requests to look at what is stored.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { HARD_OBJECTS } from './hard-calendar.ts';
import { type Household, household, type RunningDavit, startDavit } from './program.ts';

export const ADDRESS = 'alice@example.com';

/** The account, and the service that has it. */
export interface HardAccount extends Household {
  readonly service: RunningDavit;
  /** Path of the calendar with the hard recurrences. */
  readonly calendar: string;
  /** A request in the account's name; a path may be an address. */
  send(method: string, path: string, options?: SendOptions): Promise<Response>;
  /** Path of the address book that every account has. */
  readonly addressBook: string;
  /** Stores new objects or cards under their names. */
  store(collection: string, objects: readonly Named[]): Promise<void>;
  /** Makes a collection for calendar objects of every kind, and answers its path. */
  newCalendar(name: string, objects?: readonly Named[]): Promise<string>;
  /** Everything that a collection holds, as it is stored, by last segment of the path. */
  held(collection: string): Promise<ReadonlyMap<string, string>>;
  close(): Promise<void>;
}

/** An object as it is stored. */
export interface Named {
  readonly name: string;
  readonly text: string;
}

export interface SendOptions {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Starts the service with alice, who has the calendar `hard`. */
export async function hardAccount(purpose: string): Promise<HardAccount> {
  const home = await household(purpose, ADDRESS);
  const service = await startDavit({ data: home.data });
  const believed = getCACertificates('default');
  setDefaultCACertificates([...believed, readFileSync(service.certificate, 'utf8')]);
  const authorization = `Basic ${Buffer.from(`${ADDRESS}:${home.password}`).toString('base64')}`;
  const send = (method: string, path: string, { body, headers = {} }: SendOptions = {}): Promise<Response> =>
    fetch(new URL(path, service.origin), {
      method,
      headers: { Authorization: authorization, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  const sent = async (status: number, ...[method, path, options]: Parameters<typeof send>): Promise<string> => {
    const response = await send(method, path, options);
    const text = await response.text();
    assert.equal(response.status, status, `${method} ${path}\n${text}`);
    return text;
  };
  const store: HardAccount['store'] = async (collection, objects) => {
    for (const { name, text } of objects) {
      const headers = { 'Content-Type': name.endsWith('.vcf') ? 'text/vcard' : 'text/calendar' };
      await sent(201, 'PUT', collection + name, { body: text, headers });
    }
  };
  const newCalendar: HardAccount['newCalendar'] = async (name, objects = []) => {
    const path = `/calendars/${ADDRESS}/${name}/`;
    await sent(201, 'MKCALENDAR', path);
    await store(path, objects);
    return path;
  };
  return {
    ...home,
    service,
    calendar: await newCalendar('hard', HARD_OBJECTS),
    addressBook: `/addressbooks/${ADDRESS}/default/`,
    send,
    store,
    newCalendar,
    async held(collection) {
      const listing = await sent(207, 'PROPFIND', collection, { headers: { Depth: '1' } });
      const hrefs = [...listing.matchAll(/<(?:\w+:)?href>([^<]*\/[^</]+)<\//g)].map(([, href = '']) => href);
      const members = hrefs.filter((href) => decodeURIComponent(href).startsWith(collection));
      const all = members.map(async (href) => {
        const text = Buffer.from(await (await send('GET', href)).arrayBuffer()).toString('utf8');
        return [decodeURIComponent(href).slice(collection.length), text] as const;
      });
      return new Map(await Promise.all(all));
    },
    async close() {
      setDefaultCACertificates(believed);
      await service.stop();
      home.remove();
    },
  };
}
