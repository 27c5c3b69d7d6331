/**
 * PUT: what may be stored in which kind of collection is said by its write rule. RFC 4918 section 9.7.
 */
import { requirePrivilege } from '../../dav/dispatch.ts';
import { ConditionNotMet, DavError } from '../../dav/errors.ts';
import { memberNameFault } from '../../dav/member-name.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { type Place, representation, storeObject, writeRuleOf } from '../../dav/store-object.ts';

export const put: Method = {
  name: 'PUT',
  spec: 'RFC 4918 section 9.7',
  on: ['object', 'unmapped'],
  async handle(request, context) {
    const place = target(request, context);
    requirePrivilege(place.parent, place.previous === undefined ? '{DAV:}bind' : '{DAV:}write-content');
    writeRuleOf(place.parent, context);
    if (place.previous === undefined && request.target.split('?')[0]?.endsWith('/')) {
      throw new DavError(409, `a name ending in a slash is a collection's; PUT stores an object: leave the slash out`);
    }
    if (request.headers['content-range'] !== undefined) {
      throw new DavError(400, 'PUT of a part (Content-Range) is not possible; send the whole object');
    }
    try {
      const stored = await storeObject(place, request, context);
      const given = await representation(place.parent, place.name, stored, context);
      if (given !== undefined) return { status: stored.created ? 201 : 200, ...given };
      const headers = stored.rewritten ? {} : { ETag: `"${stored.object.etag}"` };
      return { status: stored.created ? 201 : 204, headers };
    } catch (error) {
      if (error instanceof ConditionNotMet) return notMet(error, place, context);
      throw error;
    }
  },
};

/** The client would ask next for what is there: RFC 8144 section 3.2. */
async function notMet(error: ConditionNotMet, { parent, name }: Place, context: Context): Promise<DavResponse> {
  const given = await representation(parent, name, undefined, context);
  if (given === undefined) throw error;
  return { status: error.status, ...given };
}

function target(request: DavRequest, { located }: Context): Place {
  if (located.found) {
    const { resource } = located;
    if (resource.shape !== 'object') throw new DavError(405, `${resource.href} is a collection; PUT stores an object`);
    const { parent, object } = resource;
    return { parent, name: object.name, previous: object, conditionsOn: 'object' };
  }
  if (located.parent?.shape !== 'collection') {
    throw new DavError(409, `the collection in which ${request.target} would lie does not exist`);
  }
  const fault = memberNameFault(located.name);
  if (fault !== undefined) throw new DavError(400, fault);
  return { parent: located.parent, name: located.name, previous: undefined, conditionsOn: 'object' };
}
