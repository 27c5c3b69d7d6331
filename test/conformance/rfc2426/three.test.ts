/**
 * Cards of version 3.0: kept as they come, and given in 4.0 to those who ask for that. RFC 2426.
 */
import assert from 'node:assert/strict';
import { corpus } from '../../formats/vcard/cards.ts';
import { card } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { must, quirk } from '../../support/conformance.ts';

/** The content lines of a card in version 4.0. */
async function asFour(alice: Client, lines: Parameters<typeof card>[0]): Promise<readonly string[]> {
  const path = `${alice.addressbook}a.vcf`;
  await alice.put(path, card({ UID: 'a', ...lines })).expect(201, 204);
  const { text } = await alice.get(path, { Accept: 'text/vcard;version=4.0' }).expect(200);
  return text.replaceAll('\r\n ', '').split('\r\n');
}

must('RFC 2426 section 3.1.4', 'a photo of many folded lines is kept, and is a data: URI in 4.0', async ({ alice }) => {
  const octets = 'QUJD'.repeat(20_000);
  const path = `${alice.addressbook}photo.vcf`;
  const body = card({ 'PHOTO;ENCODING=b;TYPE=JPEG': octets.replace(/.{72}/g, '$&\r\n ') });
  await alice.put(path, body).expect(201);
  assert.equal((await alice.get(path)).text, body);
  const { text } = await alice.get(path, { Accept: 'text/vcard;version=4.0' }).expect(200);
  assert.ok(text.replaceAll('\r\n ', '').includes(`\r\nPHOTO:data:image/jpeg;base64,${octets}\r\n`));
});

quirk('Q-A-17', 'Apple’s groups are kept, and are groups in 4.0', async ({ alice }) => {
  const group = { 'X-ADDRESSBOOKSERVER-KIND': 'group', 'X-ADDRESSBOOKSERVER-MEMBER': ['urn:uuid:1', 'urn:uuid:2'] };
  const lines = await asFour(alice, group);
  assert.deepEqual(
    lines.filter((line) => /KIND|MEMBER/.test(line)),
    ['KIND:group', 'MEMBER:urn:uuid:1', 'MEMBER:urn:uuid:2'],
  );
});

must('RFC 2426 section 3.2.2', 'the label of an address is a parameter of it in 4.0', async ({ alice }) => {
  const lines = await asFour(alice, { 'ADR;TYPE=HOME': ';;1 St;;;;', 'LABEL;TYPE=HOME': '1 St\\nTown' });
  assert.ok(lines.includes('ADR;TYPE=HOME;LABEL=1 St^nTown:;;1 St;;;;'), lines.join('\n'));
});

must('RFC 2426 section 3.3.1', 'the preferred number is that in 4.0 too', async ({ alice }) => {
  const lines = await asFour(alice, { 'TEL;type=CELL;type=pref': '1' });
  assert.ok(lines.includes('TEL;TYPE=CELL;PREF=1:1'), lines.join('\n'));
});

must('RFC 2426 section 4', 'cards as clients of 3.0 write them come back from 4.0 as they were', async ({ alice }) => {
  for (const { name, text } of corpus()) {
    if (!text.includes('VERSION:3.0')) continue;
    const path = `${alice.addressbook}${name}`;
    await alice.put(path, text).expect(201);
    assert.equal((await alice.get(path)).text, text);
    const four = await alice.get(path, { Accept: 'text/vcard;version=4.0' }).expect(200);
    await alice.put(path, four.text).expect(204);
    const back = await alice.get(path, { Accept: 'text/vcard;version=3.0' }).expect(200);
    assert.deepEqual(linesOf(back.text), linesOf(text), name);
  }
});

/** Content lines, unfolded, names in upper case. */
function linesOf(text: string): readonly string[] {
  return text
    .replaceAll('\r\n ', '')
    .split('\r\n')
    .map((line) => line.replace(/^[^:]*/, (head) => head.toUpperCase().replaceAll('"', '')));
}
