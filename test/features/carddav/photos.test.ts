/**
 * Cards with photos, up to the size that is allowed where nobody says otherwise. RFC 6352 section 6.2.3, RFC 6350 section 6.2.4.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DEFAULT_LIMITS } from '../../../src/dav/limits.ts';
import { card } from '../../support/builders.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { withWorld } from '../../support/world.ts';

const MOST = 4 * 1024 * 1024;
const service = await inProcess(await openTestStore(), { limits: { addressObject: DEFAULT_LIMITS.addressObject } });
after(() => service.close());

const PHOTO = `/9j/${'A'.repeat(3_500_000)}`.replace(/.{74}/g, '$&\r\n ');

/** A card with a photo in folded lines, of so many octets. */
function withPhoto(octets: number): string {
  const made = (note: string): string => card({ UID: 'a', 'PHOTO;ENCODING=b;TYPE=JPEG': PHOTO, NOTE: note });
  return made('x'.repeat(octets - made('').length));
}

test('RFC 6352 section 6.2.3: a card has 4 MiB at most, unless an administrator says otherwise', () =>
  withWorld(service, async ({ alice }) => {
    const path = `${alice.addressbook}a.vcf`;
    await alice
      .propfind(alice.addressbook, '0', ['CR:max-resource-size'])
      .expectProperties(alice.addressbook, { 'CR:max-resource-size': String(MOST) });
    const largest = withPhoto(MOST);
    assert.equal(Buffer.byteLength(largest), MOST);
    await alice.put(path, withPhoto(MOST + 1)).expectPrecondition('CR:max-resource-size', 403);
    await alice.put(path, largest).expect(201);
    const { text } = await alice.get(path).expect(200);
    assert.ok(text === largest, 'comes back as it was sent');
    const octets = (one: string): string => one.replace(/\r\n[ \t]/g, '').match(/\/9j\/A*/)?.[0] ?? '';
    const four = await alice.get(path, { Accept: 'text/vcard;version=4.0' }).expect(200);
    assert.ok(four.text.includes('\r\nPHOTO:data:image/jpeg;base64,/9j/'));
    assert.ok(octets(four.text) === octets(largest), 'no octet of the photo is lost');
    const json = await alice.get(path, { Accept: 'application/vcard+json' }).expect(200);
    assert.ok(octets(json.text) === octets(largest));
  }));

test('in no form is a card anything that a browser would run', () =>
  withWorld(service, async ({ alice }) => {
    const path = `${alice.addressbook}page.html`;
    const evil = card({
      VERSION: '4.0',
      FN: '<script>alert(1)</script>',
      PHOTO: 'data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+',
      URL: 'javascript:alert(1)',
    });
    await alice.put(path, evil, { 'Content-Type': 'text/vcard' }).expect(201);
    for (const Accept of ['text/html', '*/*', 'text/vcard;version=3.0', 'application/vcard+json', 'image/svg+xml']) {
      await alice
        .get(path, { Accept })
        .expect(200)
        .expectHeader('Content-Type', /^(text\/vcard\b|application\/vcard\+json$)/)
        .expectHeader('Content-Security-Policy', "default-src 'none'; sandbox")
        .expectHeader('X-Content-Type-Options', 'nosniff');
    }
  }));
