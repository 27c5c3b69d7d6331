/**
 * Reads the hrefs of one property from the answer to a PROPFIND with Depth 0: the principal, and the homes it names.
 * RFC 4918 section 14.16, RFC 5397 section 3, RFC 4791 section 6.2.1, RFC 6352 section 7.1.1.
 */
import { childOf, childrenOf, textOf, type XmlElement } from '../../formats/xml/element.ts';
import { DAV, type XmlName } from '../../formats/xml/name.ts';
import { readXml } from '../../formats/xml/read.ts';

/** What an answer says about a property. */
export type PropertyAnswer =
  /** The hrefs in it, as on the wire; at least one. */
  | { readonly kind: 'hrefs'; readonly hrefs: readonly [string, ...string[]] }
  /** RFC 5397 section 3: the requester is not logged in. */
  | { readonly kind: 'unauthenticated' }
  /** Found, and without an href. */
  | { readonly kind: 'empty' }
  /** Not among the properties found, with the status line of its propstat if it has one. */
  | { readonly kind: 'absent'; readonly status: string | undefined }
  /** Not a multistatus document; why. */
  | { readonly kind: 'unreadable'; readonly why: string };

/** The answer about `property` in the first response of a multistatus body. */
export function readProperty(body: Uint8Array, property: XmlName): PropertyAnswer {
  let root: XmlElement;
  try {
    root = readXml(body);
  } catch (error) {
    return { kind: 'unreadable', why: error instanceof Error ? error.message : String(error) };
  }
  if (root.name !== `{${DAV}}multistatus`) return { kind: 'unreadable', why: `its root element is ${root.name}` };
  const response = childOf(root, `{${DAV}}response`);
  let status: string | undefined;
  for (const propstat of response === undefined ? [] : childrenOf(response, `{${DAV}}propstat`)) {
    const prop = childOf(propstat, `{${DAV}}prop`);
    const found = prop === undefined ? undefined : childOf(prop, property);
    if (found === undefined) continue;
    const line = childOf(propstat, `{${DAV}}status`);
    status = line === undefined ? undefined : textOf(line).trim();
    if (status !== undefined && /^HTTP\/\d(?:\.\d)? 2\d\d\b/.test(status)) return contentOf(found);
  }
  return { kind: 'absent', status };
}

function contentOf(property: XmlElement): PropertyAnswer {
  const [first, ...others] = childrenOf(property, `{${DAV}}href`)
    .map((href) => textOf(href).trim())
    .filter((href) => href !== '');
  if (first !== undefined) return { kind: 'hrefs', hrefs: [first, ...others] };
  return { kind: childOf(property, `{${DAV}}unauthenticated`) === undefined ? 'empty' : 'unauthenticated' };
}
