/**
 * What `npm run bench` asks of address books: of what clients do, that which should cost the same however many cards lie there. In each
 * address book 20 people work at the same place, and are of one family.
 */
import type { Service } from '../src/server/service.ts';
import { addressbookPath, fill, propfind, send, sync } from './bench-data.ts';
import { asking, type Operation, requests } from './bench-measure.ts';

/** Makes the address books. */
export async function fillAddressbooks(service: Service, sizes: readonly number[]): Promise<void> {
  for (const size of sizes) {
    const path = addressbookPath(size);
    await send(service, 'MKCOL', path, MKCOL);
    await fill(service, size, (at) => [`${path}${at}.vcf`, card(at, size)]);
  }
}

const MKCOL =
  '<d:mkcol xmlns:d="DAV:"><d:set><d:prop><d:resourcetype><d:collection/>' +
  '<c:addressbook xmlns:c="urn:ietf:params:xml:ns:carddav"/></d:resourcetype></d:prop></d:set></d:mkcol>';

const GIVEN = ['Ada', 'Grace', 'Alan', 'Mary', 'Edsger', 'Barbara', 'Donald', 'Radia', 'Niklaus', 'Frances', 'Tim'];
const BEGINNINGS = [
  'Hart',
  'Berg',
  'Linden',
  'Stein',
  'Wald',
  'Brook',
  'Field',
  'Nor',
  'Wes',
  'Ash',
  'Oak',
  'Mill',
  'Kirk',
];
const ENDINGS = [
  'mann',
  'ley',
  'ström',
  'son',
  'ton',
  'ham',
  'ford',
  'well',
  'by',
  'stad',
  'er',
  'worth',
  'wood',
  'field',
];
const TRADES = ['Partners', 'Works', 'Brothers', 'Studio', 'Institute', 'Bakery', 'Press'];
/** Cards of the one family. */
const FAMILY = 20;

const uid = (at: number): string => `6f0dcc6b-9b8e-4b0a-ad4a-${String(at).padStart(12, '0')}`;

/** One card of a book of that many. */
function card(at: number, size: number, note = 'met at the fair'): string {
  const one = <Value>(of: readonly Value[], by: number): Value | undefined => of[Math.floor(at / by) % of.length];
  const isFamily = at < size && at % (size / FAMILY) === 0;
  const given = one(GIVEN, 1);
  const family = isFamily ? 'Zwicky' : `${one(BEGINNINGS, 3)}${one(ENDINGS, 7)}`;
  const work = isFamily ? 'Palomar' : `${one(BEGINNINGS, 5)} ${one(TRADES, 11)}`;
  const mail = `${given}.${family}.${at}@example.com`.toLowerCase().replace('ö', 'o');
  const lines = [
    'BEGIN:VCARD',
    'VERSION:3.0',
    'PRODID:-//Example//Bench//EN',
    `UID:${uid(at)}`,
    `FN:${given} ${family}`,
    `N:${family};${given};;;`,
    `EMAIL;TYPE=INTERNET,WORK:${mail}`,
    `TEL;TYPE=CELL:+1 555 ${String(1_000_000 + ((at * 7919) % 9_000_000))}`,
    `ORG:${work};Unit ${at % 9}`,
    `ADR;TYPE=WORK:;;${at % 300} Main St;Springfield;;${10_000 + (at % 500)};USA`,
    `NOTE:${note}`,
    'END:VCARD',
    '',
  ];
  return lines.join('\r\n');
}

const DATA = '<d:prop><d:getetag/><c:address-data/></d:prop>';
const NAMESPACES = 'xmlns:c="urn:ietf:params:xml:ns:carddav" xmlns:d="DAV:"';

function query(...filters: readonly (readonly [property: string, text: string])[]): string {
  const inside = filters.map(
    ([name, text]) => `<c:prop-filter name="${name}"><c:text-match>${text}</c:text-match></c:prop-filter>`,
  );
  return `<c:addressbook-query ${NAMESPACES}>${DATA}<c:filter test="anyof">${inside.join('')}</c:filter></c:addressbook-query>`;
}

/** The same text wherever people look for somebody, as clients search while one types. */
function anywhere(text: string): string {
  return query(...['FN', 'N', 'NICKNAME', 'EMAIL', 'TEL', 'ORG'].map((name) => [name, text] as const));
}

function multiget(path: string, from: number, size: number): string {
  const hrefs = Array.from(
    { length: 50 },
    (_, at) => `<d:href>${path}${(from * 7919 + at * 104_729) % size}.vcf</d:href>`,
  );
  return `<c:addressbook-multiget ${NAMESPACES}>${DATA}${hrefs.join('')}</c:addressbook-multiget>`;
}

/** The operations on an address book. */
export function addressbookOperations(service: Service): readonly Operation[] {
  const all = requests(service);
  const { ask, read } = all;
  const tokens = new Map<string, string>();
  let fresh = 0;
  const search = (name: string, body: string): Operation => ({
    ...asking(all, name, 'REPORT', body),
    answered: undefined,
  });
  return [
    { name: 'poll (getctag)', act: (path) => ask('PROPFIND', path, propfind('<s:getctag/>')) },
    { name: 'GET', act: (path, at, size) => ask('GET', `${path}${(at * 7919) % size}.vcf`, '') },
    {
      name: 'PUT new and DELETE',
      act: async (path, _, size) => {
        const target = `${path}new-${++fresh}.vcf`;
        await ask('PUT', target, card(5_000_001 + fresh, size));
        await ask('DELETE', target, '');
      },
    },
    {
      name: 'PUT changed',
      act: (path, at, size) =>
        ask('PUT', `${path}${(at * 7919) % size}.vcf`, card((at * 7919) % size, size, `note ${++fresh}`)),
    },
    {
      name: 'sync, one change',
      async prepare(path, size) {
        const text = await read('PROPFIND', path, propfind('<d:sync-token/>'));
        tokens.set(path, /<d:sync-token>([^<]*)</.exec(text)?.[1] ?? '');
        await ask('PUT', `${path}1.vcf`, card(1, size, `note ${++fresh}`));
      },
      act: (path) => ask('REPORT', path, sync(tokens.get(path))),
    },
    { name: 'multiget of 50', act: (path, at, size) => ask('REPORT', path, multiget(path, at, size)) },
    search('name of 20 cards', query(['FN', 'zwick'])),
    search('text anywhere, 20 cards', anywhere('zwicky')),
    search('mail of one card', query(['EMAIL', '.77@example'])),
    search('number of one card', query(['TEL', '1000000'])),
    search('UID of one card', query(['UID', uid(77)])),
    search('text of no card', anywhere('springs')),
    asking(all, 'list (getetag, Depth 1)', 'PROPFIND', propfind('<d:getetag/>')),
    {
      name: 'first sync',
      act: (path) => ask('REPORT', path, sync()),
      answered: async (path) => (await read('REPORT', path, sync())).split('</d:response>').length - 1,
    },
    asking(all, 'all with their data', 'REPORT', query()),
  ];
}
