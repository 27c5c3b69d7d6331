/**
 * Files to import, and what an account has, for the tests of import, export and verify.
 */
import { Buffer } from 'node:buffer';
import { addUser } from '../../src/operations/accounts.ts';
import { addDomain } from '../../src/operations/domains.ts';
import { type ImportOptions, importFiles } from '../../src/operations/import/import.ts';
import type { ImportSource } from '../../src/operations/import/sources.ts';
import type { ImportedItem } from '../../src/operations/import/write-objects.ts';
import type { CollectionRecord } from '../../src/store/records.ts';
import { type TestAdministration, withAdmin } from './an-administration.ts';

export const JANE = 'jane@example.com';
export const SAM = 'sam@example.com';

/** An administration with Jane and Sam. */
export function withUsers(body: (admin: TestAdministration) => Promise<void>): Promise<void> {
  return withAdmin(async (admin) => {
    await addDomain(admin, 'example.com');
    for (const address of [JANE, SAM]) await addUser(admin, { address });
    await body(admin);
  });
}

export function calendar(...lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Example//Test//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

export function event(uid: string, ...lines: readonly string[]): string {
  const start = lines.some((line) => line.startsWith('DTSTART')) ? [] : ['DTSTART:20260101T100000Z'];
  return ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', ...start, ...lines, 'END:VEVENT'].join('\r\n');
}

export function todo(uid: string): string {
  return ['BEGIN:VTODO', `UID:${uid}`, 'DTSTAMP:20260101T000000Z', 'SUMMARY:To do', 'END:VTODO'].join('\r\n');
}

export function card(uid: string, ...lines: readonly string[]): string {
  const named = uid === '' ? [] : [`UID:${uid}`];
  return ['BEGIN:VCARD', 'VERSION:3.0', ...named, 'FN:Ada', 'N:;Ada;;;', ...lines, 'END:VCARD', ''].join('\r\n');
}

export function file(name: string, text: string | Uint8Array): ImportSource {
  return { name, read: async () => Buffer.from(text) };
}

/** Imports texts as files `1`, `2`, … */
export async function imported(
  admin: TestAdministration,
  texts: readonly string[],
  options: ImportOptions & { readonly address?: string } = {},
): Promise<readonly ImportedItem[]> {
  const files = texts.map((text, at) => file(String(at + 1), text));
  const { address = JANE, ...others } = options;
  return told(importFiles(admin, address, files, others));
}

/** All that is told of. */
export async function told<Item>(telling: AsyncIterable<readonly Item[]>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const some of telling) all.push(...some);
  return all;
}

/** `added 1:4 VEVENT a`, with the reason of what was not. */
export function lines(items: readonly ImportedItem[]): readonly string[] {
  return items.map(({ status, file: name, line, component, uid = '', reason }) =>
    [`${status} ${name}:${line} ${component} ${uid}`, ...(reason === undefined ? [] : [reason])].join(': '),
  );
}

/** The collection of an account at `calendars/default`. */
export async function collectionAt(
  { store }: TestAdministration,
  path: string,
  address: string = JANE,
): Promise<CollectionRecord> {
  return store.read(async (tx) => {
    const account = await tx.directory.accountByAddress(address);
    const found = account === undefined ? [] : await tx.collections.along(account.id, path.split('/'));
    const collection = found.at(-1);
    if (found.length !== 2 || collection === undefined) throw new Error(`there is no ${path}`);
    return collection;
  });
}

/** The objects of a collection by name. */
export async function stored(
  admin: TestAdministration,
  path: string,
  address: string = JANE,
): Promise<ReadonlyMap<string, string>> {
  const collection = await collectionAt(admin, path, address);
  const objects = await admin.store.read((tx) => tx.objects.readPage(collection, { limit: 10_000 }));
  return new Map(objects.map(({ name, data }) => [name, Buffer.from(data).toString()]));
}
