/**
 * Hostile cases about locks, and about where COPY and MOVE lead.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import { lockToken } from '../../support/client.ts';
import { hostile } from '../../support/conformance.ts';

hostile(
  'S16 a Destination on another host, or dressed up as one of ours, leads nowhere',
  async ({ alice, service }) => {
    const path = `${alice.calendar}a.ics`;
    await alice.put(path, event()).expect(201);
    const host = new URL(service.origin).host;
    for (const [destination, ...statuses] of [
      [`https://elsewhere.example.org${path}b`, 502],
      [`https://${host}.example.org${path}b`, 400, 502],
      [`https://${host}@elsewhere.example.org${path}b`, 502],
      [`https://elsewhere.example.org/${service.origin}${path}b`, 502],
      [`//elsewhere.example.org${path}b`, 400],
      [`//${host}${path}b`, 400],
      [`${service.origin}:1${path}b`, 400, 502],
      [`file://${path}b`, 502],
      ['javascript:alert(1)', 400, 502],
      [`${alice.calendars}%2e%2e/default/b.ics`, 400],
      [`${alice.calendars}../default/b.ics`, 400],
      [`${alice.calendar}a%2Fb.ics`, 400],
      [`${alice.calendar}a%00.ics`, 400],
      [`${alice.calendar}/b.ics`, 400],
    ] as const) {
      for (const manner of ['COPY', 'MOVE'] as const) {
        const answer = await alice.request(manner, path, { headers: { Destination: destination } });
        assert.ok(
          statuses.some((status) => status === answer.status),
          `${destination}: ${answer.status}`,
        );
      }
    }
    await alice.propfind(alice.calendar, '1', ['D:getetag']).expectMembers([alice.calendar, path]);
  },
);

hostile('S16 a Destination in another user’s home is not told apart from none', async ({ alice, bob, carol }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  for (const other of [bob, carol]) {
    await other.put(`${other.calendar}there.ics`, event()).expect(201);
    await other.lock(`${other.calendar}kept.ics`).expect(201);
    for (const manner of ['COPY', 'MOVE'] as const) {
      const said = new Set<string>();
      for (const name of ['there.ics', 'kept.ics', 'none.ics', '']) {
        const answer = await alice.request(manner, path, { headers: { Destination: other.calendar + name } });
        said.add(`${answer.status} ${answer.text}`);
      }
      const nowhere = await alice.request(manner, path, {
        headers: { Destination: '/calendars/none@example.com/a/b' },
      });
      said.add(`${nowhere.status} ${nowhere.text}`);
      assert.equal(said.size, 1, [...said].join('\n'));
    }
    await other
      .propfind(other.calendar, '1', ['D:getetag'])
      .expectMembers([other.calendar, `${other.calendar}there.ics`]);
  }
});

hostile('S16 locks of others are not seen, made, used or ended by strangers', async ({ alice, bob, carol }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const token = lockToken(await alice.lock(path).expect(200));
  for (const stranger of [bob, carol]) {
    await stranger.unlock(path, token).expect(404, 409).expectHeader('Lock-Token', undefined);
    await stranger.unlock(alice.calendar, token).expect(404, 409);
    await stranger.lock(path).expect(404, 409);
    await stranger.lock(`${alice.calendar}new.ics`).expect(404, 409);
    await stranger.request('LOCK', path, { headers: { If: `(<${token}>)` } }).expect(404, 409);
    await stranger.put(path, event(), { If: `(<${token}>)` }).expect(404, 409);
    const [there, none] = [await stranger.unlock(path, token), await stranger.unlock(`${path}x`, token)];
    assert.equal(there.status, none.status);
    assert.equal(there.text.replaceAll(path, ''), none.text.replaceAll(`${path}x`, ''));
  }
  await alice.delete(path).expect(423);
});

hostile('D4 of many exclusive locks at once one is granted, on whatever part of the tree', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  for (let round = 0; round < 5; round += 1) {
    const places = [alice.calendars, alice.calendar, path, path];
    const answers = await Promise.all(places.map((place) => alice.lock(place)));
    const granted = answers.filter(({ status }) => status === 200);
    assert.equal(granted.length, 1, answers.map(({ status }) => status).join(' '));
    const place = places[answers.findIndex(({ status }) => status === 200)] ?? '';
    await alice.unlock(place, lockToken(granted[0]!)).expect(204);
  }
});

hostile('D4 a lock and writes at once: what is written without its token came before it', async ({ alice }) => {
  for (let round = 0; round < 5; round += 1) {
    const calendar = await alice.newCalendar(`c${round}`);
    const [locked, ...puts] = await Promise.all([
      alice.lock(calendar),
      ...['1', '2', '3', '4'].map((name) => alice.put(`${calendar}${name}.ics`, event())),
    ]);
    lockToken(locked.status === 200 ? locked : await alice.lock(calendar));
    for (const { status } of puts) assert.ok(status === 201 || status === 423, String(status));
    const names = puts.flatMap(({ status }, at) => (status === 201 ? [`${calendar}${at + 1}.ics`] : []));
    await alice.propfind(calendar, '1', ['D:getetag']).expectMembers([calendar, ...names]);
    await alice.put(`${calendar}5.ics`, event()).expect(423);
  }
});

hostile('D4 of many LOCKs of one new name, one makes it', async ({ alice }) => {
  for (const path of [`${alice.files}new.txt`, `${alice.calendar}new.ics`]) {
    const answers = await Promise.all([1, 2, 3, 4].map(() => alice.lock(path)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 423, 423, 423]);
  }
});

hostile('D4 8 writers with the same If-Match: one writes, and what it wrote is there', async ({ alice }) => {
  for (const path of [`${alice.calendar}a.ics`, `${alice.files}a.ics`]) {
    const { etag } = await alice.put(path, event({ UID: 'same' })).expect(201);
    const bodies = Array.from({ length: 8 }, (_, at) => event({ UID: 'same', SUMMARY: `Writer ${at}` }));
    const answers = await Promise.all(bodies.map((body) => alice.put(path, body, { 'If-Match': etag })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [204, ...Array<number>(7).fill(412)]);
    const winner = answers.findIndex(({ status }) => status === 204);
    const stored = await alice.get(path).expectHeader('ETag', answers[winner]?.etag ?? '');
    assert.equal(stored.text, bodies[winner]);
  }
});

hostile('D4 If-None-Match: * twice at once: one creates', async ({ alice }) => {
  for (const path of [`${alice.calendar}a.ics`, `${alice.files}a.ics`]) {
    const headers = { 'If-None-Match': '*' };
    const answers = await Promise.all(['1', '2'].map((UID) => alice.put(path, event({ UID }), headers)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 412]);
  }
});

hostile('D4 UNLOCK and a write with the token at once: neither is lost', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event({ UID: 'same' })).expect(201);
  const token = lockToken(await alice.lock(path).expect(200));
  const [put, unlocked] = await Promise.all([
    alice.put(path, event({ UID: 'same', SUMMARY: 'Last' }), { If: `(<${token}>) (Not <DAV:no-lock>)` }),
    alice.unlock(path, token),
  ]);
  assert.equal(put.status, 204);
  assert.equal(unlocked.status, 204);
  await alice.get(path).expectText('Last');
  await alice.delete(path).expect(204);
});
