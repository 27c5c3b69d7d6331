/**
 * Hostile cases about synchronisation: random requests, one after the other, and beside them a plain model of what the service must hold
 * then: a list of paths with what each says. Whenever a client that synchronises by tokens has caught up, its mirror is the model.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Answer } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { type Client, lockToken } from '../../support/client.ts';
import { hostile } from '../../support/conformance.ts';
import { caughtUp, forget, listed, type Members, type Mirror, type Scope, sorted } from '../../support/mirror.ts';
import { clark } from '../../support/names.ts';

const WHAT = ['D:getetag', 'X:note', 'D:displayname'];

/** Paths below the homes. */
const CALENDARS = ['calendars/default/', 'calendars/a/', 'calendars/b/'];
const FOLDERS = ['files/x/', 'files/y/', 'files/x/y/', 'files/y/x/'];
const COLLECTIONS = [...CALENDARS, ...FOLDERS];
const OBJECTS = [
  ...CALENDARS.flatMap((calendar) => ['1.ics', '2.ics'].map((name) => calendar + name)),
  ...['files/', ...FOLDERS].flatMap((folder) => ['1', '2'].map((name) => folder + name)),
];
/** Copies within copies grow without end. */
const MOST_COLLECTIONS = 14;

const object = fc.constantFrom(...OBJECTS);
const collection = fc.constantFrom(...COLLECTIONS);
const either = fc.oneof(object, collection);
const number = fc.nat(1_000);
const pair = fc.oneof(fc.tuple(object, object), fc.tuple(collection, collection));

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('PUT'), at: object, number }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('DELETE'), at: either }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('COPY', 'MOVE'), pair, overwrite: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('PROPPATCH'), at: either, number }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('MKCOL'), at: collection }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('LOCK'), at: either }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('UNLOCK'), number }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

/** A request, whether it gives the tokens of all locks, and which client synchronises after it, with which limit. */
const step = fc.record({
  operation,
  submits: fc.boolean(),
  client: fc.nat(4),
  limit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
});

/** What the service must hold. */
interface Model {
  readonly members: Map<string, string>;
  /** Perhaps some that ended with what they were of. */
  readonly locks: { readonly path: string; readonly token: string }[];
}

const value = (etag: string, note: string, name: string): string => [etag, note, name].join(' | ');

function parts(said: string): readonly [etag: string, note: string, name: string] {
  const [etag = '', note = '', name = ''] = said.split(' | ');
  return [etag, note, name];
}

async function perform(one: Operation, submits: boolean, alice: Client, model: Model): Promise<void> {
  const { members, locks } = model;
  const pathOf = (below: string): string => {
    const [home = '', ...rest] = below.split('/');
    return `/${home}/${alice.address}/${rest.join('/')}`;
  };
  const tokens = locks.map(({ token }) => `(<${token}>)`);
  const headers = submits && tokens.length > 0 ? { If: `${tokens.join(' ')} (Not <DAV:no-lock>)` } : {};
  const isDone = ({ status }: Answer): boolean => {
    assert.ok(status < 500, `status ${status}`);
    return status === 200 || status === 201 || status === 204;
  };
  switch (one.kind) {
    case 'PUT': {
      const path = pathOf(one.at);
      // One UID for one name, so that a name that was deleted can come back.
      const body = event({ UID: one.at.slice(-5), SUMMARY: String(one.number) });
      const answer = await alice.put(path, body, headers);
      if (isDone(answer)) members.set(path, value(answer.etag, parts(members.get(path) ?? '')[1], ''));
      return;
    }
    case 'DELETE': {
      const path = pathOf(one.at);
      if (isDone(await alice.delete(path, headers))) forget(members, path);
      return;
    }
    case 'MKCOL': {
      const path = pathOf(one.at);
      const isCalendar = one.at.startsWith('calendars/');
      const answer = await alice.request(isCalendar ? 'MKCALENDAR' : 'MKCOL', path, { headers });
      if (isDone(answer)) members.set(path, value('', '', ''));
      return;
    }
    case 'PROPPATCH': {
      const path = pathOf(one.at);
      const isObject = !path.endsWith('/');
      const set = isObject ? { 'X:note': `${one.number}` } : { 'D:displayname': `${one.number}` };
      const answer = await alice.proppatch(path, { set }, headers);
      if (answer.status !== 207) return;
      const name = clark(isObject ? 'X:note' : 'D:displayname');
      if (answer.multistatus().at(path).properties.get(name)?.status !== 200) return;
      const [etag, note, displayname] = parts(members.get(path) ?? '');
      members.set(
        path,
        isObject ? value(etag, set['X:note'] ?? '', displayname) : value(etag, note, set['D:displayname'] ?? ''),
      );
      return;
    }
    case 'COPY':
    case 'MOVE': {
      const [from, to] = [pathOf(one.pair[0]), pathOf(one.pair[1])];
      const collections = [...members.keys()].filter((path) => path.endsWith('/')).length;
      if (from.endsWith('/') && collections >= MOST_COLLECTIONS) return;
      const answer = await alice.request(one.kind, from, {
        headers: { ...headers, Destination: to, Overwrite: one.overwrite ? 'T' : 'F' },
      });
      if (!isDone(answer)) return;
      const moved = [...members].filter(([path]) => path === from || (from.endsWith('/') && path.startsWith(from)));
      forget(members, to);
      if (one.kind === 'MOVE') forget(members, from);
      for (const [path, said] of moved) members.set(to + path.slice(from.length), said);
      return;
    }
    case 'LOCK': {
      const path = pathOf(one.at);
      if (path.endsWith('/') && !members.has(path)) return;
      const answer = await alice.lock(path, { headers });
      if (!isDone(answer)) return;
      locks.push({ path, token: lockToken(answer) });
      // In a calendar the name is kept for a PUT, and nothing is there; elsewhere an empty file is.
      if (answer.status !== 201 || one.at.startsWith('calendars/')) return;
      members.set(path, value((await alice.head(path).expect(200)).etag, '', ''));
      return;
    }
    case 'UNLOCK': {
      const lock = locks[one.number % Math.max(1, locks.length)];
      if (lock !== undefined && isDone(await alice.unlock(lock.path, lock.token))) locks.splice(locks.indexOf(lock), 1);
      return;
    }
  }
}

