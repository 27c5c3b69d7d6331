/**
 * Where COPY and MOVE lead: the Destination and Overwrite headers. RFC 4918 section 10.3, RFC 4918 section 10.6.
 */
import { requireOnParent, requirePrivilege } from '../../dav/dispatch.ts';
import { ConditionNotMet, DavError } from '../../dav/errors.ts';
import { locate } from '../../dav/locate.ts';
import { memberNameFault } from '../../dav/member-name.ts';
import type { Context, DavRequest } from '../../dav/method.ts';
import { referenceIn } from '../../dav/reference.ts';
import type { CollectionResource, ObjectResource, Resource } from '../../dav/resource.ts';
import { splitPath } from '../../formats/http/path.ts';

/** A name in a collection, and what lies there now. */
export interface Destination {
  readonly parent: CollectionResource;
  readonly name: string;
  /** As it was found; the transaction that writes looks again. */
  readonly replaces: CollectionResource | ObjectResource | undefined;
  /** Overwrite: whether something may be there. */
  readonly mayOverwrite: boolean;
}

/** @throws DavError 400, 403, 409, 502 */
export async function destinationOf(request: DavRequest, source: Resource, context: Context): Promise<Destination> {
  const mayOverwrite = overwrites(request);
  const target = await located(pathIn(request), context);
  if (!target.found) {
    if (target.parent?.shape !== 'collection') {
      throw new DavError(409, 'the collection in which the destination would lie does not exist');
    }
    requirePrivilege(target.parent, '{DAV:}bind');
    const fault = memberNameFault(target.name);
    if (fault !== undefined) throw new DavError(400, fault);
    return { parent: target.parent, name: target.name, replaces: undefined, mayOverwrite };
  }
  const { resource } = target;
  if (resource.href === source.href) throw new DavError(403, 'source and destination are the same');
  if ((resource.shape !== 'object' && resource.shape !== 'collection') || resource.parent === undefined) {
    throw new DavError(403, `${resource.href} cannot be replaced`);
  }
  if (resource.shape === 'collection' && resource.mount !== undefined) {
    throw new DavError(403, `${resource.href} is only listed here: it is taken off the list, never replaced`);
  }
  requireReplacing(request.method, source, resource);
  const { parent } = resource;
  const name = resource.shape === 'object' ? resource.object.name : resource.collection.name;
  return { parent, name, replaces: resource, mayOverwrite };
}

/**
 * What replacing takes: COPY of an object onto another changes that one, everything else takes it away and puts another in its place.
 * RFC 3744 section 3, and its Appendix B.
 */
function requireReplacing(method: string, source: Resource, replaced: CollectionResource | ObjectResource): void {
  if (method === 'COPY' && source.shape === 'object' && replaced.shape === 'object') {
    requirePrivilege(replaced, '{DAV:}write-content');
    requirePrivilege(replaced, '{DAV:}write-properties');
    return;
  }
  if (replaced.privileges.size === 0) requirePrivilege(replaced, '{DAV:}read');
  requireOnParent(replaced.parent, '{DAV:}bind');
  requireOnParent(replaced.parent, '{DAV:}unbind');
}

async function located(path: string, context: Context) {
  const split = splitPath(path);
  if (split === undefined) throw new DavError(400, `the Destination ${path.slice(0, 200)} cannot name anything here`);
  return context.store.read((tx) => locate(split, context, tx));
}

function pathIn(request: DavRequest): string {
  const reference = referenceIn(request.headers.destination?.trim() ?? '', request);
  if (reference.kind === 'here') return reference.path;
  if (reference.kind === 'elsewhere') {
    throw new DavError(
      502,
      `the Destination lies on ${reference.host}; this service is ${new URL(request.origin).host}`,
    );
  }
  throw new DavError(400, `${request.method} needs a Destination header: a path or URL of this service`);
}

function overwrites(request: DavRequest): boolean {
  const value = (request.headers.overwrite ?? 'T').trim().toUpperCase();
  if (value === 'T' || value === 'F') return value === 'T';
  throw new DavError(400, `Overwrite is T or F, not ${value}`);
}

/** Something is there, and Overwrite is F. */
export function overwriteForbidden(href: string): ConditionNotMet {
  return new ConditionNotMet(`there is something at ${href}, and Overwrite is F`);
}
