import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Component, Parameter, Property } from '../../../src/formats/icalendar/component.ts';
import { readComponents } from '../../../src/formats/icalendar/read.ts';
import { writeComponent } from '../../../src/formats/icalendar/write.ts';

function made(name: string, value: string, ...parameters: readonly Parameter[]): Property {
  return { name, value, parameters, line: 0 };
}

function calendarOf(...properties: readonly Property[]): Component {
  return { name: 'VCALENDAR', properties, components: [], line: 0 };
}

/** The tree without line numbers. */
function unnumbered(component: Component): Component {
  return {
    name: component.name,
    properties: component.properties.map((property) => ({
      ...property,
      parameters: property.parameters.map((parameter) => ({ ...parameter })),
      line: 0,
    })),
    components: component.components.map(unnumbered),
    line: 0,
  };
}

const name = fc.stringMatching(/^[A-Z][A-Z0-9-]{0,11}$/).filter((text) => text !== 'BEGIN' && text !== 'END');
const character = fc.oneof(
  fc.constantFrom('"', ',', ';', ':', '^', '^n', "^'", '\\', '\t', ' ', 'é', '€', '🎉', '\u0301', '\u007f'),
  fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 1 }),
);
const text = fc
  .array(character, { maxLength: 120 })
  .map((parts) => parts.join(''))
  .filter((joined) => !/[\0\r\n]/.test(joined));
const parameter = fc.record({
  name,
  values: fc.array(
    fc.oneof(
      text,
      text.map((value) => `a\n${value}`),
    ),
    { maxLength: 3 },
  ),
});
const property: fc.Arbitrary<Property> = fc
  .record({ name, value: text, parameters: fc.array(parameter, { maxLength: 3 }), line: fc.constant(0) })
  .chain((plain) =>
    fc.option(fc.stringMatching(/^[A-Za-z0-9-]{1,8}$/)).map((group) => (group === null ? plain : { ...plain, group })),
  );
const component = (depth: number): fc.Arbitrary<Component> =>
  fc.record({
    name: fc.constantFrom('VCALENDAR', 'VEVENT', 'X-A'),
    properties: fc.array(property, { maxLength: 4 }),
    components: depth === 0 ? fc.constant([]) : fc.array(component(depth - 1), { maxLength: 2 }),
    line: fc.constant(0),
  });

describe('RFC 5545 section 3.1: what is written', () => {
  test('reads back as the same tree', () => {
    fc.assert(
      fc.property(component(2), (tree) => {
        const [back] = readComponents(Buffer.from(writeComponent(tree)));
        assert.ok(back);
        assert.deepEqual(unnumbered(back), unnumbered(tree));
      }),
      { numRuns: 100 },
    );
  });

  test('has CRLF lines of at most 75 octets, each whole UTF-8 on its own', () => {
    fc.assert(
      fc.property(component(1), (tree) => {
        const lines = writeComponent(tree).split('\r\n');
        assert.equal(lines.pop(), '');
        for (const line of lines) {
          assert.ok(Buffer.byteLength(line) <= 75, line);
          assert.ok(line.isWellFormed());
          assert.ok(!/[\r\n]/.test(line));
        }
      }),
      { numRuns: 100 },
    );
  });

  test('is folded at exactly 75 octets and not before', () => {
    const fits = `BEGIN:VCALENDAR\r\nA:${'x'.repeat(73)}\r\nEND:VCALENDAR\r\n`;
    assert.equal(writeComponent(calendarOf(made('A', 'x'.repeat(73)))), fits);
    const folded = `BEGIN:VCALENDAR\r\nA:${'x'.repeat(73)}\r\n ${'x'.repeat(74)}\r\n x\r\nEND:VCALENDAR\r\n`;
    assert.equal(writeComponent(calendarOf(made('A', 'x'.repeat(148)))), folded);
  });

  test('quotes parameter values with a comma, semicolon or colon, and no others', () => {
    const property = made(
      'ATTENDEE',
      'mailto:jo@example.com',
      { name: 'CN', values: ['Jo Doe'] },
      { name: 'X', values: ['a,b', 'c'] },
    );
    assert.equal(
      writeComponent(calendarOf(property)).split('\r\n')[1],
      'ATTENDEE;CN=Jo Doe;X="a,b",c:mailto:jo@example.com',
    );
  });

  test('cannot hold a line end inside a value, so that no value adds a property', () => {
    const [back] = readComponents(writeComponent(calendarOf(made('SUMMARY', 'a\r\nATTENDEE:x\rb\nc'))));
    assert.deepEqual(
      back?.properties.map(({ value }) => value),
      ['a\\nATTENDEE:x\\nb\\nc'],
    );
  });
});

test('RFC 6868 section 3: line ends, quotation marks and ^ in parameter values are encoded', () => {
  const property = made('X', '1', { name: 'P', values: ['a"b^c\nd\r\ne'] });
  assert.equal(writeComponent(calendarOf(property)).split('\r\n')[1], "X;P=a^'b^^c^nd^ne:1");
});
