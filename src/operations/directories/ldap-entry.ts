/**
 * An entry of an LDAP directory as a card: the attributes of inetOrgPerson and of Active Directory that vCard has words for. Groups are no
 * cards here. RFC 2798 names the attributes, RFC 4530 the number by which an entry is known.
 */
import { createHash } from 'node:crypto';
import { cardOf, line, type Person } from './card.ts';
import type { Entry } from './entry.ts';

/** An entry as a server answers it. */
export interface LdapEntry {
  readonly dn: string;
  /** By the attribute's name in lower case, without options. Values that are no text are octets. */
  readonly values: ReadonlyMap<string, readonly (string | Uint8Array)[]>;
}

/** What a card can have of an entry. */
export const FIELDS = [
  ...['name', 'family', 'given', 'nickname', 'email', 'work-phone', 'mobile', 'home-phone', 'fax', 'pager'],
  ...['organization', 'unit', 'title', 'street', 'city', 'region', 'code', 'country', 'url', 'note', 'photo', 'uid'],
] as const;
export type Field = (typeof FIELDS)[number];

/** From which attributes each field is taken: of one value the first that has any, of several all. Names in lower case. */
export type Mapping = Readonly<Record<Field, readonly string[]>>;

/** What is taken unless somebody says otherwise. No note: what administrators write about people is for administrators. */
export const STANDARD: Mapping = {
  name: ['displayname', 'cn'],
  family: ['sn'],
  given: ['givenname'],
  nickname: [],
  email: ['mail'],
  'work-phone': ['telephonenumber'],
  mobile: ['mobile'],
  'home-phone': ['homephone'],
  fax: ['facsimiletelephonenumber'],
  pager: ['pager'],
  organization: ['o', 'company'],
  unit: ['ou', 'department'],
  title: ['title'],
  street: ['street', 'streetaddress'],
  city: ['l'],
  region: ['st'],
  code: ['postalcode'],
  country: ['co', 'c'],
  url: ['labeleduri', 'wwwhomepage'],
  note: [],
  photo: ['jpegphoto', 'thumbnailphoto'],
  uid: ['entryuuid', 'objectguid', 'nsuniqueid'],
};

/** Octets of a photo; larger ones are left out. */
export const LARGEST_PHOTO = 256 * 1024;

const TELEPHONES: readonly (readonly [Field, readonly string[]])[] = [
  ['work-phone', ['WORK', 'VOICE']],
  ['mobile', ['CELL', 'VOICE']],
  ['home-phone', ['HOME', 'VOICE']],
  ['fax', ['WORK', 'FAX']],
  ['pager', ['PAGER']],
];

/** All attributes that a mapping takes, each once. */
export function attributesOf(mapping: Mapping): readonly string[] {
  return [...new Set(Object.values(mapping).flat())];
}

/** The card of an entry. One that says neither a name nor an address is unreadable. */
export function entryOf(entry: LdapEntry, mapping: Mapping): Entry {
  const all = (field: Field): readonly string[] =>
    mapping[field].flatMap((name) => (entry.values.get(name) ?? []).filter((value) => typeof value === 'string'));
  const one = (field: Field): string =>
    all(field)
      .map(line)
      .find((value) => value !== '') ?? '';
  const emails = all('email');
  const name = one('name') || line(`${one('given')} ${one('family')}`) || line(emails[0] ?? '');
  const uid = uidOf(entry, mapping);
  if (name === '')
    return { kind: 'unreadable', uid, label: line(entry.dn), reason: 'it has neither a name nor an address' };
  const photo = photoOf(entry, mapping);
  const person: Person = {
    uid,
    name,
    ...named('family', one('family')),
    ...named('given', one('given')),
    nicknames: all('nickname'),
    emails,
    phones: TELEPHONES.flatMap(([field, types]) => all(field).map((number) => ({ types, number }))),
    organization: one('organization'),
    units: all('unit'),
    title: one('title'),
    address: {
      // A street may come on several lines, as $ in an old syntax: RFC 4517.
      street: all('street')[0]?.replaceAll('$', '\n') ?? '',
      ...{ city: one('city'), region: one('region'), code: one('code'), country: one('country') },
    },
    // RFC 2079: a URI, and a label after a blank.
    urls: all('url').map((value) => line(value).split(' ')[0] ?? ''),
    note: all('note').join('\n'),
    ...(photo === undefined ? {} : { photo }),
  };
  return { kind: 'card', uid, label: `${name} (${line(entry.dn)})`, data: cardOf(person) };
}

function named(field: 'family' | 'given', value: string): Pick<Person, 'family' | 'given'> {
  return value === '' ? {} : { [field]: value };
}

/** The entry's own number where it has one; its name, which may change, is the last resort. */
function uidOf({ dn, values }: LdapEntry, { uid }: Mapping): string {
  for (const name of uid) {
    const value = values.get(name)?.[0];
    if (typeof value === 'string' && line(value) !== '') return line(value).toLowerCase().slice(0, 200);
    if (value instanceof Uint8Array && value.length > 0) return guid(value);
  }
  return createHash('sha256').update(dn.toLowerCase()).digest('hex').slice(0, 32);
}

/** Sixteen octets as a GUID, in the order in which they came; others in hexadecimal. */
function guid(octets: Uint8Array): string {
  const hex = Buffer.from(octets.subarray(0, 64)).toString('hex');
  if (octets.length !== 16) return hex;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const BEGINNINGS: readonly (readonly ['JPEG' | 'PNG' | 'GIF', readonly number[]])[] = [
  ['JPEG', [0xff, 0xd8, 0xff]],
  ['PNG', [0x89, 0x50, 0x4e, 0x47]],
  ['GIF', [0x47, 0x49, 0x46, 0x38]],
];

/** The first value that is an image and not too large. */
function photoOf({ values }: LdapEntry, { photo }: Mapping): Person['photo'] {
  for (const name of photo) {
    for (const data of values.get(name) ?? []) {
      if (typeof data === 'string' || data.length > LARGEST_PHOTO) continue;
      const known = BEGINNINGS.find(([, beginning]) => beginning.every((octet, at) => data[at] === octet));
      if (known !== undefined) return { type: known[0], data };
    }
  }
  return undefined;
}
