/**
 * MKCOL: a plain collection, or with a body one of any sort with its properties at once, or nothing. RFC 4918 section 9.3, RFC 5689.
 */

import { creatableOf, createCollection, placeFor, requestedType } from '../../dav/create-collection.ts';
import { DavError, precondition } from '../../dav/errors.ts';
import type { Feature } from '../../dav/feature.ts';
import type { Context, DavRequest, Method } from '../../dav/method.ts';
import { preferencesApplied } from '../../dav/multistatus.ts';
import { requireShallow } from '../../dav/nesting.ts';
import { failurePropstats, readUpdate } from '../../dav/property-update.ts';
import { inWords } from '../../dav/resource.ts';
import { xmlBody } from '../../dav/xml-body.ts';
import { parseMediaType } from '../../formats/http/headers.ts';
import type { XmlElement } from '../../formats/xml/element.ts';
import { DAV } from '../../formats/xml/name.ts';
import { closeDocument, openDocument } from '../../formats/xml/write.ts';

/** No collection of such a type can be made, or not there. */
export const validResourcetype = precondition(`{${DAV}}valid-resourcetype`, 403, 'RFC 5689 section 3.3');

const RESPONSE = `{${DAV}}mkcol-response` as const;

const mkcol: Method = {
  name: 'MKCOL',
  spec: 'RFC 5689 section 3',
  on: ['unmapped'],
  refusedOn: ['service', 'principal', 'collection', 'object'],
  async handle(request, context) {
    const place = placeFor(request, context);
    requireShallow(place.parent);
    const body = await bodyOf(request, context);
    const update = body === undefined ? [] : readUpdate(body);
    const elements = requestedType(update) ?? new Set([`{${DAV}}collection` as const]);
    const creatable = creatableOf(elements, context);
    if (creatable === undefined || !creatable.within.some((home) => home.kind === place.parent.type.kind)) {
      throw validResourcetype(
        `${place.parent.href}, ${inWords(place.parent.type)}, holds no collections of type ${[...elements].join(' ')}`,
      );
    }
    const result = await createCollection(creatable, place, update, context, request);
    if (result.ok) {
      const headers = { 'Cache-Control': 'no-cache', ...preferencesApplied(context, 'return=minimal') };
      return { status: 201, headers };
    }
    return {
      status: 403,
      headers: { 'Content-Type': 'application/xml; charset=utf-8', 'Cache-Control': 'no-cache' },
      body: `${openDocument(RESPONSE)}${failurePropstats(result, context)}${closeDocument(RESPONSE)}\n`,
    };
  },
};

const XML_TYPE = /^(application|text)\/(xml|.*\+xml)$/;

/** The {DAV:}mkcol that came. A type without a body says nothing. @throws DavError 415 for what is none: RFC 4918 section 9.3 */
async function bodyOf(request: DavRequest, context: Context): Promise<XmlElement | undefined> {
  const sent = request.headers['content-type'];
  if (sent !== undefined && !XML_TYPE.test(parseMediaType(sent)?.type ?? '')) {
    const data = await request.body(context.limits.xmlBody);
    if (data.length === 0) return undefined;
    throw new DavError(415, `the body of MKCOL is XML, not ${sent.slice(0, 100)}`);
  }
  const body = await xmlBody(request, context);
  if (body === undefined || body.name === `{${DAV}}mkcol`) return body;
  throw new DavError(415, `the body of MKCOL begins with {DAV:}mkcol, not with ${body.name}`);
}

/** The feature. RFC 5689. */
export function extendedMkcol(): Feature {
  return {
    name: 'extended-mkcol',
    specs: ['RFC 5689 section 3'],
    complianceTokens: ['extended-mkcol'],
    methods: [mkcol],
    preconditions: [validResourcetype],
  };
}
