/**
 * MKCALENDAR. RFC 4791 section 5.3.1.
 */

import { creatableOf, createCollection, placeFor, requestedType } from '../../dav/create-collection.ts';
import { DavError } from '../../dav/errors.ts';
import type { Creatable, PropertyUpdate } from '../../dav/feature.ts';
import type { Context, Method } from '../../dav/method.ts';
import { multistatusHeaders, preferencesApplied, response } from '../../dav/multistatus.ts';
import { failurePropstats, readUpdate } from '../../dav/property-update.ts';
import { inWords } from '../../dav/resource.ts';
import { xmlBody } from '../../dav/xml-body.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import { CALDAV, DAV } from '../../formats/xml/name.ts';
import { closeDocument, openDocument } from '../../formats/xml/write.ts';
import { validResourcetype } from '../extended-mkcol/index.ts';
import { calendarCollectionLocationOk, resourceMustBeNull } from './preconditions.ts';
import { calendar } from './resource-types.ts';

const MULTISTATUS = `{${DAV}}multistatus` as const;

export const mkcalendar: Method = {
  name: 'MKCALENDAR',
  spec: 'RFC 4791 section 5.3.1',
  on: ['unmapped'],
  makes: calendar,
  refusedOn: ['service', 'principal', 'collection', 'object'],
  async handle(request, context) {
    const { located } = context;
    if (located.found) throw resourceMustBeNull(`there is something at ${located.resource.href} already`);
    const place = placeFor(request, context);
    const body = await xmlBody(request, context);
    if (body !== undefined && body.name !== `{${CALDAV}}mkcalendar`) {
      throw new DavError(415, `the body of MKCALENDAR begins with {${CALDAV}}mkcalendar, not with ${body.name}`);
    }
    const update = body === undefined ? [] : readUpdate(body);
    const creatable = wanted(update, context);
    if (!creatable.within.some((home) => home.kind === place.parent.type.kind)) {
      const { href, type } = place.parent;
      throw calendarCollectionLocationOk(
        `${href}, ${inWords(type)}, holds no collections of type ${creatable.type.label}`,
      );
    }
    const result = await createCollection(creatable, place, update, context, request);
    if (result.ok) {
      const headers = { 'Cache-Control': 'no-cache', ...preferencesApplied(context, 'return=minimal') };
      return { status: 201, headers };
    }
    const href = `${place.parent.href}${encodeSegment(place.name)}/`;
    const failed = response(href, failurePropstats(result, context));
    return {
      status: 207,
      headers: { ...multistatusHeaders(context.catalogue), 'Cache-Control': 'no-cache' },
      body: `${openDocument(MULTISTATUS)}\n${failed}${closeDocument(MULTISTATUS)}\n`,
    };
  },
};

/** Apple clients name the resource type in the body, and make other kinds of collections this way too. */
function wanted(update: PropertyUpdate, context: Context): Creatable {
  const elements = requestedType(update) ?? new Set(calendar.elements);
  const creatable = creatableOf(elements, context);
  if (creatable !== undefined) return creatable;
  throw validResourcetype(`no collection of type ${[...elements].join(' ')} can be made here`);
}
