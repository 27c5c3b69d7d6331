/**
 * The tokens as properties: the specification's, and two that older clients poll. They change together.
 */
import { defineProperty, type LiveProperty } from '../../dav/property.ts';
import { CALENDARSERVER, DAV, SABREDAV } from '../../formats/xml/name.ts';
import { syncToken } from './token.ts';

const token = defineProperty({
  name: `{${DAV}}sync-token`,
  spec: 'RFC 6578 section 4',
  on: ['collection'],
  inAllprop: false,
  read: ({ collection }, { epoch }) => syncToken(epoch, collection),
});

const getctag = defineProperty({
  name: `{${CALENDARSERVER}}getctag`,
  spec: 'apple/caldav-ctag section 4.1',
  on: ['collection'],
  inAllprop: true,
  read: ({ collection }, { epoch }) => syncToken(epoch, collection),
});

/** The bare number that the reference of this service prints beside getctag. */
const number = defineProperty({
  name: `{${SABREDAV}}sync-token`,
  spec: 'behaviour: a count of changes that some clients show',
  on: ['collection'],
  inAllprop: true,
  read: ({ collection }) => String(collection.revision),
});

export const properties: readonly LiveProperty[] = [token, getctag, number];
