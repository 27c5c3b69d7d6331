/**
 * COPY and MOVE of whole collections between two accounts, also when they break off: repeated, they complete; nothing is lost, and nothing
 * is there twice. RFC 4918 section 9.8.3, RFC 4918 section 9.9.2.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { after, test } from 'node:test';
import { MOUNT_KIND } from '../../../src/dav/mounts.ts';
import type { Store } from '../../../src/store/store.ts';
import { event } from '../../support/builders.ts';
import { type Client, lockToken } from '../../support/client.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { type World, withWorld } from '../../support/world.ts';

class PowerCut extends Error {}

/** Writes until the power is cut; before each, something else may happen. */
const power: { writes: number; before: ((write: number) => Promise<void>) | undefined } = {
  writes: Number.POSITIVE_INFINITY,
  before: undefined,
};
let written = 0;
const opened = await openTestStore();
const store: Store = {
  ...opened,
  async write(origin, work) {
    if (written >= power.writes) throw new PowerCut('power cut');
    written += 1;
    const before = power.before;
    power.before = undefined;
    await before?.(written);
    if (before !== undefined) power.before = before;
    return opened.write(origin, work);
  },
};
const service = await inProcess(store, {});
after(() => service.close());

function inWorld(title: string, body: (world: World) => Promise<void>): void {
  test(title, () => withWorld(service, body));
}

/** Bob may do everything in alice's homes. */
async function open(alice: Client, bob: Client): Promise<void> {
  for (const home of [alice.files, alice.calendars]) await alice.acl(home, [[bob.principal, 'D:all']]).expect(200);
}

const NAMES = ['', '1', 'b/', 'b/3', 'b/c/', 'b/c/4'];

/** What a file holds: more than a piece, or little. */
function bytesOf(name: string): string {
  return name.repeat(name === '1' ? 300_000 : 3);
}

async function tree(client: Client, top: string): Promise<void> {
  for (const name of NAMES) {
    const path = client.files + top + name;
    await (path.endsWith('/') ? client.mkcol(path) : client.put(path, bytesOf(name))).expect(201);
  }
  await client.proppatch(`${client.files}${top}`, { set: { 'X:mood': 'good' } }).expect(207);
  await client.proppatch(`${client.files}${top}b/3`, { set: { 'X:mood': 'better' } }).expect(207);
}

/** Everything below a folder: paths from there, with tags. */
async function below(client: Client, path: string): Promise<readonly string[]> {
  const answer = await client.propfind(path, 'infinity', ['D:getetag']);
  if (answer.status === 404) return [];
  const { responses } = answer.multistatus();
  return [...responses.values()]
    .map(({ href, properties }) => {
      const tag = properties.get('{DAV:}getetag');
      return `${href.slice(path.length)} ${tag?.status === 200 ? tag.element.children.join('') : ''}`;
    })
    .sort();
}

for (const manner of ['COPY', 'MOVE'] as const) {
  inWorld(`${manner} of a tree of folders into somebody else's home`, async ({ alice, bob }) => {
    await open(alice, bob);
    await tree(bob, 'mine/');
    const before = await below(bob, `${bob.files}mine/`);
    const [from, to] = [`${bob.files}mine/`, `${alice.files}yours/`];
    await bob.request(manner, from, { headers: { Destination: to } }).expect(201);
    assert.deepEqual(await below(alice, to), before);
    assert.deepEqual(await below(bob, from), manner === 'COPY' ? before : []);
    await alice.propfind(to, '0', ['X:mood']).expectProperties(to, { 'X:mood': 'good' });
    await alice.propfind(`${to}b/3`, '0', ['X:mood']).expectProperties(`${to}b/3`, { 'X:mood': 'better' });
    assert.equal((await alice.get(`${to}1`)).text, bytesOf('1'));
    if (manner === 'COPY') {
      await bob.copy(from, to, { Overwrite: 'F' }).expect(412);
      await bob.copy(from, to).expect(403);
      assert.deepEqual(await below(alice, to), before);
    }
  });
}

/** Lists a folder in another one of the same user. */
async function list(client: Client, target: string, folder: string, name: string): Promise<void> {
  await opened.write({ at: 0, by: undefined, client: 'a test' }, async (tx) => {
    const owner = await tx.directory.accountByAddress(client.address);
    assert.ok(owner);
    const [, into] = await tx.collections.along(owner.id, ['files', folder]);
    const [, listed] = await tx.collections.along(owner.id, ['files', target]);
    assert.ok(into && listed);
    const row = { parent: into.id, name, kind: MOUNT_KIND, properties: {}, target: listed };
    await tx.collections.add(owner.id, row);
  });
}

