/**
 * The live properties of RFC 4918 section 15, but those of locks.
 */

import { principalKind } from '../../dav/locate.ts';
import { defineProperty, empty, type LiveProperty, stored, text, wrap } from '../../dav/property.ts';
import type { ResourceType } from '../../dav/resource.ts';
import { httpDate } from '../../formats/http/headers.ts';
import { textOf } from '../../formats/xml/element.ts';
import { DAV } from '../../formats/xml/name.ts';
import { resourceId } from './resource-id.ts';

const elementsOf = new Map<ResourceType, string>();

/** The content of DAV:resourcetype; made once per type. */
function typeElements(type: ResourceType): string {
  let inside = elementsOf.get(type);
  if (inside === undefined) {
    inside = type.elements.map(empty).join('');
    elementsOf.set(type, inside);
  }
  return inside;
}

const resourcetype = defineProperty({
  name: `{${DAV}}resourcetype`,
  spec: 'RFC 4918 section 15.9',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: true,
  read(resource) {
    const inside = typeElements(resource.type);
    const also = resource.shape === 'collection' ? resource.type.also?.(resource) : undefined;
    return also === undefined ? inside : inside + also.map(empty).join('');
  },
});

const displayname = defineProperty({
  name: `{${DAV}}displayname`,
  spec: 'RFC 4918 section 15.2',
  on: ['collection'],
  inAllprop: true,
  read: stored(`{${DAV}}displayname`),
  accept: textOf,
});

const principalDisplayname = defineProperty({
  name: `{${DAV}}displayname`,
  spec: 'RFC 3744 section 4',
  on: ['principal'],
  inAllprop: true,
  read({ owner, type }) {
    const name = owner.displayName === '' ? owner.address : owner.displayName;
    return text(type.kind === principalKind(owner) ? name : `${name}: ${type.label}`);
  },
});

const getcontenttype = defineProperty({
  name: `{${DAV}}getcontenttype`,
  spec: 'RFC 4918 section 15.5',
  on: ['service', 'collection', 'object'],
  inAllprop: true,
  read: (resource) =>
    resource.shape === 'object'
      ? text(resource.type.contentType?.(resource) ?? 'application/octet-stream')
      : 'application/octet-stream',
});

/** Only objects have it; but nobody can give it to a collection either, and so for the entity tag. */
const getcontentlength = defineProperty({
  name: `{${DAV}}getcontentlength`,
  spec: 'RFC 4918 section 15.4',
  on: ['collection', 'object'],
  inAllprop: true,
  read: (resource) => (resource.shape === 'object' ? String(resource.object.size) : undefined),
});

const getetag = defineProperty({
  name: `{${DAV}}getetag`,
  spec: 'RFC 4918 section 15.6',
  on: ['collection', 'object'],
  inAllprop: true,
  read: (resource) => (resource.shape === 'object' ? `"${resource.object.etag}"` : undefined),
});

const getlastmodified = defineProperty({
  name: `{${DAV}}getlastmodified`,
  spec: 'RFC 4918 section 15.7',
  on: ['collection', 'object'],
  inAllprop: true,
  read: (resource) => httpDate(resource.shape === 'object' ? resource.object.modified : resource.collection.modified),
});

const creationdate = defineProperty({
  name: `{${DAV}}creationdate`,
  spec: 'RFC 4918 section 15.1',
  on: ['collection', 'object', 'principal'],
  inAllprop: true,
  read(resource) {
    const seconds =
      resource.shape === 'object'
        ? resource.object.created
        : resource.shape === 'collection'
          ? resource.collection.created
          : resource.owner.created;
    return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
  },
});

const supportedReportSet = defineProperty({
  name: `{${DAV}}supported-report-set`,
  spec: 'RFC 3253 section 3.1.5',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: ({ type }, { catalogue }) =>
    [...catalogue.reports(type).keys()]
      .map((name) => wrap(`{${DAV}}supported-report`, wrap(`{${DAV}}report`, empty(name))))
      .join(''),
});

const supportedLivePropertySet = defineProperty({
  name: `{${DAV}}supported-live-property-set`,
  spec: 'RFC 3253 section 3.1.4',
  on: ['service', 'principal', 'collection', 'object'],
  inAllprop: false,
  read: ({ type }, { catalogue }) =>
    [...catalogue.properties(type).keys()]
      .map((name) => wrap(`{${DAV}}supported-live-property`, wrap(`{${DAV}}prop`, empty(name))))
      .join(''),
});

export const properties: readonly LiveProperty[] = [
  resourcetype,
  displayname,
  principalDisplayname,
  getcontenttype,
  getcontentlength,
  getetag,
  getlastmodified,
  creationdate,
  supportedReportSet,
  supportedLivePropertySet,
  resourceId,
];
