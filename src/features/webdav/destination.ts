/**
 * Where COPY and MOVE lead: the Destination and Overwrite headers. RFC 4918 section 10.3, RFC 4918 section 10.6.
 */
import { requirePrivilege } from '../../dav/dispatch.ts';
import { ConditionNotMet, DavError } from '../../dav/errors.ts';
import { locate, parentOf } from '../../dav/locate.ts';
import { memberNameFault } from '../../dav/member-name.ts';
import type { Context, DavRequest } from '../../dav/method.ts';
import type { CollectionResource, Resource } from '../../dav/resource.ts';
import { splitPath } from '../../formats/http/path.ts';

/** A name in a collection, and what lies there now. */
export interface Destination {
  readonly parent: CollectionResource;
  readonly name: string;
  /** As it was found; the transaction that writes looks again. */
  readonly replaces: Resource | undefined;
  /** Overwrite: whether something may be there. */
  readonly mayOverwrite: boolean;
}

/** @throws DavError 400, 403, 409, 412, 502 */
export async function destinationOf(request: DavRequest, source: Resource, context: Context): Promise<Destination> {
  const mayOverwrite = overwrites(request);
  const target = await located(pathIn(request), context);
  if (target.found) {
    const { resource } = target;
    if (resource.href === source.href) throw new DavError(403, 'source and destination are the same');
    if (!mayOverwrite) throw new ConditionNotMet(`there is something at ${resource.href}, and Overwrite is F`);
    if (resource.shape === 'object') {
      requirePrivilege(resource, '{DAV:}write-content');
      return {
        parent: parentOf(resource, context.catalogue),
        name: resource.object.name,
        replaces: resource,
        mayOverwrite,
      };
    }
    if (resource.shape !== 'collection') throw new DavError(403, `${resource.href} cannot be replaced`);
    requirePrivilege(resource, '{DAV:}unbind');
    const home = await located(parentPath(resource.href), context);
    if (!home.found || home.resource.shape !== 'collection')
      throw new DavError(403, `${resource.href} cannot be replaced`);
    return { parent: home.resource, name: resource.collection.name, replaces: resource, mayOverwrite };
  }
  if (target.parent?.shape !== 'collection') {
    throw new DavError(409, 'the collection in which the destination would lie does not exist');
  }
  requirePrivilege(target.parent, '{DAV:}bind');
  const fault = memberNameFault(target.name);
  if (fault !== undefined) throw new DavError(400, fault);
  return { parent: target.parent, name: target.name, replaces: undefined, mayOverwrite };
}

function parentPath(href: string): string {
  return href.slice(0, href.lastIndexOf('/', href.length - 2) + 1);
}

async function located(path: string, context: Context) {
  const split = splitPath(path);
  if (split === undefined) throw new DavError(400, `the Destination ${path.slice(0, 200)} cannot name anything here`);
  return context.store.read((tx) => locate(split, context.user, context.catalogue, tx));
}

/** The path of the Destination header; the scheme is left aside, because behind a proxy a client may know another. */
function pathIn(request: DavRequest): string {
  const destination = request.headers.destination?.trim() ?? '';
  if (destination.startsWith('/')) return destination;
  if (!URL.canParse(destination))
    throw new DavError(400, `${request.method} needs a Destination header: a path or URL of this service`);
  const [, authority = '', path = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/i.exec(destination) ?? [];
  const here = new URL(request.origin).host;
  if (new URL(`https://${authority}`).host !== here && new URL(destination).host !== here) {
    throw new DavError(502, `the Destination lies on ${authority}; this service is ${here}`);
  }
  return path === '' ? '/' : path;
}

function overwrites(request: DavRequest): boolean {
  const value = (request.headers.overwrite ?? 'T').trim().toUpperCase();
  if (value === 'T' || value === 'F') return value === 'T';
  throw new DavError(400, `Overwrite is T or F, not ${value}`);
}
