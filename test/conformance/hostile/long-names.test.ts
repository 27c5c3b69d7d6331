/**
 * Hostile cases about size: what is long is stored whole or refused, never cut.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { card, event } from '../../support/builders.ts';
import { hostile } from '../../support/conformance.ts';

hostile('D7 a UID of 4,000 random characters is stored whole, found, and holds its place', async ({ alice }) => {
  const UID = randomBytes(2000).toString('hex');
  const path = `${alice.calendar}long.ics`;
  const body = event({ UID });
  await alice.put(path, body).expect(201);
  assert.equal((await alice.get(path).expect(200)).text, body);
  await alice.put(`${alice.calendar}other.ics`, body).expectPrecondition('C:no-uid-conflict');
  await alice.put(path, body.replace('Meeting', 'Party')).expect(204);
  await alice.put(`${alice.addressbook}long.vcf`, card({ UID })).expect(201);
});

hostile('D7 a name of 255 octets is taken, a longer one refused', async ({ alice }) => {
  const name = (length: number) => `${alice.calendar}${'n'.repeat(length - 4)}.ics`;
  await alice.put(name(255), event()).expect(201);
  await alice.get(name(255)).expect(200);
  await alice.put(name(256), event()).expect(400);
});

hostile('D7 emoji joined by zero-width joiners come back in names, display names and texts', async ({ alice }) => {
  const family = '\u{1F469}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466}';
  const path = `${alice.calendar}${encodeURIComponent(family)}.ics`;
  const body = event({ SUMMARY: family });
  await alice.put(path, body).expect(201);
  assert.equal((await alice.get(path).expect(200)).text, body);
  await alice.proppatch(alice.calendar, { set: { 'D:displayname': family } }).expect(207);
  await alice
    .propfind(alice.calendar, '0', ['D:displayname'])
    .expectProperties(alice.calendar, { 'D:displayname': family });
});
