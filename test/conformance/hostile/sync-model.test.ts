/**
 * Hostile cases about synchronisation: several clients keep mirrors of a home, of its calendars, and of the home with everything below it,
 * by sync tokens of every age, with limits, while others write all at once. Whenever a client has caught up, its mirror is what the server
 * has.
 */
import assert from 'node:assert/strict';
import type { Answer } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { type Client, lockToken } from '../../support/client.ts';
import { hostile } from '../../support/conformance.ts';
import { caughtUp, listed, type Mirror, type Scope, sorted } from '../../support/mirror.ts';

/** The same numbers for the same seed. */
function chance(seed: number) {
  let state = seed;
  const below = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  return { below, of: <T>(all: readonly T[]): T => all[below(all.length)]! };
}
type Chance = ReturnType<typeof chance>;

const CALENDARS = ['default', 'a', 'b', 'c'];
const OBJECTS = ['1.ics', '2.ics', '3.ics', '4.ics', '5.ics', '6.ics'];

/** Something that a client may do; whether it works is not its concern. */
function write(client: Client, { below, of }: Chance): Promise<Answer> {
  const calendar = `${client.calendars}${of(CALENDARS)}/`;
  const other = `${client.calendars}${of(CALENDARS)}/`;
  const object = calendar + of(OBJECTS);
  const headers = { Destination: other + of(OBJECTS), Overwrite: of(['T', 'F']) };
  const set = { 'D:displayname': `name ${below(1000)}` };
  switch (below(16)) {
    case 0:
      return client.mkcalendar(calendar);
    case 1:
      return client.delete(calendar);
    case 2:
      return client.proppatch(calendar, { set });
    case 3:
      return client.proppatch(object, { set: { 'X:note': `${below(1000)}` } });
    case 4:
      return client.request('COPY', object, { headers });
    case 5:
      return client.request('MOVE', object, { headers });
    case 6:
      return client.request('MOVE', calendar, { headers: { ...headers, Destination: other } });
    case 7:
      return client.request('COPY', calendar, { headers: { ...headers, Destination: other } });
    case 8:
    case 9:
      return client.delete(object);
    case 10:
      return lockForAMoment(client, calendar);
    case 11:
      return lockForAMoment(client, object);
    default:
      // One UID for one name, so that a name that was deleted can come back.
      return client.put(object, event({ UID: object.slice(-5), SUMMARY: `${below(1000)}` }));
  }
}

/** Others run into it, or not; of a name that is free it makes nothing that is listed. */
async function lockForAMoment(client: Client, path: string): Promise<Answer> {
  const locked = await client.lock(path);
  const isLocked = locked.status === 200 || locked.status === 201;
  return isLocked ? client.unlock(path, lockToken(locked)) : locked;
}

const OF_OBJECTS = ['D:getetag', 'X:note'];
const OF_CALENDARS = ['D:displayname', 'D:sync-token', 'CS:getctag'];
const OF_ALL = ['D:getetag', 'X:note', 'D:displayname'];

for (const seed of [1, 2, 3, 4]) {
  hostile(`D3 mirrors kept by tokens equal the server while others write, run ${seed}`, async ({ alice }) => {
    const random = chance(seed);
    await alice.put(`${alice.calendar}1.ics`, event()).expect(201);
    const clients = [0, 1, 2].map(() => new Map<string, Mirror>());
    const writes = async (): Promise<void> => {
      const answers = await Promise.all(Array.from({ length: 1 + random.below(4) }, () => write(alice, random)));
      for (const { status } of answers) assert.ok(status < 500, `status ${status}`);
    };
    const limit = () => (random.below(3) === 0 ? 1 + random.below(3) : undefined);
    const checked = async (mirrors: Map<string, Mirror>, scope: Scope) => {
      const key = `${scope.level} ${scope.path}`;
      const almost = await caughtUp(alice, scope, mirrors.get(key), limit, writes);
      // What was written between two pages comes with the next sync.
      const mirror = almost && (await caughtUp(alice, scope, almost, limit));
      if (mirror === undefined) mirrors.delete(key);
      else mirrors.set(key, mirror);
      assert.deepEqual(sorted(mirror?.members), sorted(await listed(alice, scope)));
      return mirror;
    };
    for (let step = 0; step < 40; step++) {
      await writes();
      for (const mirrors of clients) {
        // Each is away now and then, so that their tokens are of different age.
        if (random.below(3) !== 0) continue;
        const home = await checked(mirrors, { path: alice.calendars, level: '1', what: OF_CALENDARS });
        for (const name of CALENDARS) {
          await checked(mirrors, { path: `${alice.calendars}${name}/`, level: '1', what: OF_OBJECTS });
        }
        const all = await checked(mirrors, { path: alice.calendars, level: 'infinite', what: OF_ALL });
        assert.ok(home !== undefined && all !== undefined);
      }
    }
  });
}
