/**
 * POST to a collection makes a member of it, and the server gives the name. RFC 5995.
 */
import { requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import type { Feature } from '../../dav/feature.ts';
import type { DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { defineProperty, href } from '../../dav/property.ts';
import type { ResourceType } from '../../dav/resource.ts';
import { representation, storeObject, writeRuleOf } from '../../dav/store-object.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import { DAV } from '../../formats/xml/name.ts';

/** POST does other things to the same collections: this query tells them apart. RFC 5995 section 3.1. */
const QUERY = 'action=add-member';

function isAddMember({ target }: DavRequest): boolean {
  const mark = target.indexOf('?');
  return (
    mark >= 0 &&
    target
      .slice(mark + 1)
      .split('&')
      .includes(QUERY)
  );
}

const handle: Method['handle'] = async (request, context): Promise<DavResponse> => {
  const parent = context.located.found ? context.located.resource : undefined;
  if (parent?.shape !== 'collection') throw new DavError(404, `there is no collection at ${request.target}`);
  requirePrivilege(parent, '{DAV:}bind');
  if (request.headers['content-range'] !== undefined) {
    throw new DavError(400, 'POST of a part (Content-Range) is not possible; send the whole object');
  }
  const name = context.newName() + writeRuleOf(parent, context).suffix;
  const place = { parent, name, previous: undefined, conditionsOn: 'collection' } as const;
  const stored = await storeObject(place, request, context);
  const given = await representation(parent, name, stored, context);
  const location = `${request.origin}${parent.href}${encodeSegment(name)}`;
  return {
    ...given,
    status: 201,
    headers: {
      ...(stored.rewritten ? {} : { ETag: `"${stored.object.etag}"` }),
      ...given?.headers,
      Location: location,
    },
  };
};

/** The feature, for collections of these types, which take objects of clients. RFC 5995. */
export function addMember(...types: readonly ResourceType<'collection'>[]): Feature {
  return {
    name: 'add-member',
    specs: ['RFC 5995 section 3'],
    properties: [
      defineProperty({
        name: `{${DAV}}add-member`,
        spec: 'RFC 5995 section 3.2.1',
        on: types,
        inAllprop: false,
        read: (collection) => href(`${collection.href}?${QUERY}`),
      }),
    ],
    methods: [{ name: 'POST', spec: 'RFC 5995 section 3.1', on: types, when: isAddMember, handle }],
  };
}
