/**
 * Making a collection, for MKCOL and MKCALENDAR alike: checked and made in one transaction, all or nothing.
 * RFC 5689 section 3, RFC 4791 section 5.3.1.
 */
import { encodeSegment } from '../formats/http/path.ts';
import { elementsOf } from '../formats/xml/element.ts';
import { DAV, type XmlName } from '../formats/xml/name.ts';
import type { WriteTransaction } from '../store/store.ts';
import { requireConditions } from './conditions.ts';
import { requirePrivilege } from './dispatch.ts';
import { DavError } from './errors.ts';
import type { Creatable, PropertyUpdate } from './feature.ts';
import { wayTo } from './locate.ts';
import { requireUnlocked } from './locks.ts';
import { memberNameFault } from './member-name.ts';
import { lockNow, objectNow } from './member-now.ts';
import type { Context, DavRequest } from './method.ts';
import { requirePrivilegeNow } from './privilege-now.ts';
import { applyUpdate, type UpdateResult } from './property-update.ts';
import { type CollectionResource, inWords } from './resource.ts';

/** The resource types in the DAV:resourcetype that a client sets; undefined when it sets none. */
export function requestedType(update: PropertyUpdate): ReadonlySet<XmlName> | undefined {
  const value = update.find((one) => one.name === `{${DAV}}resourcetype`)?.value;
  return value === undefined ? undefined : new Set(elementsOf(value).map((one) => one.name));
}

/** The creatable whose resource type has exactly these elements. */
export function creatableOf(elements: ReadonlySet<XmlName>, context: Context): Creatable | undefined {
  return context.catalogue.creatable.find(
    ({ type }) => type.elements.length === elements.size && type.elements.every((name) => elements.has(name)),
  );
}

/** Where the collection would lie. @throws DavError 405 when something is there, 409 when its parent is not */
export function placeFor(request: DavRequest, context: Context): { parent: CollectionResource; name: string } {
  const { located } = context;
  if (located.found) throw new DavError(405, `there is something at ${located.resource.href} already`);
  const { parent, name } = located;
  if (parent?.shape !== 'collection') {
    throw new DavError(409, `the collection in which ${request.target} would lie does not exist`);
  }
  requirePrivilege(parent, '{DAV:}bind');
  const fault = memberNameFault(name);
  if (fault !== undefined) throw new DavError(400, fault);
  return { parent, name };
}

/** The refusal of a collection where it cannot lie. */
export function misplaced(creatable: Creatable | undefined, reason: string): DavError {
  return creatable?.misplaced?.(reason) ?? new DavError(403, reason);
}

/**
 * To be asked when one or more collections have been added below a home, at whatever depth: whoever adds one waits for the others who do,
 * so that they are counted.
 * @throws DavError 507 when there are too many
 */
export async function requireRoomInHome(
  at: CollectionResource,
  { limits }: Pick<Context, 'limits'>,
  tx: WriteTransaction,
): Promise<void> {
  const [home = at] = wayTo(at);
  const collections = await tx.collections.countBelow(home.collection);
  if (collections > limits.collections) throw new DavError(507, `one home holds ${limits.collections} collections`);
}

/** Makes it, or says which properties were refused. @throws DavError */
export async function createCollection(
  creatable: Creatable,
  { parent, name }: { readonly parent: CollectionResource; readonly name: string },
  update: PropertyUpdate,
  context: Context,
  request: DavRequest,
): Promise<UpdateResult> {
  const { type } = creatable;
  if (creatable.only !== undefined && creatable.only !== name) {
    throw misplaced(creatable, `${inWords(type)} is called ${creatable.only}, not ${name}`);
  }
  const settable = update.filter((one) => one.name !== `{${DAV}}resourcetype`);
  const result = applyUpdate(settable, creatable.defaults, { creating: true, type }, context);
  if (!result.ok) return { ...result, names: update.map((one) => one.name) };
  const href = `${parent.href}${encodeSegment(name)}/`;
  await context.store.write(context.writes, async (tx) => {
    const above = await lockNow(parent, tx);
    await requirePrivilegeNow(parent, '{DAV:}bind', context, tx);
    const there = await tx.collections.child(above.account, above.id, name);
    if (there !== undefined || (await objectNow(parent, name, tx)) !== undefined)
      throw new DavError(405, `there is something at ${href} already`);
    await requireConditions(request, undefined, context, tx);
    await requireUnlocked(request, context, tx, { what: 'member', in: parent, name });
    const { properties } = result;
    if (creatable.make !== undefined) await creatable.make({ parent, above, name, properties }, tx);
    else await tx.collections.add(above.account, { parent: above.id, name, kind: type.kind, properties });
    await requireRoomInHome(parent, context, tx);
  });
  return result;
}
