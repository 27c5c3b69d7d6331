/**
 * POST on a calendar object adds, updates or removes a managed attachment, and stores the object as it becomes: a PUT in all but its body.
 * RFC 8607 section 3.3, RFC 8607 section 3.11.
 */
import { attachmentHref } from '../../dav/attachments.ts';
import { requireConditions, requireLikelyConditions } from '../../dav/conditions.ts';
import { abandonContent, type ReceivedContent, receiveContent } from '../../dav/content.ts';
import { mapped, requirePrivilege } from '../../dav/dispatch.ts';
import { ConditionNotMet, DavError } from '../../dav/errors.ts';
import { etagOf } from '../../dav/etag.ts';
import { objectResource, principalHref } from '../../dav/locate.ts';
import { requireUnlocked } from '../../dav/locks.ts';
import { lockNow } from '../../dav/member-now.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { requirePrivilegeNow } from '../../dav/privilege-now.ts';
import type { ObjectResource } from '../../dav/resource.ts';
import { representation, type Stored, writeRuleOf } from '../../dav/store-object.ts';
import { proposedWrite } from '../../dav/write-rule.ts';
import { fileNameIn } from '../../formats/http/disposition.ts';
import { parseMediaType } from '../../formats/http/headers.ts';
import { type Component, propertiesOf } from '../../formats/icalendar/component.ts';
import { type ManagedAttachment, managedIdsIn } from '../../formats/icalendar/managed-attachments.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import type { Account, ContentId, StoredObject } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { calendarObject, maxAttachmentsPerResource } from '../caldav/index.ts';
import { type Asked, askedIn } from './asked.ts';
import { edited } from './edit.ts';
import { maxAttachmentSize } from './preconditions.ts';

async function handle(request: DavRequest, context: Context): Promise<DavResponse> {
  const resource = mapped(context, request);
  if (resource.shape !== 'object') throw new DavError(405, `${resource.href} has no attachments`);
  requirePrivilege(resource, '{DAV:}write-content');
  const asked = askedIn(request);
  if (request.headers['content-range'] !== undefined) {
    throw new DavError(400, 'POST of a part (Content-Range) is not possible; send the whole attachment');
  }
  try {
    requireLikelyConditions(request, resource.object);
    if (asked.action === 'remove') {
      const { stored } = await change(resource, asked, undefined, request, context);
      return await answer(resource, stored, { status: 204, headers: {} }, context);
    }
    await requireLikelySuccess(resource, asked, request, context);
    const body = await received(resource, request, context);
    const { stored, id, href } = await attached(resource, asked, body, request, context);
    const headers = { 'Cal-Managed-ID': id };
    const said =
      asked.action === 'add'
        ? { status: 201, headers: { ...headers, Location: request.origin + href } }
        : { status: 204, headers };
    return await answer(resource, stored, said, context);
  } catch (error) {
    if (error instanceof ConditionNotMet) return notMet(error, resource, context);
    throw error;
  }
}

/** With the object as it is now for who prefers that. RFC 8607 section 3.1. */
async function answer(
  { parent, object }: ObjectResource,
  stored: Stored,
  { status, headers }: DavResponse,
  context: Context,
): Promise<DavResponse> {
  const given = await representation(parent, object.name, stored, context);
  const etag = { ETag: `"${stored.object.etag}"` };
  if (given === undefined) return { status, headers: { ...etag, ...headers } };
  return { ...given, status: status === 204 ? 200 : status, headers: { ...given.headers, ...headers } };
}

/** The client would ask next for what is there: RFC 8144 section 3.2. */
async function notMet(
  error: ConditionNotMet,
  { parent, object }: ObjectResource,
  context: Context,
): Promise<DavResponse> {
  const given = await representation(parent, object.name, undefined, context);
  if (given === undefined) throw error;
  return { status: error.status, ...given };
}

// --- the body ------------------------------------------------------------------------------------------------------------------------

/** @throws PreconditionViolated max-attachment-size */
async function received({ owner }: ObjectResource, request: DavRequest, context: Context): Promise<ReceivedContent> {
  const { attachment } = context.limits;
  try {
    return await receiveContent(request, owner.id, attachment, context);
  } catch (error) {
    if (error instanceof DavError && error.status === 413) {
      throw maxAttachmentSize(`an attachment has ${attachment} octets at most`);
    }
    throw error;
  }
}

/** Characters of a media type with its parameters. */
const LONGEST_TYPE = 255;
const GENERAL = 'application/octet-stream';

/** What the attachment is: a media type as the client gave it, if it can be said again. */
function mediaTypeOf({ headers }: DavRequest): string {
  const type = headers['content-type']?.trim() ?? '';
  const isPlain = type.length <= LONGEST_TYPE && /^[ -~]+$/.test(type) && parseMediaType(type) !== undefined;
  return isPlain ? type : GENERAL;
}

// --- storing -------------------------------------------------------------------------------------------------------------------------

interface Attached {
  readonly stored: Stored;
  /** The MANAGED-ID of the new attachment, and the path of its URL. */
  readonly id: string;
  readonly href: string;
}

