/**
 * A whole calendar or address book as one file: GET with `?export`. It comes while it is read, page by page. RFC 5545 section 3.4,
 * RFC 6350 section 3.2.
 */
import { requirePrivilege } from '../../dav/dispatch.ts';
import { ConditionNotMet, DavError } from '../../dav/errors.ts';
import type { Feature } from '../../dav/feature.ts';
import { firstPage, nextPage, othersTurn } from '../../dav/member-pages.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import type { CollectionResource } from '../../dav/resource.ts';
import { evaluate } from '../../formats/http/conditions.ts';
import { attachment } from '../../formats/http/disposition.ts';
import { httpDate } from '../../formats/http/headers.ts';
import { DAV } from '../../formats/xml/name.ts';
import type { CollectionRecord } from '../../store/records.ts';
import { calendar } from '../caldav/index.ts';
import { addressbook } from '../carddav/index.ts';
import { addressbookWriter } from './addressbook-writer.ts';
import { calendarWriter } from './calendar-writer.ts';
import type { Writer, WriterFor } from './writer.ts';

export { calendarHead } from './head.ts';

/** The query of the URL. */
const QUERY = 'export';

async function answer(request: DavRequest, context: Context, writerFor: WriterFor): Promise<DavResponse> {
  const resource = context.located.found ? context.located.resource : undefined;
  if (resource?.shape !== 'collection') throw new DavError(404, `there is no collection at ${request.target}`);
  requirePrivilege(resource, '{DAV:}read');
  const { collection } = resource;
  const writer = writerFor(request, collection);
  const etag = etagOf(collection, writer, context);
  const headers = {
    'Content-Type': writer.contentType,
    'Content-Disposition': attachment(fileName(collection, writer) + writer.suffix),
    ETag: etag,
    'Last-Modified': httpDate(collection.modified),
    Vary: writer.vary,
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
  };
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  // Seconds are too coarse for what changes by many small steps.
  const verdict = evaluate({ ifMatch, ifNoneMatch }, { etag, modified: collection.modified }, request.method);
  if (verdict === 'failed')
    throw new ConditionNotMet('the collection has changed, or If-Match does not hold for an export');
  if (verdict === 'not-modified') return { status: 304, headers };
  return { status: 200, headers, body: pieces(resource, writer, context) };
}

/** Weak: what an export holds is a function of the revision and of the properties, how it is written is not. RFC 9110 section 8.8.1. */
function etagOf(collection: CollectionRecord, { form }: Writer, { epoch }: Context): string {
  const { account, id, revision, parentRevision } = collection;
  return `W/"${epoch}-${account}-${id}-${revision}-${parentRevision}${form}"`;
}

/** The text, page by page. What changes meanwhile may be in it or not. */
async function* pieces({ collection }: CollectionResource, writer: Writer, context: Context): AsyncGenerator<string> {
  const { store, limits } = context;
  if (writer.head !== '') yield writer.head;
  let size = firstPage(limits.page);
  let after: string | undefined;
  for (;;) {
    const page = { limit: size, ...(after === undefined ? {} : { after }) };
    const objects = await store.read((tx) => tx.objects.readPage(collection, page));
    let text = '';
    for (const object of objects) text += writer.add(object);
    if (text !== '') yield text;
    if (objects.length < size) break;
    after = objects.at(-1)?.name;
    size = nextPage(objects, limits.page);
    await othersTurn();
  }
  if (writer.tail !== '') yield writer.tail;
}

/** Characters of a name of a file. */
const LONGEST = 100;

/** What people call the collection, without what leads elsewhere or is not seen. */
function fileName({ properties, name }: CollectionRecord, { fallback }: Writer): string {
  const shown = (properties[`{${DAV}}displayname`] ?? '').trim();
  const safe = (shown === '' ? name : shown).replace(/[\p{C}\p{Z}/\\:]+/gu, ' ').replace(/^[. ]+|[. ]+$/g, '');
  return [...safe].slice(0, LONGEST).join('') || fallback;
}

function isExport({ target }: DavRequest): boolean {
  const mark = target.indexOf('?');
  return mark >= 0 && new URLSearchParams(target.slice(mark)).has(QUERY);
}

const CALENDARS = 'behaviour: a whole calendar by GET with ?export';
const ADDRESS_BOOKS = 'behaviour: a whole address book by GET with ?export';

function methods(on: Method['on'], spec: Method['spec'], writerFor: WriterFor): readonly Method[] {
  const handle: Method['handle'] = (request, context) => answer(request, context, writerFor);
  const get: Method = { name: 'GET', spec, on, when: isExport, handle };
  return [get, { ...get, name: 'HEAD' }];
}

/** The feature. */
export function collectionExport(): Feature {
  return {
    name: 'export',
    specs: [CALENDARS, ADDRESS_BOOKS],
    methods: [
      ...methods([calendar], CALENDARS, calendarWriter),
      ...methods([addressbook], ADDRESS_BOOKS, addressbookWriter),
    ],
  };
}
