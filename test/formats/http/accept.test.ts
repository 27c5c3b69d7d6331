/**
 * The Accept header.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preferredType } from '../../../src/formats/http/accept.ts';

const TYPES = ['text/calendar', 'application/calendar+json'];

test('RFC 9110 section 12.5.1: the best liked media type is found by weight, the most exact range first', () => {
  const wanted: Readonly<Record<string, string>> = {
    'application/calendar+json': 'application/calendar+json',
    'Application/Calendar+JSON; component=VEVENT': 'application/calendar+json',
    'application/calendar+json, text/calendar;q=0.9': 'application/calendar+json',
    'application/*': 'application/calendar+json',
    'text/calendar;q=0.1, */*': 'application/calendar+json',
    '*/*;q=0.2, application/calendar+json;q=0.3': 'application/calendar+json',
    'text/calendar, application/calendar+json': 'text/calendar',
    'application/calendar+json;q=0.5, text/calendar;q=0.501': 'text/calendar',
    'application/calendar+json;q=0, */*;q=0.1': 'text/calendar',
    'application/calendar+json; q="0.4", */*;q=0.5': 'text/calendar',
    '*/*': 'text/calendar',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8': 'text/calendar',
    'application/json, text/plain, */*': 'text/calendar',
  };
  for (const [accept, type] of Object.entries(wanted)) assert.equal(preferredType(accept, TYPES), type, accept);
});

test('what takes none of them, or says nothing, leaves the first', () => {
  for (const accept of [
    '',
    ',',
    'text/plain',
    'image/*',
    'nonsense',
    'text/calendar;q=0',
    `${'a/b,'.repeat(200)}${TYPES[1]}`,
  ]) {
    assert.equal(preferredType(accept, TYPES), 'text/calendar', accept);
  }
  assert.equal(preferredType('*/*', []), undefined);
});

test('RFC 9110 section 12.5.1: a parameter of a type is not taken where the header gives it another value', () => {
  const versions = ['text/vcard;version=3.0', 'text/vcard;version=4.0', 'application/vcard+json'];
  const wanted: Readonly<Record<string, number>> = {
    'text/vcard; version=4.0': 1,
    'text/vcard; charset=utf-8; version="4.0"; q=0.5': 1,
    'text/vcard;version=3.0;q=0.5, text/vcard;version=4.0': 1,
    'text/vcard;version=4.0, text/vcard;q=0.5': 1,
    'text/vcard;version=3.0;q=0, text/*': 1,
    'text/vcard;version=4.0;q=0.1, text/vcard;version=3.0;q=0.2': 0,
    'text/vcard': 0,
    'text/vcard;charset=utf-8': 0,
    'text/vcard;version=2.1': 0,
    'text/vcard;version=4.0;q=0.5, */*': 0,
    'text/vcard;version=4.0;q=0.5, application/vcard+json': 2,
  };
  for (const [accept, at] of Object.entries(wanted))
    assert.equal(preferredType(accept, versions), versions[at], accept);
});
