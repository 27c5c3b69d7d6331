/**
 * What a search of principals looks at: some properties as everybody reads them, and how a text matches a value. RFC 3744 section 9.4.1.
 */
import type { View } from '../../dav/method.ts';
import type { PrincipalResource } from '../../dav/resource.ts';
import { collation, type MatchType, matchesFolded } from '../../formats/collation.ts';
import { CALDAV, CALENDARSERVER, DAV, type XmlName } from '../../formats/xml/name.ts';

/** A property that can be searched. */
interface Searchable {
  readonly name: XmlName;
  /** In English, for people. */
  readonly description: string;
  /** What the index of the directory is asked for before; undefined where it does not know. */
  indexed(text: string): string | undefined;
}

const itself = (text: string): string => text;

/** The most useful first: clients show them in this order. RFC 3744 section 9.5. */
const SEARCHABLE: readonly Searchable[] = [
  { name: `{${DAV}}displayname`, description: 'Name', indexed: itself },
  { name: `{${CALENDARSERVER}}email-address-set`, description: 'Mail address', indexed: itself },
  { name: `{${CALDAV}}calendar-user-address-set`, description: 'Calendar address', indexed: addressIn },
  { name: `{${CALENDARSERVER}}first-name`, description: 'First name', indexed: itself },
  { name: `{${CALENDARSERVER}}last-name`, description: 'Last name', indexed: itself },
  { name: `{${CALDAV}}calendar-user-type`, description: 'Person, group, room or resource', indexed: () => undefined },
];

const BY_NAME: ReadonlyMap<XmlName, Searchable> = new Map(SEARCHABLE.map((one) => [one.name, one]));

/** What can be searched, with a description in English. */
export function searchable(): readonly Pick<Searchable, 'name' | 'description'>[] {
  return SEARCHABLE;
}

/** The address in `mailto:user@example.com` or `/principals/user@example.com/`, or a part of one. */
function addressIn(text: string): string | undefined {
  if (text.includes('%')) return undefined;
  return isAddressPart(text) ? text : text.split(/[:/]/).find((part) => part.includes('@'));
}

function isAddressPart(text: string): boolean {
  return !/[:/]/.test(text);
}

/** One condition of a search: a text that a property has to match. */
export interface Criterion {
  readonly property: XmlName;
  readonly text: string;
  readonly type: MatchType;
  readonly caseless: boolean;
}

/** A condition, ready for many principals. */
export interface Matcher {
  /** What the index of the directory is asked for; undefined for nothing. */
  readonly indexed: string | undefined;
  matches(resource: PrincipalResource, view: View): boolean;
}

const CASELESS = collation('i;unicode-casemap');

/** Undefined for a property that cannot be searched: nobody matches. */
export function matcher({ property, text, type, caseless }: Criterion): Matcher | undefined {
  const known = BY_NAME.get(property);
  if (known === undefined) return undefined;
  const fold = (value: string): string => (caseless ? (CASELESS?.fold(value) ?? value) : value);
  const wanted = fold(text);
  const bare = property === `{${CALDAV}}calendar-user-address-set` && isAddressPart(text);
  return {
    indexed: known.indexed(text),
    matches: (resource, view) =>
      textsOf(resource, property, view).some((value) => {
        const compared = bare ? addressOf(value) : value;
        return compared !== undefined && matchesFolded(fold(compared), wanted, type);
      }),
  };
}

/** A text without a colon or a slash is looked for in addresses, not in what stands before all of them. */
function addressOf(uri: string): string | undefined {
  return uri.startsWith('mailto:') ? uri.slice('mailto:'.length) : undefined;
}

/** Each run of characters in the property's value. RFC 3744 section 9.4.1. */
function textsOf(resource: PrincipalResource, name: XmlName, view: View): readonly string[] {
  const value = view.catalogue.property(resource.type, name)?.read?.(resource, view) ?? '';
  return value
    .split(/<[^>]*>/)
    .filter((run) => run !== '')
    .map((run) => run.replace(/&(amp|lt|gt|#13);/g, (_, entity: string) => ENTITIES[entity] ?? ''));
}

/** What text is written with. */
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', '#13': '\r' };
