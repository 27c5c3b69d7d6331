/**
 * What the tests of address books share: cards, request bodies and stored resources, said in a line.
 */
import type { CollectionResource, ObjectResource } from '../../../src/dav/resource.ts';
import { addressbook, addressObject } from '../../../src/features/carddav/resource-types.ts';
import { readCard } from '../../../src/formats/vcard/read.ts';
import type { XmlElement } from '../../../src/formats/xml/element.ts';
import { CARDDAV, DAV } from '../../../src/formats/xml/name.ts';
import { readXml } from '../../../src/formats/xml/read.ts';
import {
  type Account,
  accountId,
  type CollectionRecord,
  collectionId,
  type ObjectRecord,
  tenantId,
} from '../../../src/store/records.ts';

/** The text of a card, version 3.0 unless the lines give one. */
export function cardText(...lines: readonly string[]): string {
  const version = lines.some((line) => line.startsWith('VERSION')) ? [] : ['VERSION:3.0'];
  return ['BEGIN:VCARD', ...version, ...lines, 'END:VCARD', ''].join('\r\n');
}

/** The same, read. */
export function cardOf(...lines: readonly string[]): ReturnType<typeof readCard> {
  return readCard(cardText(...lines));
}

/** An element in which `c:` is CardDAV and `d:` is WebDAV; it is given by its content and its attributes. */
export function carddavElement(name: string, content: string, attributes = ''): XmlElement {
  return readXml(`<c:${name} xmlns:c="${CARDDAV}" xmlns:d="${DAV}" ${attributes}>${content}</c:${name}>`);
}

const ADDRESS_BOOK = { account: accountId(1), id: collectionId(2) };

/** A card in an address book, without its bytes. */
export function recordOf(data: Uint8Array): ObjectResource {
  const object: ObjectRecord = {
    collection: ADDRESS_BOOK,
    name: 'ada.vcf',
    uid: 'ada',
    etag: '0',
    size: data.length,
    component: 'VCARD',
    revision: 1,
    created: 0,
    modified: 0,
    properties: {},
    content: undefined,
  };
  const owner: Account = {
    id: ADDRESS_BOOK.account,
    tenant: tenantId(1),
    kind: 'individual',
    address: 'ada@example.com',
    aliases: [],
    displayName: 'Ada',
    disabled: false,
    passwordHash: undefined,
    credentialEpoch: 0,
    created: 0,
  };
  const collection: CollectionRecord = {
    ...ADDRESS_BOOK,
    parent: collectionId(1),
    name: 'default',
    kind: 'addressbook',
    revision: 1,
    prunedTo: 0,
    parentRevision: 1,
    properties: {},
    created: 0,
    modified: 0,
    shared: false,
  };
  const parent: CollectionResource = {
    shape: 'collection',
    type: addressbook,
    href: '/addressbooks/ada@example.com/default/',
    privileges: new Set(),
    owner,
    collection,
    relation: { kind: 'everything' },
    parent: undefined,
  };
  const href = `${parent.href}ada.vcf`;
  return { shape: 'object', type: addressObject, href, privileges: new Set(), owner, collection, object, parent };
}

/** The same with its bytes. */
export function storedCard(data: Uint8Array): ObjectResource {
  const record = recordOf(data);
  return { ...record, object: { ...record.object, data } };
}