for (const manner of ['COPY', 'MOVE'] as const) {
  for (const whose of ['one’s own', 'somebody else’s'] as const) {
    inWorld(`${manner} into ${whose} home leaves out what is only listed in a tree`, async ({ alice, bob }) => {
      await open(alice, bob);
      await tree(bob, 'mine/');
      const before = await below(bob, `${bob.files}mine/`);
      await bob.mkcol(`${bob.files}other/`).expect(201);
      await bob.put(`${bob.files}other/x`, 'x').expect(201);
      await list(bob, 'other', 'mine', 'listed');
      await bob.get(`${bob.files}mine/listed/x`).expect(200);
      if (whose === 'one’s own') await bob.mkcol(`${bob.files}below/`).expect(201);
      const from = `${bob.files}mine/`;
      const to = whose === 'one’s own' ? `${bob.files}below/yours/` : `${alice.files}yours/`;
      await bob.request(manner, from, { headers: { Destination: to } }).expect(201);
      const owner = whose === 'one’s own' ? bob : alice;
      const isMovedWithin = manner === 'MOVE' && owner === bob;
      assert.deepEqual(
        (await below(owner, to)).filter((one) => !one.startsWith('listed/')),
        before,
      );
      await owner.get(`${to}listed/x`).expect(isMovedWithin ? 200 : 404);
      if (manner === 'MOVE') await bob.propfind(from, '0').expect(404);
      await bob.get(`${bob.files}other/x`).expect(200);
    });
  }
}

inWorld('COPY with Depth 0 copies the folder alone', async ({ alice, bob }) => {
  await open(alice, bob);
  await tree(bob, 'mine/');
  const to = `${alice.files}yours/`;
  await bob.copy(`${bob.files}mine/`, to, { Depth: '0' }).expect(201);
  await alice.propfind(alice.files, 'infinity', ['D:getetag']).expectMembers([alice.files, to]);
  await alice.propfind(to, '0', ['X:mood']).expectProperties(to, { 'X:mood': 'good' });
});

inWorld('MOVE of a calendar into somebody else’s home, and no further copy of it', async ({ alice, bob }) => {
  await open(alice, bob);
  const from = await bob.newCalendar('mine', { 'D:displayname': 'Work' });
  for (const name of ['a', 'b', 'c']) await bob.put(`${from}${name}.ics`, event({ UID: name })).expect(201);
  const to = `${alice.calendars}yours/`;
  await bob.move(from, to).expect(201);
  await bob.propfind(from, '0').expect(404);
  await alice
    .propfind(to, '1', ['D:getetag'])
    .expectMembers([to, ...['a', 'b', 'c'].map((name) => `${to}${name}.ics`)]);
  await alice.propfind(to, '0', ['D:displayname']).expectProperties(to, { 'D:displayname': 'Work' });
});

for (const manner of ['COPY', 'MOVE'] as const) {
  for (const Overwrite of ['T', 'F']) {
    inWorld(
      `${manner} with Overwrite ${Overwrite} that breaks off anywhere completes when repeated`,
      async ({ alice, bob }) => {
        await open(alice, bob);
        let breaks = 0;
        for (let writes = 0; ; writes += 1) {
          const [top, other] = [`mine-${writes}/`, `yours-${writes}/`];
          await tree(bob, top);
          const [from, to] = [bob.files + top, alice.files + other];
          const before = await below(bob, from);
          const go = () => bob.request(manner, from, { headers: { Destination: to, Overwrite } });
          power.writes = written + writes;
          const broke = await go().then(
            () => false,
            (error: unknown) => {
              assert.ok(error instanceof PowerCut, String(error));
              return true;
            },
          );
          power.writes = Number.POSITIVE_INFINITY;
          if (!broke) break;
          breaks += 1;
          // Whatever is not there yet is still here.
          const both = new Set([...(await below(bob, from)), ...(await below(alice, to))]);
          for (const one of before) assert.ok(both.has(one), `${one} after ${writes} writes`);
          const answer = await go();
          // A MOVE that broke off behind its last step is done.
          if (manner === 'MOVE' && answer.status === 404) assert.deepEqual(await below(bob, from), []);
          else assert.ok(answer.status === 201 || answer.status === 204, `${answer.status} ${answer.text}`);
          assert.deepEqual(await below(alice, to), before);
          assert.deepEqual(await below(bob, from), manner === 'COPY' ? before : []);
          await alice.delete(to).expect(204);
          await bob.delete(from).expect(204, 404);
        }
        assert.ok(breaks > 6, `${breaks}`);
      },
    );
  }
}

