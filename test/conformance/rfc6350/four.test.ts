/**
 * Cards of version 4.0: kept as they come, and given in 3.0 to those who ask for that. RFC 6350.
 */
import assert from 'node:assert/strict';
import { corpus } from '../../formats/vcard/cards.ts';
import { card } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, should } from '../../support/conformance.ts';

/** The content lines of a card in version 3.0. */
async function asThree(alice: Client, lines: Parameters<typeof card>[0]): Promise<readonly string[]> {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card({ UID: 'a', VERSION: '4.0', ...lines })).expect(201, 204);
  const { text } = await alice.get(path, { Accept: 'text/vcard;version=3.0' }).expect(200);
  return text.replaceAll('\r\n ', '').split('\r\n');
}

must('RFC 6350 section 6.2.4', 'a data: URI is kept, and is octets in 3.0', async ({ alice }) => {
  const uri = `data:image/jpeg;base64,${'QUJD'.repeat(40)}`;
  const path = `${alice.addressbook}photo.vcf`;
  const body = card({ VERSION: '4.0', PHOTO: `${uri.slice(0, 60)}\r\n ${uri.slice(60)}` });
  await alice.put(path, body).expect(201);
  assert.equal((await alice.get(path)).text, body);
  const lines = await asThree(alice, { PHOTO: uri });
  assert.ok(lines.includes(`PHOTO;ENCODING=b;TYPE=JPEG:${'QUJD'.repeat(40)}`), lines.join('\n'));
});

must('RFC 6350 section 6.1.4', 'KIND and MEMBER are kept, and are Apple’s group in 3.0', async ({ alice }) => {
  const lines = await asThree(alice, { KIND: 'group', MEMBER: ['urn:uuid:1', 'urn:uuid:2'] });
  assert.deepEqual(
    lines.filter((line) => /KIND|MEMBER/.test(line)),
    [
      'X-ADDRESSBOOKSERVER-KIND:group',
      'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1',
      'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:2',
    ],
  );
});

must('RFC 6350 section 6.2.5', 'a birthday without a year is the one that Apple knows', async ({ alice }) => {
  const lines = await asThree(alice, { BDAY: '--0229' });
  assert.ok(lines.includes('BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29'), lines.join('\n'));
});

should('RFC 6350 section 6.10', 'what 3.0 has no word for travels through it', async ({ alice }) => {
  const path = `${alice.addressbook}a.vcf`;
  const lines = { GENDER: 'F;femme', 'EXPERTISE;LEVEL=expert': 'physics', 'RELATED;TYPE=friend': 'urn:uuid:2' };
  const body = card({ UID: 'a', VERSION: '4.0', ...lines });
  await alice.put(path, body).expect(201);
  const { text, etag } = await alice.get(path, { Accept: 'text/vcard;version=3.0' }).expect(200);
  await alice.put(path, text, { 'If-Match': etag }).expect(204);
  const back = await alice.get(path, { Accept: 'text/vcard;version=4.0' }).expect(200);
  assert.equal(back.text, body);
});

must(
  'RFC 6350 section 3.3',
  'cards as clients of 4.0 write them come back from 3.0 as they were',
  async ({ alice }) => {
    for (const { name, text } of corpus()) {
      if (!text.includes('VERSION:4.0')) continue;
      const path = `${alice.addressbook}${name}`;
      await alice.put(path, text).expect(201);
      assert.equal((await alice.get(path)).text, text);
      const three = await alice.get(path, { Accept: 'text/vcard;version=3.0' }).expect(200);
      await alice.put(path, three.text).expect(204);
      const back = await alice.get(path, { Accept: 'text/vcard;version=4.0' }).expect(200);
      assert.deepEqual(linesOf(back.text), linesOf(text), name);
    }
  },
);

/** Content lines, unfolded, parameter and property names in upper case. */
function linesOf(text: string): readonly string[] {
  return text
    .replaceAll('\r\n ', '')
    .split('\r\n')
    .map((line) => line.replace(/^(\w+\.)?[\w-]+/, (name) => name.replace(/[^.]+$/, (one) => one.toUpperCase())))
    .map((line) => line.replace(/;([a-z-]+)=/gi, (name) => name.toUpperCase()).replaceAll('"', ''));
}
