/**
 * Which words the two versions of vCard have for the same: names, types, forms of values. RFC 2426 section 3, RFC 6350 section 6.
 */

/** A version that address books hold. */
export type CardVersion = '3.0' | '4.0';

/** Begins the names of properties that carry through one version what only the other has. */
export const CARRIED = 'X-DAVIT-';

/** What 3.0 alone has; 4.0 carries it. LABEL and SORT-STRING are also parameters there. */
export const ONLY_IN_THREE: ReadonlySet<string> = new Set([
  'AGENT',
  'CLASS',
  'LABEL',
  'MAILER',
  'NAME',
  'PROFILE',
  'SORT-STRING',
]);

/**
 * What 4.0 alone has and 3.0 carries; the last line holds those whose values 3.0 may have no form for.
 * RFC 6350 section 6, RFC 6474 section 2, RFC 6715 section 2, RFC 8605 section 2, RFC 9554 section 3, RFC 9555 section 4.
 */
export const ONLY_IN_FOUR: ReadonlySet<string> = new Set([
  ...['LANG', 'XML', 'CLIENTPIDMAP', 'BIRTHPLACE', 'DEATHPLACE', 'DEATHDATE', 'EXPERTISE', 'HOBBY', 'INTEREST'],
  ...['ORG-DIRECTORY', 'CONTACT-URI', 'CREATED', 'GRAMGENDER', 'LANGUAGE', 'PRONOUNS', 'JSPROP'],
  ...['ANNIVERSARY', 'BDAY', 'GEO', 'GENDER', 'RELATED', 'TZ'],
]);

/** Properties of which the value may be an image, a sound, a key. RFC 2426 section 3.1.4. */
export const BINARY: ReadonlySet<string> = new Set(['PHOTO', 'LOGO', 'SOUND', 'KEY']);

/** Names that a property of one version has only as long as it is in that version; LABEL and SORT-STRING are parameters in 4.0. */
export const NAMED_OTHERWISE: ReadonlySet<string> = new Set([
  ...['ANNIVERSARY', 'GENDER', 'IMPP', 'KIND', 'MEMBER', 'RELATED', 'SOCIALPROFILE'],
  ...['X-ANNIVERSARY', 'X-GENDER', 'X-ADDRESSBOOKSERVER-KIND', 'X-ADDRESSBOOKSERVER-MEMBER', 'X-ABRELATEDNAMES'],
  ...['X-SOCIALPROFILE', 'LABEL', 'SORT-STRING'],
]);

/** Names under which 3.0 has ANNIVERSARY; the first is what it gets. */
export const ANNIVERSARIES: readonly string[] = [
  'X-ANNIVERSARY',
  'X-EVOLUTION-ANNIVERSARY',
  'X-KADDRESSBOOK-X-ANNIVERSARY',
  'ANNIVERSARY',
];

/** What Apple calls an anniversary that stands as X-ABDATE. */
export const ANNIVERSARY_LABEL = '_$!<anniversary>!$_';

// --- media types ---------------------------------------------------------------------------------------------------------------------

const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['JPEG', 'image/jpeg'],
  ['JPG', 'image/jpeg'],
  ['PNG', 'image/png'],
  ['GIF', 'image/gif'],
  ['WEBP', 'image/webp'],
  ['HEIC', 'image/heic'],
  ['BMP', 'image/bmp'],
  ['TIFF', 'image/tiff'],
  ['BASIC', 'audio/basic'],
  ['WAVE', 'audio/wav'],
  ['AAC', 'audio/aac'],
  ['OGG', 'audio/ogg'],
  ['PGP', 'application/pgp-keys'],
  ['X509', 'application/pkix-cert'],
]);

const TYPES: ReadonlyMap<string, string> = new Map([...MEDIA_TYPES].reverse().map(([type, media]) => [media, type]));

