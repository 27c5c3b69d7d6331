/**
 * Hostile cases about synchronisation: several clients keep mirrors of a home and its calendars by sync tokens of every age, with limits,
 * while others write all at once. Whenever a client has caught up, its mirror is what the server has.
 */
import assert from 'node:assert/strict';
import type { Answer } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import type { Client } from '../../support/client.ts';
import { hostile } from '../../support/conformance.ts';
import { pathKey } from '../../support/multistatus.ts';
import { clark } from '../../support/names.ts';

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
  switch (below(14)) {
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
    default:
      // One UID for one name, so that a name that was deleted can come back.
      return client.put(object, event({ UID: object.slice(-5), SUMMARY: `${below(1000)}` }));
  }
}

/** What a property with status 200 says, by the member's path. */
type Members = Map<string, string>;

/** A mirror of one collection: the members by path, each with what `what` says. */
interface Mirror {
  token: string;
  readonly members: Members;
}

async function there(client: Client, collection: string, what: readonly string[]): Promise<Members | undefined> {
  const answer = await client.propfind(collection, '1', what);
  if (answer.status === 404) return undefined;
  const members: Members = new Map();
  for (const [path, response] of answer.multistatus().responses) {
    if (path !== pathKey(collection)) members.set(path, said(response.properties, what));
  }
  return members;
}

function said(
  properties: ReadonlyMap<string, { status: number; element: { children: readonly unknown[] } }>,
  what: readonly string[],
): string {
  return what.map((name) => JSON.stringify(properties.get(clark(name))?.element.children)).join(' ');
}

/** Brings a mirror up to date; a client whose token is refused begins anew. Between its requests others may write. */
async function catchUp(
  client: Client,
  collection: string,
  what: readonly string[],
  former: Mirror | undefined,
  { below }: Chance,
  meanwhile: () => Promise<void>,
): Promise<Mirror | undefined> {
  let mirror: Mirror = former ?? { token: '', members: new Map() };
  for (;;) {
    const limit = below(3) === 0 ? 1 + below(3) : undefined;
    const answer = await client.sync(collection, mirror.token, {
      properties: what,
      ...(limit === undefined ? {} : { limit }),
    });
    if (answer.status === 404) return undefined;
    if (answer.status === 403) {
      assert.notEqual(mirror.token, '');
      mirror = { token: '', members: new Map() };
      continue;
    }
    const { responses, syncToken } = answer.multistatus();
    let more = false;
    for (const [path, response] of responses) {
      if (response.status === 507) more = true;
      else if (response.status === 404) mirror.members.delete(path);
      else mirror.members.set(path, said(response.properties, what));
    }
    assert.ok(syncToken !== undefined);
    mirror.token = syncToken;
    if (!more) return mirror;
    await meanwhile();
  }
}

const OF_OBJECTS = ['D:getetag', 'X:note'];
const OF_CALENDARS = ['D:displayname', 'D:sync-token', 'CS:getctag'];

for (const seed of [1, 2, 3, 4]) {
  hostile(`D3 mirrors kept by tokens equal the server while others write, run ${seed}`, async ({ alice }) => {
    const random = chance(seed);
    await alice.put(`${alice.calendar}1.ics`, event()).expect(201);
    const clients = [0, 1, 2].map(() => new Map<string, Mirror>());
    const writes = async (): Promise<void> => {
      const answers = await Promise.all(Array.from({ length: 1 + random.below(4) }, () => write(alice, random)));
      for (const { status } of answers) assert.ok(status < 500, `status ${status}`);
    };
    const checked = async (mirrors: Map<string, Mirror>, collection: string, what: readonly string[]) => {
      const caughtUp = await catchUp(alice, collection, what, mirrors.get(collection), random, writes);
      // What was written between two pages comes with the next sync.
      const mirror = caughtUp && (await catchUp(alice, collection, what, caughtUp, random, async () => {}));
      if (mirror === undefined) mirrors.delete(collection);
      else mirrors.set(collection, mirror);
      assert.deepEqual(sorted(mirror?.members), sorted(await there(alice, collection, what)));
      return mirror;
    };
    for (let step = 0; step < 60; step++) {
      await writes();
      for (const mirrors of clients) {
        // Each is away now and then, so that their tokens are of different age.
        if (random.below(3) !== 0) continue;
        const home = await checked(mirrors, alice.calendars, OF_CALENDARS);
        for (const name of CALENDARS) await checked(mirrors, `${alice.calendars}${name}/`, OF_OBJECTS);
        assert.ok(home !== undefined);
      }
    }
  });
}

function sorted(members: Members | undefined): readonly (readonly [string, string])[] | undefined {
  return members && [...members].sort(([a], [b]) => (a < b ? -1 : 1));
}