inWorld('MOVE of one object that breaks off anywhere completes when repeated', async ({ alice, bob }) => {
  await open(alice, bob);
  for (const Overwrite of ['T', 'F']) {
    for (let writes = 0; ; writes += 1) {
      const name = `${Overwrite}${writes}.ics`;
      const [from, to] = [bob.calendar + name, alice.calendar + name];
      const { etag } = await bob.put(from, event({ UID: name })).expect(201);
      power.writes = written + writes;
      const broke = await bob.move(from, to, { Overwrite }).then(
        () => false,
        () => true,
      );
      power.writes = Number.POSITIVE_INFINITY;
      if (!broke) break;
      const again = await bob.move(from, to, { Overwrite }).expect(201, 204, 412);
      // Whose the one is that is there already is not known.
      if (again.status === 412) {
        assert.equal(Overwrite, 'F');
        await bob.get(from).expect(200).expectHeader('ETag', etag);
        await bob.move(from, to).expect(204);
      }
      await bob.get(from).expect(404);
      await alice.get(to).expect(200).expectHeader('ETag', etag);
    }
  }
});

inWorld('what is written to the source meanwhile arrives too, and is never lost', async ({ alice, bob }) => {
  await open(alice, bob);
  const body = event({ UID: 'late' });
  let round = 0;
  for (let at = 1; ; at += 1) {
    const from = await bob.newCalendar(`mine-${at}`);
    const to = `${alice.calendars}yours-${at}/`;
    for (const name of ['a', 'b']) await bob.put(`${from}${name}.ics`, event({ UID: name })).expect(201);
    const start = written;
    let happened = false;
    power.before = async (write) => {
      if (write - start !== at) return;
      happened = (await bob.put(`${from}late.ics`, body)).status === 201;
      // Once the calendar has gone as a whole it is too late.
      if (!happened) return;
      await bob.delete(`${from}a.ics`).expect(204);
    };
    await bob.move(from, to).expect(201);
    power.before = undefined;
    if (!happened) break;
    round += 1;
    await alice.propfind(to, '1', ['D:getetag']).expectMembers([to, `${to}b.ics`, `${to}late.ics`]);
    await bob.propfind(from, '0').expect(404);
  }
  assert.ok(round >= 2, `${round}`);
});

inWorld('locks and privileges hold at both ends', async ({ alice, bob }) => {
  await tree(bob, 'mine/');
  const [from, to] = [`${bob.files}mine/`, `${alice.files}yours/`];
  await bob.move(from, to).expect(409);
  await alice.acl(alice.files, [[bob.principal, 'D:read']]).expect(200);
  await bob.move(from, to).expectPrecondition('D:need-privileges', 403);
  await open(alice, bob);
  const here = lockToken(await bob.lock(`${from}b/3`).expect(200));
  await bob.move(from, to).expect(207);
  await alice.propfind(to, '0').expect(404);
  const there = lockToken(await bob.lock(alice.files).expect(200));
  const one = { If: `<${from}b/3> (<${here}>)` };
  await bob.move(from, to, one).expectPrecondition('D:lock-token-submitted', 423);
  const both = { If: `<${from}b/3> (<${here}>) <${alice.files}> (<${there}>)` };
  await bob.move(from, to, both).expect(201);
  assert.deepEqual(await below(bob, from), []);
  await alice.delete(`${to}1`).expectPrecondition('D:lock-token-submitted', 423);
});

inWorld('a MOVE onto the same of somebody else is not done against Overwrite F', async ({ alice, bob }) => {
  await open(alice, bob);
  const [from, to] = [`${bob.files}same`, `${alice.files}same`];
  await bob.put(from, 'same').expect(201);
  await alice.put(to, 'same').expect(201);
  await bob.move(from, to, { Overwrite: 'F' }).expect(412);
  await bob.get(from).expect(200);
  await bob.move(from, to).expect(204);
  await bob.get(from).expect(404);
});

