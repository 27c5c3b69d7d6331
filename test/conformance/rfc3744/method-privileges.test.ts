/**
 * Every method with every privilege, for everybody: the table in the appendix of RFC 3744, cell by cell. A cell has an object and a calendar of
 * its own; who has the privilege that the method needs is answered, who has another is told which is missing, and who has none cannot tell
 * the calendar from one that does not exist.
 */
import assert from 'node:assert/strict';
import type { Answer } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { type Client, lockToken } from '../../support/client.ts';
import { hostile, must } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';

/** What a cell acts on. */
interface Place {
  readonly owner: Client;
  readonly actor: Client;
  /** The calendar with the grant. */
  readonly calendar: string;
  /** An object in it. */
  readonly object: string;
  /** A name for something new in the actor's own calendar, and something that lies there. */
  readonly own: string;
  readonly there: string;
}

interface Act {
  readonly name: string;
  /** All of these are needed. */
  readonly needs: readonly string[];
  /** Whoever lacks it is told that nothing is there: RFC 4791 section 7.10. */
  readonly hidden?: true;
  act(place: Place): Promise<Answer>;
}

const query = `<C:calendar-query ${XMLNS}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter></C:calendar-query>`;
const busy = `<C:free-busy-query ${XMLNS}><C:time-range start="20260701T000000Z" end="20260801T000000Z"/></C:free-busy-query>`;

const ACTS: readonly Act[] = [
  { name: 'GET', needs: ['D:read'], act: ({ actor, object }) => actor.get(object) },
  { name: 'HEAD', needs: ['D:read'], act: ({ actor, object }) => actor.head(object) },
  { name: 'PROPFIND', needs: ['D:read'], act: ({ actor, calendar }) => actor.propfind(calendar, '1', ['D:getetag']) },
  {
    name: 'REPORT calendar-query',
    needs: ['D:read'],
    act: ({ actor, calendar }) => actor.report(calendar, query, '1'),
  },
  { name: 'REPORT sync-collection', needs: ['D:read'], act: ({ actor, calendar }) => actor.sync(calendar, '') },
  {
    name: 'REPORT free-busy-query',
    needs: ['C:read-free-busy'],
    hidden: true,
    act: ({ actor, calendar }) => actor.report(calendar, busy, '1'),
  },
  {
    name: 'PROPPATCH of a calendar',
    needs: ['D:write-properties'],
    act: ({ actor, calendar }) => actor.proppatch(calendar, { set: { 'X:a': '1' } }),
  },
  {
    name: 'PROPPATCH of an object',
    needs: ['D:write-properties'],
    act: ({ actor, object }) => actor.proppatch(object, { set: { 'X:a': '1' } }),
  },
  {
    name: 'PUT of something new',
    needs: ['D:bind'],
    act: ({ actor, calendar }) => actor.put(`${calendar}new.ics`, event()),
  },
  {
    name: 'PUT of something else',
    needs: ['D:write-content'],
    act: async ({ owner, actor, object }) =>
      actor.put(object, (await owner.get(object)).text.replace('Lunch', 'Dinner')),
  },
  {
    name: 'POST of a member',
    needs: ['D:bind'],
    act: ({ actor, calendar }) =>
      actor.request('POST', `${calendar}?action=add-member`, {
        headers: { 'Content-Type': 'text/calendar' },
        body: event(),
      }),
  },
  { name: 'DELETE', needs: ['D:unbind'], act: ({ actor, object }) => actor.delete(object) },
  { name: 'COPY from there', needs: ['D:read'], act: ({ actor, object, own }) => actor.copy(object, own) },
  {
    name: 'COPY to there',
    needs: ['D:bind'],
    act: ({ actor, there, calendar }) => actor.copy(there, `${calendar}copied.ics`),
  },
  {
    name: 'MOVE from there',
    needs: ['D:read', 'D:unbind'],
    act: ({ actor, object, own }) => actor.move(object, own),
  },
  {
    name: 'MOVE to there',
    needs: ['D:bind'],
    act: ({ actor, there, calendar }) => actor.move(there, `${calendar}moved.ics`),
  },
  { name: 'LOCK', needs: ['D:write-content'], act: ({ actor, object }) => actor.lock(object) },
  { name: 'LOCK of a name', needs: ['D:bind'], act: ({ actor, calendar }) => actor.lock(`${calendar}name.ics`) },
  {
    name: 'UNLOCK of another’s lock',
    needs: ['D:unlock'],
    act: async ({ owner, actor, object }) => actor.unlock(object, lockToken(await owner.lock(object).expect(200))),
  },
  {
    name: 'ACL',
    needs: ['D:write-acl'],
    act: ({ actor, calendar }) => actor.acl(calendar, [[actor.principal, 'D:all']]),
  },
];

