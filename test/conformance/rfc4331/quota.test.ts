/**
 * How much there is room for. RFC 4331.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { hostile, must, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';
import type { ServiceUnderTest } from '../../support/service.ts';

const USED = 'D:quota-used-bytes';
const AVAILABLE = 'D:quota-available-bytes';

/** Lets the account of the client have so many octets; false where the service under test cannot be told. */
async function limited(service: ServiceUnderTest, client: Client, octets: number): Promise<boolean> {
  // The account exists once it has answered.
  await client.options(client.calendar).expect(200);
  if (service.quota === undefined) {
    console.log('skipped: the quota of one account cannot be set in this mode');
    return false;
  }
  await service.quota(client.address, octets);
  return true;
}

async function used(client: Client, path = client.files): Promise<number> {
  const answer = await client.propfind(path, '0', [USED]).expect(207);
  return Number(answer.multistatus().value(path, clark(USED)));
}

must(
  'RFC 4331 section 4',
  'what all objects of an account take is what each of its collections says',
  async ({ alice }) => {
    const object = event();
    await alice.put(`${alice.calendar}a.ics`, object).expect(201);
    await alice.mkcol(`${alice.files}a/`).expect(201);
    await alice.put(`${alice.files}a/b.bin`, new Uint8Array(1_000)).expect(201);
    const total = String(Buffer.byteLength(object) + 1_000);
    for (const path of [
      alice.calendars,
      alice.calendar,
      alice.addressbooks,
      alice.addressbook,
      alice.files,
      `${alice.files}a/`,
    ]) {
      await alice.propfind(path, '0', [USED]).expectProperties(path, { [USED]: total });
    }
    await alice.propfind(alice.calendars, '1', [USED]).expectProperties(alice.calendar, { [USED]: total });
  },
);

must('RFC 4331 section 4', 'what is replaced by less, or removed, is given back', async ({ alice }) => {
  const path = `${alice.files}a.bin`;
  await alice.put(path, new Uint8Array(1_000)).expect(201);
  await alice.put(path, new Uint8Array(300)).expect(204);
  assert.equal(await used(alice), 300);
  await alice.request('COPY', path, { headers: { Destination: `${alice.files}b.bin` } }).expect(201);
  assert.equal(await used(alice), 600);
  await alice.request('MOVE', path, { headers: { Destination: `${alice.files}b.bin` } }).expect(204);
  assert.equal(await used(alice), 300);
  await alice.delete(`${alice.files}b.bin`).expect(204);
  assert.equal(await used(alice), 0);
});

must(
  'RFC 4331 section 3',
  'what is left is the quota without what is used, and never less than nothing',
  async ({ alice, service }) => {
    if (!(await limited(service, alice, 1_000))) return;
    await alice.put(`${alice.files}a.bin`, new Uint8Array(400)).expect(201);
    await alice
      .propfind(alice.files, '0', [AVAILABLE, USED])
      .expectProperties(alice.files, { [AVAILABLE]: '600', [USED]: '400' });
    await service.quota?.(alice.address, 300);
    await alice.propfind(alice.calendar, '0', [AVAILABLE]).expectProperties(alice.calendar, { [AVAILABLE]: '0' });
  },
);

should('RFC 4331 section 2', 'allprop leaves both out, propname names them', async ({ alice, service }) => {
  if (!(await limited(service, alice, 1_000))) return;
  const all = (await alice.propfind(alice.calendar, '0').expect(207)).multistatus().at(alice.calendar);
  const names = (
    await alice.propfind(alice.calendar, '0', '<D:propfind xmlns:D="DAV:"><D:propname/></D:propfind>').expect(207)
  )
    .multistatus()
    .at(alice.calendar);
  for (const name of [USED, AVAILABLE]) {
    assert.ok(!all.properties.has(clark(name)));
    assert.ok(names.properties.has(clark(name)));
  }
});

