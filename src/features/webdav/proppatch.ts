/**
 * PROPPATCH: all or nothing. RFC 4918 section 9.2.
 */
import { requireConditions } from '../../dav/conditions.ts';
import { mapped, requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import type { PropertyUpdate } from '../../dav/feature.ts';
import { requireUnlocked } from '../../dav/locks.ts';
import { isWhereItWas, lockNow } from '../../dav/member-now.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { multistatusHeaders, response } from '../../dav/multistatus.ts';
import { requirePrivilegeNow } from '../../dav/privilege-now.ts';
import {
  applyUpdate,
  cannotModifyProtectedProperty,
  failurePropstats,
  readUpdate,
  successPropstat,
  type UpdateResult,
} from '../../dav/property-update.ts';
import type { Resource } from '../../dav/resource.ts';
import { xmlBody } from '../../dav/xml-body.ts';
import { DAV, type XmlName } from '../../formats/xml/name.ts';
import { closeDocument, openDocument } from '../../formats/xml/write.ts';
import type { WriteTransaction } from '../../store/store.ts';

export const proppatch: Method = {
  name: 'PROPPATCH',
  spec: 'RFC 4918 section 9.2',
  on: ['service', 'principal', 'collection', 'object'],
  async handle(request, context) {
    const resource = mapped(context, request);
    requirePrivilege(resource, '{DAV:}write-properties');
    const body = await xmlBody(request, context);
    if (body?.name !== `{${DAV}}propertyupdate`) {
      throw new DavError(400, `the body of PROPPATCH is a {DAV:}propertyupdate, not ${body?.name ?? 'empty'}`);
    }
    const update = readUpdate(body);
    const result = await write(update, resource, context, request);
    if (!result.ok) return answer(resource, failurePropstats(result, context), context);
    if (context.preferences.return === 'minimal') {
      return { status: 204, headers: { 'Preference-Applied': 'return=minimal', Vary: 'Brief,Prefer' } };
    }
    return answer(resource, successPropstat(update), context);
  },
};

async function write(
  update: PropertyUpdate,
  resource: Resource,
  context: Context,
  request: DavRequest,
): Promise<UpdateResult> {
  const { type } = resource;
  const target = { type, creating: false };
  if (resource.shape === 'collection') {
    return context.store.write(context.writes, async (tx) => {
      const now = await tx.collections.lock(resource.collection);
      await requirePrivilegeNow(resource, '{DAV:}write-properties', context, tx);
      if (now === undefined || !(await isWhereItWas(resource, now, tx)))
        throw new DavError(404, `there is nothing at ${resource.href}`);
      await requireConditions(request, now, context, tx);
      await requireUnlocked(request, context, tx, { what: 'content', at: resource });
      const result = applyUpdate(update, now.properties, target, context);
      if (result.ok) await tx.collections.setProperties(now, result.properties);
      return result;
    });
  }
  if (resource.shape === 'object') {
    return context.store.write(context.writes, async (tx) => {
      await lockNow(resource.parent, tx);
      await requirePrivilegeNow(resource, '{DAV:}write-properties', context, tx);
      const now = await tx.objects.get(resource.collection, resource.object.name);
      await requireConditions(request, now, context, tx);
      if (now === undefined) throw new DavError(404, `there is nothing at ${resource.href}`);
      await requireUnlocked(request, context, tx, { what: 'content', at: resource });
      const result = applyUpdate(update, now.properties, target, context);
      if (result.ok) await tx.objects.setProperties(resource.collection, now.name, result.properties);
      return result;
    });
  }
  return writeToPrincipal(update, resource, context);
}

/** Thrown to undo what was written: a PROPPATCH is done as a whole. */
class Undo extends Error {
  readonly result: UpdateResult;
  constructor(result: UpdateResult) {
    super('undo');
    this.result = result;
  }
}

/** Principals store no properties: what can be set on one is written by the property itself. */
async function writeToPrincipal(update: PropertyUpdate, resource: Resource, context: Context): Promise<UpdateResult> {
  const names = update.map(({ name }) => name);
  const writeAll = async (tx: WriteTransaction): Promise<UpdateResult> => {
    const failures: { name: XmlName; error: DavError }[] = [];
    for (const { name, value } of update) {
      const property = context.catalogue.property(resource.type, name);
      try {
        if (property?.write === undefined) throw cannotModifyProtectedProperty(`${name} is kept by the server`);
        await property.write(resource, value, tx, context);
      } catch (error) {
        if (!(error instanceof DavError)) throw error;
        failures.push({ name, error });
      }
    }
    if (failures.length > 0) throw new Undo({ ok: false, failures, names });
    return { ok: true, properties: {} };
  };
  try {
    return await context.store.write(context.writes, writeAll);
  } catch (error) {
    if (error instanceof Undo) return error.result;
    throw error;
  }
}

function answer(resource: Resource, propstats: string, { catalogue }: Context): DavResponse {
  const name = `{${DAV}}multistatus` as const;
  const body = `${openDocument(name)}\n${response(resource.href, propstats)}${closeDocument(name)}\n`;
  return { status: 207, headers: multistatusHeaders(catalogue), body };
}