/** Stores the object with its new attachment; bytes that nobody needs are given up. */
async function attached(
  resource: ObjectResource,
  asked: Asked,
  body: ReceivedContent,
  request: DavRequest,
  context: Context,
): Promise<Attached> {
  const { owner } = resource;
  const made = { body, id: context.newName() };
  let used: ContentId | undefined;
  try {
    const { stored, href, content } = await change(resource, asked, made, request, context);
    used = content;
    return { stored, id: made.id, href };
  } finally {
    if (body.id !== undefined && body.id !== used) await abandonContent(owner.id, body.id, context);
  }
}

interface Changed {
  readonly stored: Stored;
  readonly href: string;
  /** Where the bytes of the new attachment lie. */
  readonly content: ContentId | undefined;
}

function change(
  resource: ObjectResource,
  asked: Asked,
  made: { readonly body: ReceivedContent; readonly id: string } | undefined,
  request: DavRequest,
  context: Context,
): Promise<Changed> {
  const { parent, owner } = resource;
  const { store, writes, limits, user } = context;
  const { name } = resource.object;
  const rule = writeRuleOf(parent, context);
  return store.write(writes, async (tx) => {
    const collection = await lockNow(parent, tx);
    const previous = await allowedNow(resource, request, context, tx);
    const calendar = readCalendar(previous.data);
    let attachment: ManagedAttachment | undefined;
    let content: ContentId | undefined;
    let href = '';
    if (made !== undefined) {
      const { id, body } = made;
      const file = await fileNameFor(asked, owner, request, tx);
      const given = {
        id,
        content: body.id,
        etag: body.etag,
        size: body.size,
        mediaType: mediaTypeOf(request),
        name: file,
      };
      const added = await tx.attachments.add(owner.id, given);
      content = added.content;
      href = attachmentHref(owner, added);
      const mediaType = parseMediaType(added.mediaType)?.type ?? GENERAL;
      attachment = { id, url: request.origin + href, mediaType, size: body.size, name: file };
    }
    const data = new TextEncoder().encode(writeComponent(edited(calendar, asked, attachment)));
    const { uid, index } = await rule.accept(
      proposedWrite(
        { ...parent, collection },
        { name, body: { data }, contentType: undefined, previous },
        { limits, author: user?.id },
      ),
      tx,
    );
    const object = await tx.objects.put(collection, { name, uid, etag: etagOf(data), data, index });
    return { stored: { created: false, object, data, rewritten: false }, href, content };
  });
}

/** An update that gives no name leaves the attachment the one that it has. */
async function fileNameFor(
  asked: Asked,
  owner: Account,
  { headers }: DavRequest,
  tx: ReadTransaction,
): Promise<string> {
  const given = headers['content-disposition'];
  const name = given === undefined ? undefined : fileNameIn(given);
  if (name !== undefined || asked.action !== 'update') return name ?? '';
  return (await tx.attachments.getAll(owner.id, [asked.id]))[0]?.name ?? '';
}

/** Before much is sent in vain, one read says whether it could be stored. */
async function requireLikelySuccess(
  resource: ObjectResource,
  asked: Asked,
  request: DavRequest,
  context: Context,
): Promise<void> {
  const { attachments } = context.limits;
  const calendar = await context.store.read(async (tx) =>
    readCalendar((await allowedNow(resource, request, context, tx)).data),
  );
  const rehearsed = { id: '', url: '', mediaType: GENERAL, size: 0, name: '' };
  const count = managedIdsIn(edited(calendar, asked, rehearsed)).size;
  if (asked.action === 'add' && count > attachments) {
    throw maxAttachmentsPerResource(`the object has ${count - 1} attachments; ${attachments} are possible`);
  }
}

/** The object as it is now, if this request may change it so. */
async function allowedNow(
  resource: ObjectResource,
  request: DavRequest,
  context: Context,
  tx: ReadTransaction,
): Promise<StoredObject> {
  const { parent } = resource;
  const object = await tx.objects.read(parent.collection, resource.object.name);
  await requirePrivilegeNow(resource, '{DAV:}write-content', context, tx);
  await requireConditions(request, object, context, tx);
  if (object === undefined) throw new DavError(404, `there is nothing at ${resource.href} any more`);
  await requireUnlocked(request, context, tx, { what: 'content', at: objectResource(parent, object) });
  requireOrganizer(readCalendar(object.data), resource);
  return object;
}

/** Attendees take what the organizer attaches. RFC 8607 section 3.12.2. */
function requireOrganizer({ components }: Component, { owner, href }: ObjectResource): void {
  const own = new Set([
    ...[owner.address, ...owner.aliases].map((address) => `mailto:${address}`),
    principalHref(owner),
  ]);
  const isOwn = (value: string) => own.has(value.trim().toLowerCase());
  const people = (name: string) => components.flatMap((one) => propertiesOf(one, name).map(({ value }) => value));
  const organizers = people('ORGANIZER');
  if (organizers.length === 0 || organizers.some(isOwn) || !people('ATTENDEE').some(isOwn)) return;
  throw new DavError(403, `${href} is an invitation: its organizer alone changes what is attached`);
}

/** RFC 8607 section 3.3. */
export const post: Method = { name: 'POST', spec: 'RFC 8607 section 3.3', on: [calendarObject], handle };
