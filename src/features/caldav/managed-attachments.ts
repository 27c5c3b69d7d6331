/**
 * What the text of a calendar object may say of managed attachments: it refers to those that its account has, and takes them along to another
 * account. RFC 8607 section 3.7.
 */
import { attachmentAcross, attachmentHref } from '../../dav/attachments.ts';
import type { Context } from '../../dav/method.ts';
import type { ProposedWrite, WriteRule } from '../../dav/write-rule.ts';
import type { Component, Property } from '../../formats/icalendar/component.ts';
import { readOr } from '../../formats/icalendar/content-line.ts';
import { managedIdsIn, unmanaged, withManaged } from '../../formats/icalendar/managed-attachments.ts';
import { readCalendar } from '../../formats/icalendar/read.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import type { Account, AttachmentRecord, StoredObject } from '../../store/records.ts';
import type { ReadTransaction } from '../../store/store.ts';
import { maxAttachmentsPerResource, validManagedIdParameter } from './preconditions.ts';

/**
 * The MANAGED-IDs in an object that is to be stored. Whoever writes in the calendar of another names only attachments that the object has already,
 * or that are of the writer's making: RFC 8607 section 3.12.2.
 * @throws PreconditionViolated
 */
export async function acceptedAttachments(
  calendar: Component,
  { owner, collection, name, previous, author, limits }: ProposedWrite,
  tx: ReadTransaction,
): Promise<readonly string[]> {
  const ids = [...managedIdsIn(calendar)];
  if (ids.length === 0) return ids;
  const before = new Set(previous === undefined ? [] : await tx.attachments.usedBy(collection, name));
  const added = ids.filter((id) => !before.has(id));
  if (added.length === 0) return ids;
  if (ids.length > limits.attachments) {
    throw maxAttachmentsPerResource(`the object has ${ids.length} attachments; ${limits.attachments} are possible`);
  }
  const known = new Map((await tx.attachments.getAll(owner.id, added)).map((one) => [one.id, one]));
  for (const id of added) {
    const attachment = known.get(id);
    const mayUse = author === undefined || author === owner.id || author === attachment?.creator;
    if (attachment === undefined || !mayUse) {
      throw validManagedIdParameter(`there is no attachment with the MANAGED-ID ${id.slice(0, 100)} to be used here`);
    }
  }
  return ids;
}

/** The object with copies of its attachments in the other account; a reference to what is not there any more becomes an ordinary one. */
export async function withAttachmentsAcross(object: StoredObject, to: Account, context: Context): Promise<Uint8Array> {
  const { collection, name, data } = object;
  const { store } = context;
  const isUsing = (await store.read((tx) => tx.attachments.usedBy(collection, name))).length > 0;
  if (!isUsing) return data;
  const calendar = readCalendar(data);
  const ids = [...managedIdsIn(calendar)];
  const copies = new Map<string, Property['parameters'][number] & { readonly href: string }>();
  for (const one of await store.read((tx) => tx.attachments.getAll(collection.account, ids))) {
    const copy: AttachmentRecord = await attachmentAcross(one, to, context);
    copies.set(one.id, { name: 'MANAGED-ID', values: [copy.id], href: attachmentHref(to, copy) });
  }
  const changed = withManaged(calendar, (property, id) => {
    const copy = copies.get(id);
    if (copy === undefined) return unmanaged(property);
    const { href, ...managedId } = copy;
    const parameters = property.parameters.map((one) => (one.name === 'MANAGED-ID' ? managedId : one));
    return { ...property, parameters, value: originOf(property.value) + href };
  });
  return new TextEncoder().encode(writeComponent(changed));
}

/** Where clients of this service found the attachment until now. */
function originOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed !== null && /^https?:$/.test(parsed.protocol) ? parsed.origin : '';
}

/** The parameter's name, wherever a line may be folded. */
const MANAGED_ID = new RegExp([...'MANAGED-ID'].join('(?:\\r?\\n[ \\t])?'), 'i');

/** Without MANAGED-IDs of other servers, so that their attachments stay as the references that they are. RFC 8607 section 3.12.7. */
export const withKnownAttachments: NonNullable<WriteRule['imported']> = async (data, owner, tx) => {
  if (!MANAGED_ID.test(new TextDecoder('latin1').decode(data))) return data;
  // What cannot be read is refused by whoever stores it.
  const calendar = readOr(
    () => readCalendar(data),
    () => undefined,
  );
  if (calendar === undefined) return data;
  const known = new Set((await tx.attachments.getAll(owner.id, [...managedIdsIn(calendar)])).map(({ id }) => id));
  const changed = withManaged(calendar, (property, id) => (known.has(id) ? property : unmanaged(property)));
  return changed === calendar ? data : new TextEncoder().encode(writeComponent(changed));
};
