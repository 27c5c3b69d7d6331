import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { displayName, normalAddress, normalDomain } from '../../src/operations/addresses.ts';
import { refusal } from './an-administration.ts';

describe('addresses', () => {
  test('become lower case, their domains A-labels', () => {
    assert.equal(normalAddress('Jane.Doe+Tag@EXAMPLE.com'), 'jane.doe+tag@example.com');
    assert.equal(normalAddress('jane@Bücher.example'), 'jane@xn--bcher-kva.example');
    assert.equal(normalAddress('JÖRG@example.com'), 'jörg@example.com');
    assert.equal(normalAddress('jo\u0308rg@example.com'), 'jörg@example.com', 'composed');
    assert.equal(normalDomain('Example.COM.'), 'example.com');
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['jane', /the @ is missing/],
    ['@example.com', /nothing stands before the @/],
    ['a/b@example.com', /"\/" may not stand before the @/],
    ['a:b@example.com', /":" may not/],
    ['a b@example.com', /" " may not/],
    ['a\u0000b@example.com', /may not/],
    ['a\u202eb@example.com', /may not/],
    ['"a b"@example.com', /may not/],
    ['a@b@example.com', /may not/],
    ['.a@example.com', /a dot stands where none may/],
    ['a..b@example.com', /a dot stands where none may/],
    ['jane@', /it is empty/],
    ['jane@exa mple.com', /it may not contain " "/],
    ['jane@192.0.2.1', /it is an IP address/],
    [`${'a'.repeat(65)}@example.com`, /longer than 64 octets/],
    [`${'a'.repeat(60)}@${'b.'.repeat(100)}cc`, /longer than 254 octets/],
  ];
  for (const [given, reason] of wrong) {
    test(`${JSON.stringify(given).slice(0, 40)} is refused with a reason`, () => {
      assert.throws(() => normalAddress(given), refusal(reason));
    });
  }

  test('what is accepted is stable and stands in a path and in Basic credentials as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (localPart) => {
        let address: string;
        try {
          address = normalAddress(`${localPart}@example.com`);
        } catch {
          return;
        }
        assert.equal(normalAddress(address), address);
        assert.ok(!/[/:\s\0-\x1f]/.test(address));
      }),
      { numRuns: 300 },
    );
  });

  test('names stay on one line', () => {
    assert.equal(displayName('  Jane Doe '), 'Jane Doe');
    assert.throws(() => displayName('Jane\nDoe'), refusal(/control characters/));
    assert.throws(() => displayName('x'.repeat(256)), refusal(/255 octets/));
  });
});
