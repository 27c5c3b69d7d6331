/**
 * Hostile cases about writers that meet: what one of them believes about the other's things is out of date.
 */
import assert from 'node:assert/strict';
import { event } from '../../support/builders.ts';
import type { Client, Headers } from '../../support/client.ts';
import { hostile } from '../../support/conformance.ts';

function transfer(client: Client, manner: 'COPY' | 'MOVE', from: string, to: string, headers: Headers = {}) {
  return client.request(manner, from, { headers: { Destination: to, ...headers } });
}

for (const manner of ['COPY', 'MOVE'] as const) {
  hostile(`D4 of many ${manner} to one name that must not overwrite, one wins`, async ({ alice }) => {
    const names = ['1', '2', '3', '4', '5'].map((name) => `${alice.calendar}${name}.ics`);
    for (const name of names) await alice.put(name, event({ SUMMARY: name })).expect(201);
    const other = await alice.newCalendar('other');
    const answers = await Promise.all(
      names.map((name) => transfer(alice, manner, name, `${other}a.ics`, { Overwrite: 'F' })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 412, 412, 412, 412]);
    const winner = answers.findIndex(({ status }) => status === 201);
    await alice.get(`${other}a.ics`).expectText(`SUMMARY:${names[winner]}`);
    const left = manner === 'COPY' ? names : names.filter((_, at) => at !== winner);
    await alice.propfind(alice.calendar, '1', ['D:getetag']).expectMembers([alice.calendar, ...left]);
  });

  hostile(`D4 of many ${manner} onto one name, each says truly whether it replaced`, async ({ alice }) => {
    const names = ['1', '2', '3', '4'].map((name) => `${alice.calendar}${name}.ics`);
    for (const name of names) await alice.put(name, event()).expect(201);
    const other = await alice.newCalendar('other');
    const answers = await Promise.all(names.map((name) => transfer(alice, manner, name, `${other}a.ics`)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 204, 204, 204]);
  });
}

hostile('D4 a calendar that is renamed meanwhile is not what a COPY to its former name replaces', async ({ alice }) => {
  const [source, target] = [await alice.newCalendar('source'), await alice.newCalendar('target')];
  const moved = `${alice.calendars}moved/`;
  const { etag } = await alice.put(`${target}keep.ics`, event()).expect(201);
  const [renamed, copied] = await Promise.all([
    transfer(alice, 'MOVE', target, moved),
    transfer(alice, 'COPY', source, target),
  ]);
  // Whichever came first: nothing of what was renamed is lost.
  assert.ok(renamed.status === 201 || (renamed.status >= 400 && copied.status === 204), `${renamed.status}`);
  if (renamed.status === 201) await alice.get(`${moved}keep.ics`).expect(200).expectHeader('ETag', etag);
});

hostile(
  'D4 a calendar that is renamed meanwhile is not what a DELETE or MOVE of its former name takes',
  async ({ alice }) => {
    for (const late of ['DELETE', 'MOVE'] as const) {
      const calendar = await alice.newCalendar(`former-${late}`);
      const renamed = `${alice.calendars}renamed-${late}/`;
      await alice.put(`${calendar}keep.ics`, event()).expect(201);
      const [first, second] = await Promise.all([
        transfer(alice, 'MOVE', calendar, renamed),
        late === 'DELETE' ? alice.delete(calendar) : transfer(alice, 'MOVE', calendar, `${alice.calendars}third/`),
      ]);
      // One finds it there, the other does not any more.
      assert.equal([first, second].filter(({ status }) => status === 404).length, 1);
      if (first.status === 201) await alice.get(`${renamed}keep.ics`).expect(200);
    }
  },
);

hostile('D4 a collection has no entity tag: a write that names one does not happen', async ({ alice }) => {
  const calendar = await alice.newCalendar('a');
  await alice.put(`${calendar}a.ics`, event()).expect(201);
  const headers = { 'If-Match': '"of something else"' };
  await alice.delete(calendar, headers).expect(412);
  await alice.proppatch(calendar, { set: { 'D:displayname': 'no' } }, headers).expect(412);
  await transfer(alice, 'MOVE', calendar, `${alice.calendars}b/`, headers).expect(412);
  await alice.delete(calendar, { 'If-Unmodified-Since': 'Sat, 01 Jan 2000 00:00:00 GMT' }).expect(412);
  await alice.get(`${calendar}a.ics`).expect(200);
  await alice.delete(calendar, { 'If-Match': '*' }).expect(204);
});

hostile('D4 the If header of WebDAV keeps a write from what has changed, as If-Match does', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const body = event();
  const { etag } = await alice.put(path, body).expect(201);
  const failing = [
    '(["of something else"])',
    `([${etag}] <opaquelocktoken:e71d4fae-5dec-22d6-fea5-00a0c91e6be4>)`,
    `(Not [${etag}])`,
    `</somewhere/else> ([${etag}])`,
  ];
  for (const If of failing) {
    await alice.put(path, body.replace('Meeting', 'Other'), { If }).expect(412);
    await alice.delete(path, { If }).expect(412);
    await alice.proppatch(path, { set: { 'X:note': 'x' } }, { If }).expect(412);
    await transfer(alice, 'MOVE', path, `${alice.calendar}b.ics`, { If }).expect(412);
  }
  await alice.put(path, body, { If: '(["unclosed"' }).expect(400);
  await alice.get(path).expect(200).expectText('Meeting');
  await alice.put(path, body.replace('Meeting', 'Third'), { If: `(["other"]) ([${etag}])` }).expect(204);
  await alice.delete(path, { If: `<${path.replaceAll('@', '%40')}> (Not <DAV:no-lock>)` }).expect(204);
});
