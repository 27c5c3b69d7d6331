/**
 * The bytes of objects on their way to another account: a large content is copied a few pieces at a time, each time in a transaction of
 * its own. RFC 4918 section 9.8.1.
 */
import { abandonContent, copyContent } from '../../dav/content.ts';
import { DavError } from '../../dav/errors.ts';
import type { Context } from '../../dav/method.ts';
import type { CollectionResource } from '../../dav/resource.ts';
import { writeRuleOf } from '../../dav/store-object.ts';
import type { WriteRule } from '../../dav/write-rule.ts';
import { PIECE, type StoredObject } from '../../store/records.ts';
import type { NewObject } from '../../store/store.ts';

/** What an object brings. */
export type Body = Pick<NewObject, 'data' | 'content' | 'created'>;

/** The refusal of a content that a collection does not take for its size. */
export function tooLarge(rule: WriteRule, size: number, into: CollectionResource): DavError {
  const reason = `${size} octets are too large for ${into.href}`;
  return rule.tooLarge?.(reason) ?? new DavError(403, reason);
}

/** @throws DavError 403 when it is too large for the collection, 409 when it is gone meanwhile */
export async function bodyAcross(object: StoredObject, into: CollectionResource, context: Context): Promise<Body> {
  const { content, size, data } = object;
  const rule = writeRuleOf(into, context);
  if (content === undefined) return { data: (await rule.across?.(object, into.owner, context)) ?? data };
  const { account } = object.collection;
  if (rule.large === true) {
    const id = await copyContent({ account, content, size, name: object.name }, into.owner.id, context);
    return { data, content: { id, size } };
  }
  if (size > rule.maxSize(context.limits)) throw tooLarge(rule, size, into);
  const count = Math.ceil(size / PIECE);
  const pieces = await context.store.read((tx) => tx.contents.pieces(account, content, 0, count));
  return { data: Buffer.concat(pieces) };
}

/** Gives up a content that was copied for nothing. */
export async function abandonBody({ content }: Body, into: CollectionResource, context: Context): Promise<void> {
  if (content !== undefined) await abandonContent(into.owner.id, content.id, context);
}
