/**
 * `/attachments/USER@DOMAIN/MANAGED-ID/NAME`: the bytes of an attachment, for whoever may read a calendar object that uses it; to all others it
 * does not exist. Never shown as a page of this service: browsers are told to save it. RFC 8607 section 3.10, RFC 8607 section 3.12.2.
 */
import { ATTACHMENTS_SEGMENT } from '../../dav/attachments.ts';
import { octetsOf } from '../../dav/content.ts';
import { ConditionNotMet, DavError } from '../../dav/errors.ts';
import type { Endpoint } from '../../dav/feature.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { privilegesOn } from '../../dav/privilege.ts';
import { relationTo } from '../../dav/relation.ts';
import { evaluate } from '../../formats/http/conditions.ts';
import { attachment as disposition } from '../../formats/http/disposition.ts';
import { httpDate } from '../../formats/http/headers.ts';
import { splitPath } from '../../formats/http/path.ts';
import { contentRange, ifRangeHolds, parseRange, unsatisfiedRange } from '../../formats/http/range.ts';
import {
  type Account,
  type AttachmentRecord,
  type CollectionId,
  type CollectionRecord,
  NO_COLLECTION,
} from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';

async function handle(request: DavRequest, context: Context): Promise<DavResponse> {
  const { method, headers } = request;
  const attachment = await found(request, context);
  const { account, content, size, etag: tag, created: modified } = attachment;
  const [etag, answer] = [`"${tag}"`, headersOf(attachment)];
  const verdict = evaluate(
    {
      ifMatch: headers['if-match'],
      ifNoneMatch: headers['if-none-match'],
      ifModifiedSince: headers['if-modified-since'],
      ifUnmodifiedSince: headers['if-unmodified-since'],
    },
    { etag, modified },
    method,
  );
  if (verdict === 'failed') throw new ConditionNotMet(`a condition does not hold: the entity tag is ${etag}`);
  if (verdict === 'not-modified') return { status: 304, headers: answer };
  const isPart = method === 'GET' && ifRangeHolds(headers['if-range'], { etag, modified });
  const range = isPart ? parseRange(headers.range, size) : undefined;
  if (range === 'unsatisfiable') {
    throw new DavError(416, `it has ${size} octets; the range begins behind them`, {
      'Content-Range': unsatisfiedRange(size),
    });
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  const body =
    content === undefined
      ? ''
      : octetsOf({ account, content, size, name: attachment.id }, { first, last }, context.store);
  const length = { 'Content-Length': String(last - first + 1) };
  if (range === undefined) return { status: 200, headers: { ...answer, ...length }, body };
  return { status: 206, headers: { ...answer, ...length, 'Content-Range': contentRange(range, size) }, body };
}

/** @throws DavError 404 */
async function found({ target }: DavRequest, context: Context): Promise<AttachmentRecord> {
  const [, address, id, , ...more] = splitPath(target)?.segments ?? [];
  const nothing = new DavError(404, `there is nothing at ${target}`);
  const { user, store } = context;
  if (user === undefined || address === undefined || id === undefined || more.length > 0) throw nothing;
  const attachment = await store.read(async (tx) => {
    const owner = await tx.directory.accountByAddress(address.toLowerCase());
    if (owner === undefined || owner.tenant !== user.tenant) return undefined;
    const [known] = await tx.attachments.getAll(owner.id, [id]);
    return known !== undefined && (await mayRead(user, owner, id, context, tx)) ? known : undefined;
  });
  if (attachment === undefined) throw nothing;
  return attachment;
}

/** Whether the user may read any of the collections in which objects use it: whoever may read one may read what lies in it. */
async function mayRead(
  user: Account,
  owner: Account,
  id: string,
  { catalogue }: Context,
  tx: ReadTransaction,
): Promise<boolean> {
  const used = await tx.attachments.usedIn(owner.id, id);
  if (used.length === 0 || user.id === owner.id) return used.length > 0;
  const relation = await relationTo(owner, user, catalogue, tx);
  for (const collection of used) {
    const way = await wayTo(owner, collection, tx);
    const privileges = privilegesOn(relation, way[0]?.name ?? '', way, catalogue.privileges);
    if (privileges.has('{DAV:}read')) return true;
  }
  return false;
}

/** The collections from the home to this one. */
async function wayTo(owner: Account, id: CollectionId, tx: ReadTransaction): Promise<readonly CollectionRecord[]> {
  const way: CollectionRecord[] = [];
  for (let at = id; at !== NO_COLLECTION; ) {
    const record = await tx.collections.get({ account: owner.id, id: at });
    if (record === undefined) return [];
    way.unshift(record);
    at = record.parent;
  }
  return way;
}

function headersOf({ etag, mediaType, name, created }: AttachmentRecord): Readonly<Record<string, string>> {
  return {
    'Content-Type': mediaType,
    'Content-Disposition': disposition(name === '' ? 'attachment' : name),
    ETag: `"${etag}"`,
    'Last-Modified': httpDate(created),
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
  };
}

const get: Method = { name: 'GET', spec: 'RFC 8607 section 3.10', on: [], handle };

/** The URLs of attachments. Nothing but GET and HEAD works there: RFC 8607 section 3.8, RFC 8607 section 3.9. */
export const served: Endpoint = {
  segment: ATTACHMENTS_SEGMENT,
  spec: 'RFC 8607 section 3.10',
  methods: [get, { ...get, name: 'HEAD' }],
};
