/**
 * Homes of plain files, the folders in them, and the files. A home and a folder hold both. RFC 4918 section 5.2.
 */
import type { ObjectResource, ResourceType } from '../../dav/resource.ts';
import { attachment } from '../../formats/http/disposition.ts';
import { DAV } from '../../formats/xml/name.ts';
import { GENERAL, TYPE } from './media-type.ts';

/** `/files/` */
export const filesRoot: ResourceType<'service'> = {
  kind: 'files-root',
  shape: 'service',
  spec: 'behaviour: a home for plain files',
  label: 'collection of file homes',
  elements: [`{${DAV}}collection`],
};

/** A file of any type. It is never shown as a page of this service: browsers are told to save it. */
export const file: ResourceType<'object'> = {
  kind: 'file',
  shape: 'object',
  spec: 'behaviour: a home for plain files',
  label: 'file',
  elements: [],
  contentType: ({ object }: ObjectResource) => object.properties[TYPE] ?? GENERAL,
  headers: ({ object }: ObjectResource) => ({ 'Content-Disposition': attachment(object.name) }),
};

/** `/files/USER/` */
export const filesHome: ResourceType<'collection'> = {
  kind: 'files-home',
  shape: 'collection',
  spec: 'behaviour: a home for plain files',
  label: 'home for files',
  elements: [`{${DAV}}collection`],
  members: file,
};

/** A plain collection: RFC 4918 section 5.2. */
export const folder: ResourceType<'collection'> = {
  kind: 'folder',
  shape: 'collection',
  spec: 'RFC 4918 section 5.2',
  label: 'folder',
  elements: [`{${DAV}}collection`],
  members: file,
};
