/**
 * What the two multiget reports share: the hrefs of a body are mapped to names of one collection, and the objects of these names are read
 * in batches and answered in the client's order. RFC 4791 section 7.9, RFC 6352 section 8.7.
 */
import { encodeSegment, splitPath } from '../formats/http/path.ts';
import { childrenOf, textOf, type XmlElement } from '../formats/xml/element.ts';
import { DAV } from '../formats/xml/name.ts';
import type { ObjectRecord } from '../store/records.ts';
import type { ReadTransaction } from '../store/store.ts';
import { DavError } from './errors.ts';
import { objectResource } from './locate.ts';
import { firstPage, nextPage } from './member-pages.ts';
import type { Context } from './method.ts';
import { statusResponse } from './multistatus.ts';
import type { PropertyReader } from './properties.ts';
import type { CollectionResource, ObjectResource, Resource } from './resource.ts';

/** What writes the DAV:response elements of found objects: a property reader, or something that looks at each object first. */
export type Responder = Pick<PropertyReader, 'respond'>;

/** The DAV:href elements of a multiget body, trimmed, in their order. @throws DavError 413 for more than `limit` (`limits.hrefs`) */
export function parseHrefs(body: XmlElement, limit: number): readonly string[] {
  const hrefs = childrenOf(body, `{${DAV}}href`);
  if (hrefs.length > limit) {
    throw new DavError(413, `the request names ${hrefs.length} resources; ask for at most ${limit} at once`);
  }
  return hrefs.map((href) => textOf(href).trim());
}

/** What a multiget is about. */
export interface Multiget {
  /** What the request's URL names. An object answers for itself alone. */
  readonly at: CollectionResource | ObjectResource;
  /** As parseHrefs gives them. */
  readonly hrefs: readonly string[];
  /** DavRequest.origin: absolute URIs of this host count as paths. */
  readonly origin: string;
  /** Whether the responder needs the bytes; without them the resources hold an ObjectRecord and no StoredObject. */
  readonly bytes: boolean;
  readonly responder: Responder;
  readonly context: Context;
}

/**
 * The DAV:response elements, in pieces for `multistatus`. What is not a member, or not there, is 404 in its own response; other
 * collections are never looked into. A resource that is named twice, in whatever spelling, is answered once, for an href may stand in
 * one response only (RFC 4918 section 14.7). No hrefs on an object mean the object itself; on a collection they mean nothing.
 */
export async function* multiget(options: Multiget): AsyncGenerator<string> {
  const { at, hrefs, origin, bytes, responder, context } = options;
  const { store, limits } = context;
  const parent = at.shape === 'object' ? at.parent : at;
  const only = at.shape === 'object' ? at.object.name : undefined;
  const wanted = wantedIn(parent, only !== undefined && hrefs.length === 0 ? [at.href] : hrefs, only, origin);
  let size = firstPage(limits.page);
  for (let from = 0; from < wanted.length; ) {
    const batch = wanted.slice(from, from + size);
    from += batch.length;
    const piece = await store.read(async (tx) => {
      const objects = await readObjects(parent, batch, bytes, tx);
      return { text: await answers(parent, batch, objects, responder, tx), objects };
    });
    size = bytes ? nextPage(piece.objects, limits.page) : limits.page;
    yield piece.text;
  }
}

/** One response to come. */
interface Wanted {
  /** As it is answered: our spelling for members, the client's for everything else. */
  readonly href: string;
  /** Undefined for what is no member. */
  readonly name: string | undefined;
}

function wantedIn(
  parent: CollectionResource,
  hrefs: readonly string[],
  only: string | undefined,
  origin: string,
): readonly Wanted[] {
  const nameOf = memberNames(parent, origin);
  const wanted = new Map<string, Wanted>();
  for (const sent of hrefs) {
    const name = nameOf(sent);
    const href = name === undefined ? sent : parent.href + encodeSegment(name);
    if (!wanted.has(href)) wanted.set(href, { href, name: only === undefined || name === only ? name : undefined });
  }
  return [...wanted.values()];
}

/** The member names in hrefs: absolute paths, and URIs of our own host; encoded or not. RFC 4918 section 8.3. */
function memberNames(parent: CollectionResource, origin: string): (href: string) => string | undefined {
  const [segment, , ...rest] = splitPath(parent.href)?.segments ?? [];
  const { address, aliases } = (parent.mount?.in ?? parent).owner;
  const own = authorityOf(origin)?.authority;
  const isHere = (segments: readonly string[]): boolean => {
    if (segments.length !== rest.length + 3 || segments[0] !== segment) return false;
    const who = segments[1]?.toLowerCase() ?? '';
    return (who === address || aliases.includes(who)) && rest.every((one, at) => one === segments[at + 2]);
  };
  return (href) => {
    const uri = href.startsWith('/') ? undefined : authorityOf(href);
    const path = splitPath(encoded(uri !== undefined && uri.authority === own ? uri.path : href));
    if (path === undefined || path.query !== '' || !isHere(path.segments)) return undefined;
    return path.segments.at(-1);
  };
}

/** Characters that clients leave as they are, and a URI has encoded. */
function encoded(href: string): string {
  return /[^\0-\x7f]/.test(href)
    ? href.replace(/[^\0-\x7f]+/g, (text) => encodeURIComponent(text.toWellFormed()))
    : href;
}

/** The scheme does not matter: behind a proxy the client's is not always known. */
function authorityOf(uri: string): { readonly authority: string; readonly path: string } | undefined {
  const [, authority, path] = /^https?:\/\/([^/?#]*)(.*)$/is.exec(uri) ?? [];
  if (authority === undefined || path === undefined) return undefined;
  return { authority: authority.toLowerCase().replace(/:(?:80|443)?$/, ''), path };
}

async function readObjects(
  { collection }: CollectionResource,
  batch: readonly Wanted[],
  bytes: boolean,
  tx: ReadTransaction,
): Promise<readonly ObjectRecord[]> {
  const names = batch.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (names.length === 0) return [];
  return bytes ? tx.objects.readAll(collection, names) : tx.objects.getAll(collection, names);
}

/** Responses in the order of the batch; neighbours that are there go to the responder together. */
async function answers(
  parent: CollectionResource,
  batch: readonly Wanted[],
  objects: readonly ObjectRecord[],
  responder: Responder,
  tx: ReadTransaction,
): Promise<string> {
  const byName = new Map(objects.map((object) => [object.name, object]));
  let text = '';
  let found: Resource[] = [];
  for (const { href, name } of batch) {
    const object = name === undefined ? undefined : byName.get(name);
    if (object !== undefined) {
      found.push(objectResource(parent, object));
      continue;
    }
    if (found.length > 0) text += await responder.respond(found, tx);
    found = [];
    text += statusResponse(href, 404);
  }
  return found.length > 0 ? text + (await responder.respond(found, tx)) : text;
}
