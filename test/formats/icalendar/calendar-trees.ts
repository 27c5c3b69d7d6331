/**
 * Trees of calendar components with whatever may stand in them, for the formats that must lose nothing of them. RFC 5545 section 3.1.
 */
import fc from 'fast-check';
import type { Component, Parameter, Property } from '../../../src/formats/icalendar/component.ts';
import { escapeText } from '../../../src/formats/icalendar/values.ts';

/** The tree without the numbers of its lines. */
export function bare({ name, properties, components }: Component): unknown {
  return {
    name,
    properties: properties.map(({ line: _, ...property }) => ({
      ...property,
      parameters: property.parameters.map((one) => ({ ...one })),
    })),
    components: components.map(bare),
  };
}

const NAME = fc.stringMatching(/^[A-Z][A-Z0-9_-]{0,8}$/).filter((name) => !/^(BEGIN|END|VALUE|ENCODING)$/.test(name));
const ODD_NAME = fc.constantFrom('X-A', 'X-B', '__PROTO__', 'CONSTRUCTOR', 'X-LONG-NAME');
/** No line holds a carriage return or a NUL, and a value of a parameter no quotation mark but by RFC 6868. */
const TEXT = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replace(/[\r\0]/g, ''));
/** A value in one line. */
export const RAW = TEXT.map((text) => text.replace(/\n/g, ''));

const PARAMETERS: fc.Arbitrary<readonly Parameter[]> = fc.uniqueArray(
  fc.record({ name: fc.oneof(NAME, ODD_NAME), values: fc.array(TEXT, { minLength: 0, maxLength: 3 }) }),
  { maxLength: 3, selector: ({ name }) => name },
);

const two = (most: number, least = 0): fc.Arbitrary<string> =>
  fc.integer({ min: least, max: most }).map((value) => String(value).padStart(2, '0'));
const DATE = fc.tuple(fc.integer({ min: 1000, max: 9999 }), two(12, 1), two(31, 1)).map((parts) => parts.join(''));
const TIME = fc.tuple(two(23), two(59), two(60)).map((parts) => parts.join(''));
const MOMENT = fc.tuple(DATE, TIME, fc.constantFrom('', 'Z')).map(([date, time, zone]) => `${date}T${time}${zone}`);
const list = (one: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(one, { minLength: 1, maxLength: 3 }).map((all) => all.join(','));
const ESCAPED = TEXT.map(escapeText);
const RULE = fc
  .record({
    COUNT: fc.option(fc.integer({ min: 1, max: 999 }), { nil: undefined }),
    UNTIL: fc.option(MOMENT, { nil: undefined }),
    BYDAY: fc.option(list(fc.constantFrom('MO', '-1SU', '2TU')), { nil: undefined }),
    BYMONTHDAY: fc.option(list(fc.integer({ min: -31, max: 31 }).map(String)), { nil: undefined }),
    'X-PART': fc.option(fc.constant('some'), { nil: undefined }),
  })
  .map((parts) =>
    Object.entries(parts).reduce(
      (rule, [name, value]) => (value === undefined ? rule : `${rule};${name}=${value}`),
      'FREQ=DAILY',
    ),
  );

/** Names with a raw value as RFC 5545 has it for them. */
export const VALUES: readonly (readonly [name: string, type: string | undefined, raw: fc.Arbitrary<string>])[] = [
  ['SUMMARY', undefined, ESCAPED],
  ['CATEGORIES', undefined, list(ESCAPED)],
  ['REQUEST-STATUS', undefined, fc.array(ESCAPED, { minLength: 2, maxLength: 3 }).map((all) => all.join(';'))],
  ['ATTENDEE', undefined, RAW],
  ['ATTACH', undefined, RAW],
  ['DTSTART', undefined, MOMENT],
  ['DTSTART', 'DATE', DATE],
  ['EXDATE', undefined, list(MOMENT)],
  ['RDATE', 'PERIOD', list(fc.tuple(MOMENT, fc.oneof(MOMENT, fc.constant('PT1H'))).map((ends) => ends.join('/')))],
  ['PRIORITY', undefined, fc.integer().map(String)],
  [
    'GEO',
    undefined,
    fc.tuple(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -180, max: 180 })).map((all) => all.join(';')),
  ],
  ['TZOFFSETTO', undefined, fc.tuple(fc.constantFrom('+', '-'), two(23), two(59)).map((all) => all.join(''))],
  ['RRULE', undefined, RULE],
  ['X-UNKNOWN', undefined, RAW],
  ['X-TEXT', 'TEXT', ESCAPED],
  ['X-NEW-TYPE', 'X-SOMETHING', RAW],
  ['X-FLAG', 'BOOLEAN', fc.constantFrom('TRUE', 'FALSE')],
  ['X-TIME', 'TIME', TIME],
];

/** A property with such a value. */
export const PROPERTY: fc.Arbitrary<Property> = fc
  .tuple(
    fc.oneof(...VALUES.map(([name, type, raw]) => fc.tuple(fc.constant(name), fc.constant(type), raw))),
    PARAMETERS,
  )
  .map(([[name, type, value], parameters]) => ({
    name,
    parameters: type === undefined ? parameters : [...parameters, { name: 'VALUE', values: [type] }],
    value,
    line: 0,
  }));

/** A component with others in it. */
export const COMPONENT: fc.Arbitrary<Component> = fc.letrec<{ component: Component }>((tie) => ({
  component: fc.record({
    name: fc.oneof(fc.constantFrom('VEVENT', 'VALARM'), ODD_NAME),
    properties: fc.array(PROPERTY, { maxLength: 5 }),
    components: fc.oneof(
      { depthSize: 'small', maxDepth: 3 },
      fc.constant([]),
      fc.array(tie('component'), { maxLength: 2 }),
    ),
    line: fc.constant(0),
  }),
})).component;
