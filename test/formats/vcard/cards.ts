/**
 * Cards as clients write them, made after what they document, and cards that nobody has written yet.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Component, Parameter, Property } from '../../../src/formats/icalendar/component.ts';
import { readCard } from '../../../src/formats/vcard/read.ts';

const CORPUS = new URL('./corpus/', import.meta.url);

/** The cards of the corpus with the names of their files, as they stand there. */
export function corpus(): readonly { readonly name: string; readonly text: string }[] {
  return readdirSync(CORPUS)
    .filter((name) => name.endsWith('.vcf'))
    .map((name) => ({ name, text: readFileSync(new URL(name, CORPUS), 'utf8') }));
}

/** A card of these lines. */
export function cardOf(version: string, ...lines: readonly string[]): Component {
  return readCard(['BEGIN:VCARD', `VERSION:${version}`, ...lines, 'END:VCARD', ''].join('\r\n'));
}

/** Its properties without the lines on which they stood. */
export function propertiesIn({ properties }: Component): readonly Property[] {
  return properties.map((property) => ({ ...property, line: 0 }));
}

const NAMES = [
  ...['ADR', 'AGENT', 'ANNIVERSARY', 'BDAY', 'BIRTHPLACE', 'CATEGORIES', 'CLASS', 'CLIENTPIDMAP', 'CREATED'],
  ...[
    'DEATHDATE',
    'EMAIL',
    'FN',
    'GENDER',
    'GEO',
    'IMPP',
    'KEY',
    'KIND',
    'LABEL',
    'LANG',
    'LANGUAGE',
    'LOGO',
    'MAILER',
  ],
  ...['MEMBER', 'N', 'NAME', 'NICKNAME', 'NOTE', 'ORG', 'PHOTO', 'PROFILE', 'RELATED', 'REV', 'SOCIALPROFILE'],
  ...['SORT-STRING', 'SOUND', 'TEL', 'TZ', 'UID', 'URL', 'X-ABDATE', 'X-ABLABEL', 'X-ABRELATEDNAMES', 'X-ABSHOWAS'],
  ...['X-ADDRESSBOOKSERVER-KIND', 'X-ADDRESSBOOKSERVER-MEMBER', 'X-AIM', 'X-ANNIVERSARY', 'X-EVOLUTION-ANNIVERSARY'],
  ...['X-GENDER', 'X-JABBER', 'X-SOCIALPROFILE', 'X-SPOUSE', 'X-UNKNOWN', 'XML'],
];

const VALUES = [
  ...[
    '',
    'text',
    'a\\, b\\; c\\nd',
    'Doe;Jane;;;',
    ';;1 St;Town;;1;X',
    'Zoë 👩‍👩‍👧',
    'urn:uuid:1',
    'https://example.com/a,b;c',
  ],
  ...['data:image/jpeg;base64,/9j/4AAQ', 'data:image/svg+xml;charset=utf-8;base64,AAAA', 'data:,x', '/9j/4AAQ', 'AAAA'],
  ...['1985-04-12', '19850412', '--0412', '--04-12', '1604-02-29', '1985', '1985-04', '---12', 'T102200', 'circa 1800'],
  ...['1985-04-12T10:22:00Z', '19850412T102200-0500', '1985-04-12T10:22:00.5+05:00', '-05:00', '-0500', 'Europe/Paris'],
  ...[
    '1.5;-2.5',
    'geo:1.5,-2.5',
    'geo:1,2;u=3',
    'tel:+1-555;ext=2',
    '+1 555',
    'aim:x',
    'x',
    'xmpp:a@example.com',
    'group',
  ],
  ...['M', 'F;femme', 'Male', '_$!<Anniversary>!$_', '_$!<Spouse>!$_', '_$!<Mother>!$_', 'My label', ' spaced ', '=41'],
];

const VALUE = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...VALUES) }, line());

/** Text that can stand in a line and be read again. */
function line(): fc.Arbitrary<string> {
  return fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replace(/[\p{C}\ufeff]/gu, ''));
}

const PARAMETER: fc.Arbitrary<Parameter> = fc.oneof(
  type('TYPE', 'home', 'WORK', 'pref', 'JPEG', 'image/png', 'PGP', 'spouse', 'agent', 'friend', 'cell', 'voice,home'),
  type('VALUE', 'uri', 'URI', 'text', 'date', 'date-time', 'date-and-or-time', 'utc-offset', 'binary'),
  type('ENCODING', 'b', 'B', 'BASE64', 'QUOTED-PRINTABLE', '8BIT'),
  type('PREF', '1', '2', '100', 'x'),
  type('CHARSET', 'UTF-8', 'iso-8859-1', 'none'),
  type('X-APPLE-OMIT-YEAR', '1604', '1985', ''),
  type('LABEL', 'a\nb', 'a\\nb', '"q" ^ , ; :'),
  type('SORT-AS', 'a', 'a,b'),
  type('MEDIATYPE', 'image/jpeg', 'text/plain'),
  type('CALSCALE', 'gregorian', 'chinese'),
  type('LANGUAGE', 'fr'),
  type('PID', '1.1'),
  fc.constantFrom('HOME', 'PREF', 'BASE64', 'QUOTED-PRINTABLE').map((name) => ({ name, values: [] })),
);

function type(name: string, ...values: readonly string[]): fc.Arbitrary<Parameter> {
  return fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }).map((some) => ({ name, values: some }));
}

const PROPERTY: fc.Arbitrary<Property> = fc
  .record({
    name: fc.constantFrom(...NAMES),
    group: fc.option(fc.constantFrom('item1', 'item2', 'ITEM1'), { nil: undefined }),
    parameters: fc.array(PARAMETER, { maxLength: 3 }),
    value: VALUE,
  })
  .map(({ name, group, parameters, value }) =>
    group === undefined ? { name, parameters, value, line: 0 } : { name, group, parameters, value, line: 0 },
  );

/** A card of that version with whatever properties, right or wrong. */
export function anyCard(version: string): fc.Arbitrary<Component> {
  const said: Property = { name: 'VERSION', parameters: [], value: version, line: 0 };
  return fc
    .array(PROPERTY, { maxLength: 12 })
    .map((properties) => ({ name: 'VCARD', properties: [said, ...properties], components: [], line: 0 }));
}
