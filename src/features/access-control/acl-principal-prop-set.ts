/**
 * acl-principal-prop-set: properties of the principals that stand in an access control list. RFC 3744 section 9.2.
 */
import { locate, principalHref } from '../../dav/locate.ts';
import { multistatus, statusResponse } from '../../dav/multistatus.ts';
import { propertyReader, requestedProperties } from '../../dav/properties.ts';
import type { Report } from '../../dav/report.ts';
import type { Resource } from '../../dav/resource.ts';
import { splitPath } from '../../formats/http/path.ts';
import { DAV } from '../../formats/xml/name.ts';
import { type Ace, aclsOf } from './acl.ts';
import { requireDepthZero } from './reports.ts';

export const aclPrincipalPropSet: Report = {
  name: `{${DAV}}acl-principal-prop-set`,
  spec: 'RFC 3744 section 9.2',
  on: ['service', 'principal', 'collection', 'object'],
  privilege: '{DAV:}read-acl',
  async run(body, at, context, request) {
    requireDepthZero(request);
    const { store, catalogue, preferences } = context;
    const reader = propertyReader(requestedProperties(body), context, preferences.return === 'minimal');
    const answer = await store.read(async (tx) => {
      const [list = []] = await aclsOf([at], context, tx);
      let text = '';
      for (const path of pathsIn(list, at)) {
        const split = splitPath(path);
        const located = split === undefined ? undefined : await locate(split, context, tx);
        text += located?.found === true ? await reader.respond([located.resource], tx) : statusResponse(path, 404);
      }
      return text;
    });
    return multistatus(catalogue, one(answer));
  },
};

/** Each principal once, however often it is named. */
function pathsIn(list: readonly Ace[], at: Resource): ReadonlySet<string> {
  return new Set(
    list.flatMap(({ principal }) => {
      if (principal.kind === 'href') return [principal.href];
      return principal.kind === 'owner' && at.shape !== 'service' ? [principalHref(at.owner)] : [];
    }),
  );
}

async function* one(piece: string): AsyncGenerator<string> {
  yield piece;
}