inWorld('a member that is locked at the destination stays behind, and is named', async ({ alice, bob }) => {
  await open(alice, bob);
  await tree(bob, 'mine/');
  const [from, to] = [`${bob.files}mine/`, `${alice.files}yours/`];
  let token = '';
  power.before = async () => {
    const answer = await alice.lock(`${to}b/`, { depth: '0' });
    if (answer.status === 200) {
      power.before = undefined;
      token = lockToken(answer);
    } else if (answer.status === 201) await alice.unlock(`${to}b/`, lockToken(answer)).expect(204);
  };
  const answer = await bob.move(from, to);
  power.before = undefined;
  assert.notEqual(token, '');
  const members = answer.multistatus();
  for (const name of ['b/3', 'b/c/']) assert.equal(members.at(from + name).status, 423);
  await bob.propfind(`${from}1`, '0').expect(404);
  await bob.get(`${from}b/3`).expect(200);
  await alice.get(`${to}1`).expect(200);
  await alice.unlock(`${to}b/`, token).expect(204);
  await bob.move(from, to).expect(201);
  assert.deepEqual(await below(bob, from), []);
  assert.equal((await alice.get(`${to}b/3`)).text, bytesOf('b/3'));
});

/** A MOVE, or COPY, that breaks off as soon as there is something at that path. */
async function brokenOff(bob: Client, manner: 'COPY' | 'MOVE', from: string, to: string, path: string): Promise<void> {
  for (let writes = 1; (await bob.propfind(path, '0')).status !== 207; writes += 1) {
    power.writes = written + writes;
    await assert.rejects(async () => bob.request(manner, from, { headers: { Destination: to } }), PowerCut);
  }
  power.writes = Number.POSITIVE_INFINITY;
}

for (const Overwrite of ['T', 'F']) {
  inWorld(
    `what somebody changes in a copy that broke off stays, whatever Overwrite says: ${Overwrite}`,
    async ({ alice, bob }) => {
      await open(alice, bob);
      await tree(bob, 'mine/');
      const [from, to] = [`${bob.files}mine/`, `${alice.files}yours/`];
      await brokenOff(bob, 'MOVE', from, to, `${to}b/3`);
      await alice.put(`${to}b/3`, 'changed').expect(204);
      await alice.put(`${to}own`, 'own').expect(201);
      await alice.mkcol(`${to}b/c/`).expect(201, 405);
      await alice.mkcol(`${to}b/c/4/`).expect(201);
      const answer = await bob.move(from, to, { Overwrite }).expectMembers([`${to}b/3`, `${from}b/c/4`]);
      assert.equal(answer.multistatus().at(`${to}b/3`).status, 412);
      assert.equal(answer.multistatus().at(`${from}b/c/4`).status, 409);
      await alice.get(`${to}b/3`).expectText('changed');
      await bob.get(`${from}b/3`).expectText(bytesOf('b/3'));
      await bob.get(`${from}b/c/4`).expectText(bytesOf('b/c/4'));
      for (const name of ['b/3', 'b/c/4/']) await alice.delete(to + name).expect(204);
      await bob.move(from, to, { Overwrite }).expect(201);
      await alice.get(`${to}b/3`).expectText(bytesOf('b/3'));
      await alice.get(`${to}own`).expectText('own');
      assert.deepEqual(await below(bob, from), []);
    },
  );
}

