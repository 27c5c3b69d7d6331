/**
 * COPY and MOVE of objects and of collections that clients can make. What arrives is asked of the destination's write rule, as PUT would be.
 * Within one account each is one transaction, all or nothing; between two accounts a MOVE is a copy, and then a removal of what was copied.
 * RFC 4918 section 9.8, RFC 4918 section 9.9.
 */
import { misplaced } from '../../dav/create-collection.ts';
import { mapped, requireOnParent, requirePrivilege } from '../../dav/dispatch.ts';
import { DavError } from '../../dav/errors.ts';
import { segmentsOf } from '../../dav/locate.ts';
import { isWithin } from '../../dav/locks.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { type CollectionResource, inWords, type ObjectResource } from '../../dav/resource.ts';
import { writeRuleOf } from '../../dav/store-object.ts';
import { parseDepth } from '../../formats/http/headers.ts';
import { transferAcross } from './copy-move-across.ts';
import { requireReplaceable, type Transfer } from './copy-move-arrival.ts';
import { transferWithin } from './copy-move-within.ts';
import { destinationOf } from './destination.ts';

function method(name: Transfer['manner'], spec: Method['spec']): Method {
  return {
    name,
    spec,
    on: ['collection', 'object'],
    async handle(request, context) {
      const source = mapped(context, request);
      if (source.shape !== 'collection' && source.shape !== 'object') throw new DavError(405, `${source.href} stays`);
      requirePrivilege(source, '{DAV:}read');
      if (source.shape === 'collection' && source.mount !== undefined) {
        throw new DavError(403, `${source.href} is only listed here, and stays so; what is in it can be copied`);
      }
      if (name === 'MOVE' && source.shape === 'collection') requireOnParent(source.parent, '{DAV:}unbind');
      else if (name === 'MOVE') requirePrivilege(source, '{DAV:}unbind');
      const to = await destinationOf(request, source, context);
      const transfer: Transfer = { manner: name, source, to, depth: depthOf(name, source, request), request, context };
      requireFitting(transfer, context);
      const isWithinAccount = source.owner.id === to.parent.owner.id;
      const replaced = await (isWithinAccount ? transferWithin(transfer) : transferAcross(transfer));
      return replaced ? REPLACED : CREATED;
    },
  };
}

/** RFC 4918 section 9.8. */
export const copy: Method = method('COPY', 'RFC 4918 section 9.8');
/** RFC 4918 section 9.9. */
export const move: Method = method('MOVE', 'RFC 4918 section 9.9');

const CREATED: DavResponse = { status: 201, headers: {} };
const REPLACED: DavResponse = { status: 204, headers: {} };

/** @throws DavError 400 */
function depthOf(
  manner: Transfer['manner'],
  source: CollectionResource | ObjectResource,
  { headers }: DavRequest,
): 0 | 'infinity' {
  const depth = parseDepth(headers.depth) ?? 'infinity';
  if (source.shape === 'object') return 0;
  if (depth === 1 || (depth === 0 && manner === 'MOVE')) {
    throw new DavError(400, `${manner} of a collection does not work with Depth: ${depth}`);
  }
  return depth;
}

/** Whether such a thing can be put there at all. @throws DavError 403 */
function requireFitting({ manner, source, to }: Transfer, context: Context): void {
  const { catalogue } = context;
  if (source.shape === 'object') writeRuleOf(to.parent, context);
  else {
    const { type, collection } = source;
    const creatable = catalogue.creatable.find((one) => one.type.kind === type.kind);
    if (creatable?.within.some((one) => one.kind === to.parent.type.kind) !== true) {
      const reason = `${inWords(type)} cannot be put into ${to.parent.href}, ${inWords(to.parent.type)}`;
      throw misplaced(creatable, reason);
    }
    if (creatable?.only !== undefined) {
      throw new DavError(
        403,
        `${source.href}, ${inWords(type)}, cannot be copied or moved; what is in it can be copied`,
      );
    }
    if (manner === 'MOVE' && catalogue.keeps(type)?.onDelete(collection.name) === 'empty') {
      throw new DavError(403, `${source.href} stays where it is`);
    }
  }
  if (to.replaces?.shape === 'collection') requireReplaceable(to.replaces, context);
  if (source.owner.id !== to.parent.owner.id) return;
  const [from, into] = [segmentsOf(source), [...segmentsOf(to.parent), to.name]];
  if (isWithin(from, into)) throw new DavError(403, 'the destination holds the source, and would be replaced by it');
  if (isWithin(into, from) && (manner === 'MOVE' || to.replaces !== undefined)) {
    throw new DavError(403, 'the destination lies in the source');
  }
}
