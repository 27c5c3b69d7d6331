/**
 * A whole calendar as one file: GET of a calendar with `?export`. It comes while it is read, page by page, and each time zone in it once.
 * As jCal for who likes that better. RFC 5545 section 3.4, RFC 7265 section 3.
 */
import { requirePrivilege } from '../../dav/dispatch.ts';
import { ConditionNotMet, DavError } from '../../dav/errors.ts';
import type { Feature } from '../../dav/feature.ts';
import { firstPage, nextPage, othersTurn } from '../../dav/member-pages.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import type { CollectionResource } from '../../dav/resource.ts';
import { preferredType } from '../../formats/http/accept.ts';
import { evaluate } from '../../formats/http/conditions.ts';
import { attachment } from '../../formats/http/disposition.ts';
import { httpDate } from '../../formats/http/headers.ts';
import type { Component } from '../../formats/icalendar/component.ts';
import { ContentError } from '../../formats/icalendar/content-line.ts';
import { jcalOf } from '../../formats/icalendar/jcal.ts';
import { mergeCalendars } from '../../formats/icalendar/merge.ts';
import { readCalendar, readComponents } from '../../formats/icalendar/read.ts';
import { type ZoneDefinitions, zoneDefinitionsIn } from '../../formats/icalendar/zone-definitions.ts';
import { DAV } from '../../formats/xml/name.ts';
import type { CollectionRecord, StoredObject } from '../../store/records.ts';
import { calendar, JCAL, TIME_ZONES } from '../caldav/index.ts';
import { calendarHead } from './head.ts';

export { calendarHead } from './head.ts';

/** The query of the URL. */
const QUERY = 'export';

/** How the pieces of an export are written. */
interface Writer {
  readonly contentType: string;
  readonly suffix: string;
  readonly head: string;
  readonly tail: string;
  /** What a calendar object adds. */
  add(object: Component): string;
}

function textWriter(collection: CollectionRecord, definitions: ZoneDefinitions): Writer {
  const merge = mergeCalendars(calendarHead(collection), definitions);
  return { contentType: 'text/calendar; charset=utf-8', suffix: '.ics', ...merge };
}

function jcalWriter(collection: CollectionRecord, definitions: ZoneDefinitions): Writer {
  const { head, tail, add } = mergeCalendars(calendarHead(collection), definitions);
  const [name, properties] = jcalOf(readCalendar(head + tail));
  let between = '';
  return {
    contentType: JCAL,
    suffix: '.json',
    head: `[${JSON.stringify(name)},${JSON.stringify(properties)},[`,
    tail: ']]',
    add(object) {
      let text = '';
      for (const component of readComponents(add(object))) {
        text += between + JSON.stringify(jcalOf(component));
        between = ',\n';
      }
      return text;
    },
  };
}

async function handle(request: DavRequest, context: Context): Promise<DavResponse> {
  const resource = context.located.found ? context.located.resource : undefined;
  if (resource?.shape !== 'collection') throw new DavError(404, `there is no calendar at ${request.target}`);
  requirePrivilege(resource, '{DAV:}read');
  const { collection } = resource;
  const isJcal = preferredType(request.headers.accept ?? '', ['text/calendar', JCAL]) === JCAL;
  const definitions = zoneDefinitionsIn(request.headers[TIME_ZONES.toLowerCase()]) ?? 'all';
  const writer = (isJcal ? jcalWriter : textWriter)(collection, definitions);
  const etag = etagOf(collection, writer, definitions, context);
  const headers = {
    'Content-Type': writer.contentType,
    'Content-Disposition': attachment(fileName(collection) + writer.suffix),
    ETag: etag,
    'Last-Modified': httpDate(collection.modified),
    Vary: `Accept, ${TIME_ZONES}`,
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
  };
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = request.headers;
  // Seconds are too coarse for what changes by many small steps.
  const verdict = evaluate({ ifMatch, ifNoneMatch }, { etag, modified: collection.modified }, request.method);
  if (verdict === 'failed')
    throw new ConditionNotMet('the calendar has changed, or If-Match does not hold for an export');
  if (verdict === 'not-modified') return { status: 304, headers };
  return { status: 200, headers, body: pieces(resource, writer, context) };
}

/** Weak: what an export holds is a function of the revision and of the properties, how it is written is not. RFC 9110 section 8.8.1. */
function etagOf(
  collection: CollectionRecord,
  { suffix }: Writer,
  definitions: ZoneDefinitions,
  { epoch }: Context,
): string {
  const { account, id, revision, parentRevision } = collection;
  const form = definitions === 'all' ? suffix : `${suffix}.nozones`;
  return `W/"${epoch}-${account}-${id}-${revision}-${parentRevision}${form}"`;
}

/** The text, page by page. What changes meanwhile may be in it or not. */
async function* pieces({ collection }: CollectionResource, writer: Writer, context: Context): AsyncGenerator<string> {
  const { store, limits } = context;
  yield writer.head;
  let size = firstPage(limits.page);
  let after: string | undefined;
  for (;;) {
    const page = { limit: size, ...(after === undefined ? {} : { after }) };
    const objects = await store.read((tx) => tx.objects.readPage(collection, page));
    let text = '';
    for (const object of objects) {
      const tree = readable(object);
      if (tree !== undefined) text += writer.add(tree);
    }
    if (text !== '') yield text;
    if (objects.length < size) break;
    after = objects.at(-1)?.name;
    size = nextPage(objects, limits.page);
    await othersTurn();
  }
  yield writer.tail;
}

/** Undefined for what cannot be read: it would make the whole unreadable. No write rule has let it in. */
function readable({ data }: StoredObject): Component | undefined {
  try {
    return readCalendar(data);
  } catch (error) {
    if (error instanceof ContentError) return undefined;
    throw error;
  }
}

/** Characters of a name of a file. */
const LONGEST = 100;

/** What people call the calendar, without what leads elsewhere or is not seen. */
function fileName({ properties, name }: CollectionRecord): string {
  const shown = (properties[`{${DAV}}displayname`] ?? '').trim();
  const safe = (shown === '' ? name : shown).replace(/[\p{C}\p{Z}/\\:]+/gu, ' ').replace(/^[. ]+|[. ]+$/g, '');
  return [...safe].slice(0, LONGEST).join('') || 'calendar';
}

function isExport({ target }: DavRequest): boolean {
  const mark = target.indexOf('?');
  return mark >= 0 && new URLSearchParams(target.slice(mark)).has(QUERY);
}

const get: Method = {
  name: 'GET',
  spec: 'behaviour: a whole calendar by GET with ?export',
  on: [calendar],
  when: isExport,
  handle,
};

/** The feature. */
export function calendarExport(): Feature {
  return {
    name: 'export',
    specs: ['behaviour: a whole calendar by GET with ?export'],
    methods: [get, { ...get, name: 'HEAD' }],
  };
}