for (const manner of ['COPY', 'MOVE'] as const) {
  inWorld(
    `${manner}: a collection that holds something is not replaced by one from another account`,
    async ({ alice, bob }) => {
      await open(alice, bob);
      await tree(bob, 'mine/');
      const [from, to] = [`${bob.files}mine/`, `${alice.files}yours/`];
      const go = (Overwrite: string) => bob.request(manner, from, { headers: { Destination: to, Overwrite } });
      await alice.mkcol(to).expect(201);
      await alice.put(`${to}precious`, 'precious').expect(201);
      await go('F').expect(412);
      await go('T').expect(403);
      await alice.get(`${to}precious`).expectText('precious');
      await alice.delete(`${to}precious`).expect(204);
      await alice.mkcol(`${to}folder/`).expect(201);
      await go('T').expect(403);
      await alice.delete(to).expect(204);
      await alice.put(to.slice(0, -1), 'file').expect(201);
      await go('T').expect(403);
      await alice.get(to.slice(0, -1)).expectText('file');
      await alice.delete(to.slice(0, -1)).expect(204);
      await alice.mkcol(to).expect(201);
      await go('F').expect(412);
      await go('T').expect(204);
      assert.equal((await below(alice, to)).length, NAMES.length);
    },
  );

  inWorld(`${manner}: the copy of another collection in the making is not gone on with`, async ({ alice, bob }) => {
    await open(alice, bob);
    for (const name of ['mine/', 'other/']) await tree(bob, name);
    const [from, to] = [`${bob.files}mine/`, `${alice.files}yours/`];
    await brokenOff(bob, manner, from, to, `${to}1`);
    const go = (other: string, Overwrite: string) =>
      bob.request(manner, other, { headers: { Destination: to, Overwrite } });
    await go(`${bob.files}other/`, 'F').expect(412);
    await go(`${bob.files}other/`, 'T').expect(403);
    await go(from, 'F').expect(201);
    // Complete, it is a collection like others.
    if (manner === 'COPY') await go(from, 'F').expect(412);
  });

  inWorld(`${manner} that was broken off is gone on with for a day`, async ({ alice, bob }) => {
    await open(alice, bob);
    await tree(bob, 'mine/');
    const [from, to] = [`${bob.files}mine/`, `${alice.files}yours/`];
    await brokenOff(bob, manner, from, to, `${to}1`);
    service.later?.(90_000);
    const go = (Overwrite: string) => bob.request(manner, from, { headers: { Destination: to, Overwrite } });
    await go('F').expect(412);
    await go('T').expect(403);
  });
}

inWorld('properties that change between two attempts arrive, and those of others stay', async ({ alice, bob }) => {
  await open(alice, bob);
  await tree(bob, 'mine/');
  const [from, to] = [`${bob.files}mine/`, `${alice.files}yours/`];
  await brokenOff(bob, 'MOVE', from, to, `${to}b/3`);
  for (const name of ['', 'b/']) await bob.proppatch(from + name, { set: { 'X:mood': `later ${name}` } }).expect(207);
  await alice.proppatch(`${to}b/`, { set: { 'X:mood': 'hers' } }).expect(207);
  const answer = await bob.move(from, to).expectMembers([`${from}b/`]);
  assert.equal(answer.multistatus().at(`${from}b/`).status, 412);
  await alice.propfind(to, '0', ['X:mood']).expectProperties(to, { 'X:mood': 'later ' });
  await alice.propfind(`${to}b/`, '0', ['X:mood']).expectProperties(`${to}b/`, { 'X:mood': 'hers' });
  await alice.proppatch(`${to}b/`, { set: { 'X:mood': 'later b/' } }).expect(207);
  await bob.move(from, to).expect(201);
  assert.deepEqual(await below(bob, from), []);
});

inWorld('a subfolder that is changed between two attempts arrives as it is then', async ({ alice, bob }) => {
  await open(alice, bob);
  await tree(bob, 'mine/');
  const [from, to] = [`${bob.files}mine/`, `${alice.files}yours/`];
  await brokenOff(bob, 'MOVE', from, to, `${to}b/`);
  await bob.proppatch(`${from}b/`, { set: { 'X:mood': 'later' } }).expect(207);
  await bob.move(from, to).expect(201);
  await alice.propfind(`${to}b/`, '0', ['X:mood']).expectProperties(`${to}b/`, { 'X:mood': 'later' });
});

inWorld('contents that were copied for nothing are given up', async ({ alice, bob }) => {
  await open(alice, bob);
  const large = Buffer.alloc(600_000, 'large');
  /** Its three pieces, and what says that they belong together. */
  const ROWS = 4;
  const abandoned = async (): Promise<number> => {
    // What was given up counts as very old, anything else as new.
    const before = { tombstones: 0, history: 0, locks: 0, attachments: 0, contents: 1 };
    return (await opened.prune(before, 100)).contents;
  };
  const [file, folder] = [`${bob.files}large`, `${bob.files}folder/`];
  await bob.put(file, large).expect(201);
  await bob.mkcol(folder).expect(201);
  for (const name of ['1', '2']) await bob.put(folder + name, large).expect(201);
  await alice.put(`${alice.files}there`, 'there').expect(201);
  await abandoned();
  await bob.copy(file, `${alice.files}there`, { Overwrite: 'F' }).expect(412);
  assert.equal(await abandoned(), ROWS);
  await service.quota?.(alice.address, 700_000);
  await bob.copy(folder, `${alice.files}folder/`).expect(507);
  assert.equal(await abandoned(), 2 * ROWS);
});