/** How octets begin, in base64; two kinds begin alike, with how long they are. */
const BEGINNINGS: readonly (readonly [RegExp, string])[] = [
  [/^\/9j\//, 'image/jpeg'],
  [/^iVBORw0KGgo/, 'image/png'],
  [/^R0lGOD/, 'image/gif'],
  [/^UklGR.{7}RUJQ/, 'image/webp'],
  [/^UklGR.{7}QVZF/, 'audio/wav'],
];

/** The media type that a TYPE of 3.0 means; undefined when it means none. */
export function mediaTypeOf(type: string): string | undefined {
  return /^[a-z]+\/[a-z0-9.+-]+$/.test(type) ? type : MEDIA_TYPES.get(type.toUpperCase());
}

/** The TYPE that 3.0 has for a media type. */
export function typeOfMedia(media: string): string {
  return TYPES.get(media) ?? media;
}

/** The media type of base64 that does not say. */
export function mediaTypeIn(base64: string): string {
  return BEGINNINGS.find(([beginning]) => beginning.test(base64))?.[1] ?? 'application/octet-stream';
}

// --- dates ---------------------------------------------------------------------------------------------------------------------------

/** The year of dates without one, and the parameter that says so. It had a 29 February. */
export const NO_YEAR = '1604';
export const OMIT_YEAR = 'X-APPLE-OMIT-YEAR';

const DATE = /^(\d{4})-?(\d\d)-?(\d\d)$/;
const DATE_TIME = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:[.,]\d+)?(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const DAY = /^--(\d\d)-?(\d\d)$/;

/** A date or a date and time of 3.0 in the basic format, which alone 4.0 takes. RFC 6350 section 4.3. */
export function basicDate(text: string): string | undefined {
  const trimmed = text.trim();
  const [date, ...ymd] = DATE.exec(trimmed) ?? [];
  if (date !== undefined) return ymd.join('');
  const [day, month, ofMonth] = DAY.exec(trimmed) ?? [];
  if (day !== undefined) return `--${month}${ofMonth}`;
  const [all, year, ...rest] = DATE_TIME.exec(trimmed) ?? [];
  if (all === undefined) return undefined;
  const [, , hour, minute, second, zone] = rest;
  const offset = zone?.toUpperCase().replace(':', '') ?? '';
  return `${year}${rest[0]}${rest[1]}T${hour}${minute}${second}${offset}`;
}

/** The same of 4.0 in the extended format. Undefined for what 3.0 has no form for: a year alone, a time alone. RFC 2426 section 3.1.5. */
export function extendedDate(
  text: string,
): { readonly value: string; readonly type: 'date' | 'date-time' | 'day' } | undefined {
  const [date, ...ymd] = /^(\d{4})(\d\d)(\d\d)$/.exec(text) ?? [];
  if (date !== undefined) return { value: ymd.join('-'), type: 'date' };
  const [day, month, ofMonth] = /^--(\d\d)(\d\d)$/.exec(text) ?? [];
  if (day !== undefined) return { value: `${NO_YEAR}-${month}-${ofMonth}`, type: 'day' };
  const [all, y, m, d, h, min, s, zone] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z|[+-]\d\d(?:\d\d)?)?$/.exec(text) ?? [];
  if (all === undefined) return undefined;
  return {
    value: `${y}-${m}-${d}T${h}:${min}:${s}${zone?.replace(/(\d\d)(\d\d)$/, '$1:$2') ?? ''}`,
    type: 'date-time',
  };
}

// --- people and services -------------------------------------------------------------------------------------------------------------

/** What Apple's labels of related names say in 4.0; the first label of a type is what it gets. RFC 6350 section 6.6.6. */
const RELATIONS: readonly (readonly [string, string])[] = [
  ['_$!<Spouse>!$_', 'spouse'],
  ['_$!<Child>!$_', 'child'],
  ['_$!<Son>!$_', 'child'],
  ['_$!<Daughter>!$_', 'child'],
  ['_$!<Parent>!$_', 'parent'],
  ['_$!<Mother>!$_', 'parent'],
  ['_$!<Father>!$_', 'parent'],
  ['_$!<Sibling>!$_', 'sibling'],
  ['_$!<Brother>!$_', 'sibling'],
  ['_$!<Sister>!$_', 'sibling'],
  ['_$!<Friend>!$_', 'friend'],
];

/** The type of RELATED for a label; undefined for labels of people's own. */
export function relationOf(label: string): string | undefined {
  return RELATIONS.find(([one]) => one.toLowerCase() === label.toLowerCase())?.[1];
}

/** The label for a type of RELATED: Apple's word, or the type itself. */
export function labelOf(relation: string): string {
  return RELATIONS.find(([, type]) => type === relation)?.[0] ?? relation;
}

/** The schemes of IMPP for what clients wrote before there was one. RFC 4770. */
export const MESSENGERS: ReadonlyMap<string, string> = new Map([
  ['X-AIM', 'aim'],
  ['X-JABBER', 'xmpp'],
  ['X-GOOGLE-TALK', 'xmpp'],
  ['X-SKYPE', 'skype'],
  ['X-SKYPE-USERNAME', 'skype'],
  ['X-MSN', 'msnim'],
  ['X-YAHOO', 'ymsgr'],
  ['X-ICQ', 'icq'],
  ['X-GADUGADU', 'gg'],
]);
