/**
 * Names of principals in parts, and what sort of record each is, as Apple's clients ask for them.
 */
import { defineProperty, type LiveProperty, text } from '../../dav/property.ts';
import { CALENDARSERVER } from '../../formats/xml/name.ts';
import type { AccountKind } from '../../store/records.ts';
import { groupPrincipal, principal } from '../access-control/index.ts';

interface PersonName {
  readonly first: string;
  readonly last: string | undefined;
}

/** The last word of a name, and what stands before; one word alone is the first name. */
function partsOf(displayName: string): PersonName | undefined {
  const words = displayName.trim().split(/\s+/);
  const first = words.length > 1 ? words.slice(0, -1).join(' ') : words[0];
  return first === undefined || first === '' ? undefined : { first, last: words.length > 1 ? words.at(-1) : undefined };
}

const firstName = defineProperty({
  name: `{${CALENDARSERVER}}first-name`,
  spec: 'behaviour: the first name of a person, as Apple clients search for it',
  on: [principal],
  inAllprop: false,
  read({ owner }) {
    const parts = owner.kind === 'individual' ? partsOf(owner.displayName) : undefined;
    return parts && text(parts.first);
  },
});

const lastName = defineProperty({
  name: `{${CALENDARSERVER}}last-name`,
  spec: 'behaviour: the last name of a person, as Apple clients search for it',
  on: [principal],
  inAllprop: false,
  read({ owner }) {
    const last = owner.kind === 'individual' ? partsOf(owner.displayName)?.last : undefined;
    return last === undefined ? undefined : text(last);
  },
});

const RECORDS: Readonly<Record<AccountKind, string>> = {
  individual: 'users',
  group: 'groups',
  room: 'locations',
  resource: 'resources',
  // Nobody sees its principal.
  directory: '',
};

const recordType = defineProperty({
  name: `{${CALENDARSERVER}}record-type`,
  spec: 'behaviour: the sort of a principal, in the words of Apple clients',
  on: [principal, groupPrincipal],
  inAllprop: false,
  read: ({ owner }) => RECORDS[owner.kind],
});

export const properties: readonly LiveProperty[] = [firstName, lastName, recordType];