/** What each privilege contains. RFC 3744 section 3.12, RFC 4791 section 6.1.1. */
const WRITE = ['D:write', 'D:write-properties', 'D:write-content', 'D:bind', 'D:unbind'];
const PRIVILEGES: Readonly<Record<string, readonly string[]>> = {
  'D:read': ['D:read', 'C:read-free-busy'],
  'C:read-free-busy': ['C:read-free-busy'],
  'D:write': WRITE,
  'D:write-properties': ['D:write-properties'],
  'D:write-content': ['D:write-content'],
  'D:bind': ['D:bind'],
  'D:unbind': ['D:unbind'],
  'D:unlock': ['D:unlock'],
  'D:read-acl': ['D:read-acl'],
  'D:read-current-user-privilege-set': ['D:read-current-user-privilege-set'],
  'D:write-acl': ['D:write-acl'],
  'D:all': [
    ...['D:read', 'C:read-free-busy', ...WRITE, 'D:unlock', 'D:read-acl', 'D:write-acl'],
    'D:read-current-user-privilege-set',
  ],
};

let cells = 0;

/** Does each act on a calendar and an object of its own, and says what came of it. */
async function each(
  owner: Client,
  actor: Client,
  entries: readonly (readonly [principal: string, ...privileges: readonly string[]])[],
  check: (act: Act, answer: Answer, place: Place) => void,
): Promise<void> {
  for (const one of ACTS) {
    const name = `cell-${++cells}`;
    const calendar = await owner.newCalendar(name);
    await owner.put(`${calendar}a.ics`, event({ SUMMARY: 'Lunch' })).expect(201);
    if (entries.length > 0) await owner.acl(calendar, entries).expect(200);
    const isSomebody = actor.password !== '';
    const there = `${actor.calendar}${name}-there.ics`;
    if (isSomebody) await actor.put(there, event()).expect(201);
    const place = { owner, actor, calendar, object: `${calendar}a.ics`, own: `${actor.calendar}${name}.ics`, there };
    check(one, await one.act(place), place);
    await owner.delete(calendar);
  }
}

function allowed(one: Act, answer: Answer): void {
  assert.ok(answer.status < 300, `${one.name}: ${answer.status} ${answer.text}`);
}

/** 403, naming one of the privileges that are missing and the resource on which. */
function forbidden(held: readonly string[]): (one: Act, answer: Answer, place: Place) => void {
  return (one, answer, { calendar, object }) => {
    const missing = one.needs.filter((name) => !held.includes(name));
    assert.equal(answer.status, one.hidden ? 404 : 403, `${one.name}: ${answer.status} ${answer.text}`);
    if (one.name === 'HEAD' || one.hidden) return;
    const local = missing.map((name) => name.slice(name.indexOf(':') + 1));
    assert.match(answer.text, /need-privileges/, one.name);
    assert.match(answer.text, new RegExp(`<[a-z]+:(?:${local.join('|')})/>`), one.name);
    assert.ok(
      [calendar, object].some((href) => answer.text.includes(`>${href}<`)),
      `${one.name}: ${answer.text}`,
    );
  };
}

must('RFC 3744 section 7.1', 'the owner may do everything', async ({ alice }) => {
  await each(alice, alice, [], (one, answer) => {
    // One’s own lock needs no privilege, and a copy onto itself is none.
    if (one.name !== 'UNLOCK of another’s lock') allowed(one, answer);
  });
});

for (const [privilege, held] of Object.entries(PRIVILEGES)) {
  const check = (one: Act, answer: Answer, place: Place): void => {
    if (one.needs.every((name) => held.includes(name))) allowed(one, answer);
    else forbidden(held)(one, answer, place);
  };
  must(
    'RFC 3744 section 7.1.1',
    `${privilege} lets a user do what it says, and nothing else`,
    async ({ alice, bob }) => {
      await each(alice, bob, [[bob.principal, privilege]], check);
    },
  );
  must('RFC 3744 section 2', `${privilege} of a group is that of its members`, async ({ alice, bob, team }) => {
    await each(alice, bob, [[team.principal, privilege]], check);
  });
}

/** What a stranger is told: the same about what is there and what is not. */
const HIDDEN = [404, 409];

hostile('S1 who has been granted nothing finds nothing, by whatever method', async ({ alice, bob }) => {
  await each(alice, bob, [], (one, answer) => {
    assert.ok(HIDDEN.includes(answer.status), `${one.name}: ${answer.status} ${answer.text}`);
  });
});

hostile('S5 what is granted to everybody stays within the tenant', async ({ alice, bob, carol }) => {
  await each(alice, carol, [['D:authenticated', 'D:all']], (one, answer) => {
    assert.ok(HIDDEN.includes(answer.status), `${one.name}: ${answer.status} ${answer.text}`);
  });
  await each(alice, bob, [['D:authenticated', 'D:all']], allowed);
});

must('RFC 3744 section 5.5.1', 'who is not logged in is asked to log in', async ({ alice, anonymous }) => {
  await each(alice, anonymous, [['D:authenticated', 'D:all']], (one, answer) => {
    assert.equal(answer.status, 401, one.name);
  });
});
