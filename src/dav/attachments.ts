/**
 * Managed attachments as what they are besides text: bytes of an account with a URL of their own, which may go to another account.
 * RFC 8607 section 3.
 */
import { Buffer } from 'node:buffer';
import { encodePath } from '../formats/http/path.ts';
import type { Account, AttachmentRecord } from '../store/records.ts';
import { abandonContent, copyContent } from './content.ts';
import { etagOf } from './etag.ts';
import type { Context } from './method.ts';

/** The first path segment of their URLs. */
export const ATTACHMENTS_SEGMENT = 'attachments';

/** `/attachments/user@example.com/ID/agenda.html`; without what a reader of iCalendar or of a shell could misunderstand. */
export function attachmentHref(owner: Account, { id, name }: Pick<AttachmentRecord, 'id' | 'name'>): string {
  const last = name === '' ? '' : `/${encodeURIComponent(name).replace(UNPLAIN, percent)}`;
  return encodePath([ATTACHMENTS_SEGMENT, owner.address, id], false) + last;
}

const UNPLAIN = /[!'()*]/g;

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/**
 * The same attachment for another account, with a MANAGED-ID of its own: always the same one, so that an object that is copied again becomes the
 * same. Nothing uses it yet. @throws DavError 409 when it has gone meanwhile
 */
export async function attachmentAcross(
  attachment: AttachmentRecord,
  to: Account,
  context: Context,
): Promise<AttachmentRecord> {
  const { account, content: from, etag, size, mediaType, name } = attachment;
  const id = etagOf(Buffer.from(`${account}/${attachment.id} ${to.id}`));
  const [there] = await context.store.read((tx) => tx.attachments.getAll(to.id, [id]));
  const content =
    there?.content ??
    (from && (await copyContent({ account, content: from, size, name: attachment.id }, to.id, context)));
  const made = await context.store.write(context.writes, (tx) =>
    tx.attachments.add(to.id, { id, content, etag, size, mediaType, name }),
  );
  if (content !== undefined && made.content !== content) await abandonContent(to.id, content, context);
  return made;
}