must('RFC 4331 section 4', 'both are protected', async ({ alice }) => {
  for (const name of [USED, AVAILABLE]) {
    const answer = (await alice.proppatch(alice.calendar, { set: { [name]: '1' } }).expect(207)).multistatus();
    const value = answer.at(alice.calendar).properties.get(clark(name));
    assert.equal(value?.status, 403);
    assert.deepEqual(value?.conditions, [clark('D:cannot-modify-protected-property')]);
  }
});

should(
  'RFC 4331 section 6',
  'what does not fit is refused with 507 and quota-not-exceeded, by every method that stores',
  async ({ alice, bob, service }) => {
    if (!(await limited(service, alice, 1_000))) return;
    const [a, b] = [`${alice.files}a.bin`, `${alice.files}b.bin`];
    await alice.put(a, new Uint8Array(600)).expect(201);
    await alice.put(b, new Uint8Array(401)).expectPrecondition('D:quota-not-exceeded', 507);
    await alice.request('COPY', a, { headers: { Destination: b } }).expectPrecondition('D:quota-not-exceeded', 507);
    await alice
      .put(`${alice.calendar}a.ics`, event({ DESCRIPTION: 'x'.repeat(400) }))
      .expectPrecondition('D:quota-not-exceeded', 507);
    const headers = { 'Content-Type': 'text/calendar' };
    const body = event({ DESCRIPTION: 'x'.repeat(400) });
    await alice
      .request('POST', `${alice.calendar}?action=add-member`, { headers, body })
      .expectPrecondition('D:quota-not-exceeded', 507);
    assert.equal(await used(alice), 600);
    await alice.request('MOVE', a, { headers: { Destination: b } }).expect(201);
    await alice.put(b, new Uint8Array(1_000)).expect(204);
    await bob.put(`${bob.files}a.bin`, new Uint8Array(2_000)).expect(201);
  },
);

should('RFC 4331 section 3', 'an account that is full can still read, and remove', async ({ alice, service }) => {
  if (!(await limited(service, alice, 1_000))) return;
  const path = `${alice.files}a.bin`;
  await alice.put(path, new Uint8Array(900)).expect(201);
  await service.quota?.(alice.address, 100);
  await alice.get(path).expect(200);
  await alice.put(path, new Uint8Array(800)).expect(204);
  await alice.delete(path).expect(204);
  assert.equal(await used(alice), 0);
});

hostile(
  'S22 of a hundred writers at the edge of a quota those that fit succeed, and no other',
  async ({ alice, service }) => {
    const size = 100;
    const fitting = 37;
    if (!(await limited(service, alice, size * fitting + size - 1))) return;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => alice.put(`${alice.files}${i}.bin`, new Uint8Array(size))),
    );
    const stored = answers.filter(({ status }) => status === 201);
    assert.equal(stored.length, fitting);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201, 507]));
    assert.equal(await used(alice), size * fitting);
    const listed = (await alice.propfind(alice.files, '1', ['D:getcontentlength']).expect(207)).multistatus();
    assert.equal(listed.responses.size - 1, fitting);
  },
);

should(
  'RFC 4331 section 6',
  'a full account can still be put in order: MOVE takes up nothing',
  async ({ alice, service }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    await alice.put(`${alice.files}a.bin`, new Uint8Array(2_000)).expect(201);
    if (!(await limited(service, alice, 1_000))) return;
    const before = await used(alice);
    const other = await alice.newCalendar('other');
    await alice.move(`${alice.calendar}a.ics`, `${other}a.ics`).expect(201);
    await alice.move(`${alice.files}a.bin`, `${alice.files}b.bin`).expect(201);
    assert.equal(await used(alice), before);
    await alice.copy(`${alice.files}b.bin`, `${alice.files}c.bin`).expectPrecondition('D:quota-not-exceeded', 507);
    await alice.delete(`${alice.files}b.bin`).expect(204);
    assert.equal(await used(alice), before - 2_000);
  },
);
