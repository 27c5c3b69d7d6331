/**
 * Other resources that the headers of a request name, by a path or a whole URL: Destination, and the tags of If. RFC 4918 section 8.3.
 */
import type { DavRequest } from './method.ts';

export type Reference =
  /** A path of this service, as written. */
  | { readonly kind: 'here'; readonly path: string }
  | { readonly kind: 'elsewhere'; readonly host: string }
  | { readonly kind: 'malformed' };

/** Where it leads; the scheme is left aside, because behind a proxy a client may know another. */
export function referenceIn(value: string, { origin }: DavRequest): Reference {
  if (value.startsWith('/') && !value.startsWith('//')) return { kind: 'here', path: value };
  if (!URL.canParse(value)) return { kind: 'malformed' };
  const [, authority = '', path = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/i.exec(value) ?? [];
  const here = new URL(origin).host;
  const isHere = URL.parse(`https://${authority}`)?.host === here || URL.parse(value)?.host === here;
  if (!isHere) return { kind: 'elsewhere', host: authority };
  return { kind: 'here', path: path === '' ? '/' : path };
}