/** What of the model lies in a scope; undefined when the collection itself does not exist. */
function within(members: Members, { path, level }: Scope, homes: readonly string[]): Members | undefined {
  if (!homes.includes(path) && !members.has(path)) return undefined;
  const inside = [...members].filter(([member]) => member.startsWith(path) && member !== path);
  if (level === 'infinite') return new Map(inside);
  return new Map(inside.filter(([member]) => !member.slice(path.length, -1).includes('/')));
}

/** What of one run is left is in the way of the next. */
async function cleared(alice: Client, locks: Model['locks']): Promise<Model> {
  for (const { path, token } of locks.splice(0)) await alice.unlock(path, token);
  const collections = ['calendars/a/', 'calendars/b/', 'files/x/', 'files/y/'];
  for (const one of [...OBJECTS, ...collections]) {
    const [home = '', ...rest] = one.split('/');
    await alice.delete(`/${home}/${alice.address}/${rest.join('/')}`).expect(204, 404);
  }
  await alice.proppatch(alice.calendar, { set: { 'D:displayname': 'Calendar' } }).expect(207);
  const homes = [alice.calendars, alice.files].map((path) => listed(alice, { path, level: 'infinite', what: WHAT }));
  const members = (await Promise.all(homes)).flatMap((one) => [...(one ?? [])]);
  return { members: new Map(members), locks };
}

hostile('D3 mirrors kept by tokens equal a plain model of what was done', async ({ alice }) => {
  const homes = [alice.calendars, alice.files];
  const one = (path: string, level: Scope['level']): Scope => ({ path, level, what: WHAT });
  const scopes: readonly Scope[] = [
    ...homes.flatMap((path) => [one(path, '1'), one(path, 'infinite')]),
    one(alice.calendar, '1'),
    one(`${alice.calendars}a/`, 'infinite'),
    one(`${alice.files}x/`, '1'),
    one(`${alice.files}x/`, 'infinite'),
  ];
  const locks: Model['locks'] = [];
  const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40, size: 'max' }), async (steps) => {
    const model = await cleared(alice, locks);
    const clients = Array.from({ length: 3 }, () => new Map<Scope, Mirror>());
    const check = async (mirrors: Map<Scope, Mirror>, limit: number | undefined): Promise<void> => {
      for (const scope of scopes) {
        const mirror = await caughtUp(alice, scope, mirrors.get(scope), () => limit);
        if (mirror === undefined) mirrors.delete(scope);
        else mirrors.set(scope, mirror);
        const expected = within(model.members, scope, homes);
        assert.deepEqual(sorted(mirror?.members), sorted(expected), `${scope.path}, level ${scope.level}`);
      }
    };
    for (const { operation: what, submits, client, limit } of steps) {
      await perform(what, submits, alice, model);
      // Nobody synchronises after some of them, so that tokens are of different age.
      const mirrors = clients[client];
      if (mirrors !== undefined) await check(mirrors, limit);
    }
    for (const mirrors of clients) await check(mirrors, undefined);
  });
  await fc.assert(property, { numRuns: 12 });
});
