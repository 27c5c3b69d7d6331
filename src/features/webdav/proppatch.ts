/**
 * PROPPATCH: all or nothing. RFC 4918 section 9.2.
 */
import { mapped, requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import type { PropertyUpdate } from '../../dav/feature.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { multistatusHeaders, response } from '../../dav/multistatus.ts';
import {
  applyUpdate,
  cannotModifyProtectedProperty,
  failurePropstats,
  readUpdate,
  successPropstat,
  type UpdateResult,
} from '../../dav/property-update.ts';
import type { Resource } from '../../dav/resource.ts';
import { requirePrivilegeNow } from '../../dav/standing-now.ts';
import { xmlBody } from '../../dav/xml-body.ts';
import { DAV } from '../../formats/xml/name.ts';
import { closeDocument, openDocument } from '../../formats/xml/write.ts';
import { checkCollectionConditions, checkConditions } from './conditions.ts';

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
      if (now === undefined) throw new DavError(404, `there is nothing at ${resource.href}`);
      checkCollectionConditions(request, now);
      const result = applyUpdate(update, now.properties, target, context);
      if (result.ok) await tx.collections.setProperties(now, result.properties);
      return result;
    });
  }
  if (resource.shape === 'object') {
    return context.store.write(context.writes, async (tx) => {
      await tx.collections.lock(resource.collection);
      await requirePrivilegeNow(resource, '{DAV:}write-properties', context, tx);
      const now = await tx.objects.get(resource.collection, resource.object.name);
      checkConditions(request, now);
      if (now === undefined) throw new DavError(404, `there is nothing at ${resource.href}`);
      const result = applyUpdate(update, now.properties, target, context);
      if (result.ok) await tx.objects.setProperties(resource.collection, now.name, result.properties);
      return result;
    });
  }
  const error = cannotModifyProtectedProperty(`the properties of ${resource.href} are kept by the server`);
  const names = update.map(({ name }) => name);
  return { ok: false, failures: names.map((name) => ({ name, error })), names };
}

function answer(resource: Resource, propstats: string, { catalogue }: Context): DavResponse {
  const name = `{${DAV}}multistatus` as const;
  const body = `${openDocument(name)}\n${response(resource.href, propstats)}${closeDocument(name)}\n`;
  return { status: 207, headers: multistatusHeaders(catalogue), body };
}
