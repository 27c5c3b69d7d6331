/**
 * LOCK: making and refreshing locks, and which exclude one another. RFC 4918 section 9.10.
 */
import assert from 'node:assert/strict';
import { childOf, childrenOf, elementsOf, textOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import type { Answer } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { type Client, lockToken } from '../../support/client.ts';
import { may, must, should } from '../../support/conformance.ts';
import { XMLNS } from '../../support/names.ts';

/** The DAV:activelock elements in the answer to LOCK. */
function activeIn(answer: Answer): readonly XmlElement[] {
  const root = answer.xml();
  assert.equal(root.name, '{DAV:}prop');
  const discovery = childOf(root, '{DAV:}lockdiscovery');
  assert.ok(discovery !== undefined);
  return childrenOf(discovery, '{DAV:}activelock');
}

/** The text of an element inside, through any number of names. */
function within(element: XmlElement | undefined, ...names: readonly string[]): string {
  let at = element;
  for (const name of names) at = at === undefined ? undefined : childOf(at, `{DAV:}${name}`);
  assert.ok(at !== undefined, names.join('/'));
  return textOf(at);
}

/** How many locks a resource says it has. */
async function locksOf(client: Client, path: string): Promise<number> {
  const answer = await client.propfind(path, '0', ['D:lockdiscovery']).expect(207);
  const value = answer.multistatus().at(path).properties.get('{DAV:}lockdiscovery');
  assert.equal(value?.status, 200);
  return elementsOf(value.element).length;
}

must('RFC 4918 section 9.10.1', 'LOCK answers the token and all about the lock', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const owner =
    '<X:who xmlns:X="urn:x" mode="1">Ann &amp; <D:href xmlns:D="DAV:">mailto:ann@example.com</D:href></X:who>';
  const answer = await alice.lock(path, { depth: '0', owner, timeout: 'Second-600' }).expect(200);
  const token = lockToken(answer);
  assert.match(token, /^urn:uuid:[0-9a-f-]{36}$/);
  const [active, ...others] = activeIn(answer);
  assert.deepEqual(others, []);
  assert.equal(within(active, 'locktoken', 'href'), token);
  assert.equal(within(active, 'lockroot', 'href'), path);
  assert.equal(within(active, 'depth'), '0');
  assert.equal(within(active, 'lockscope', 'exclusive'), '');
  assert.equal(within(active, 'locktype', 'write'), '');
  assert.equal(within(active, 'timeout'), 'Second-600');
  const [who] = elementsOf(childOf(active!, '{DAV:}owner')!);
  assert.equal(who?.name, '{urn:x}who');
  assert.deepEqual(who?.attributes, [{ name: '{}mode', value: '1' }]);
  assert.equal(textOf(who!), 'Ann & ');
  assert.equal(within(who, 'href'), 'mailto:ann@example.com');
});

must('RFC 4918 section 15.8', 'lockdiscovery lists the locks of a resource, and is protected', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  assert.equal(await locksOf(alice, path), 0);
  await alice.lock(path, { scope: 'shared' }).expect(200);
  await alice.lock(alice.calendar, { scope: 'shared' }).expect(200);
  assert.equal(await locksOf(alice, path), 2);
  assert.equal(await locksOf(alice, alice.calendar), 1);
  assert.equal(await locksOf(alice, alice.calendars), 0);
  const names = { set: { 'D:lockdiscovery': '', 'D:supportedlock': '' } };
  const refused = await alice.proppatch(alice.calendars, names).expect(207);
  for (const { status } of refused.multistatus().at(alice.calendars).properties.values()) assert.equal(status, 403);
});

must('RFC 4918 section 15.10', 'both sorts of write locks are supported on all that is stored', async ({ alice }) => {
  await alice.put(`${alice.files}a`, 'a').expect(201);
  for (const path of [alice.calendars, alice.calendar, alice.files, `${alice.files}a`]) {
    await alice.propfind(path, '0', ['D:supportedlock']).expectProperties(path, {
      'D:supportedlock': (value) => {
        const entries = elementsOf(value).map((entry) => elementsOf(childOf(entry, '{DAV:}lockscope')!)[0]?.name);
        assert.deepEqual(entries, ['{DAV:}exclusive', '{DAV:}shared']);
      },
    });
  }
  for (const path of ['/', alice.principal]) {
    await alice.propfind(path, '0', ['D:supportedlock', 'D:lockdiscovery']).expectProperties(path, {
      'D:supportedlock': [],
      'D:lockdiscovery': [],
    });
    await alice.lock(path).expect(405);
  }
});

must('RFC 4918 section 9.1', 'allprop answers what there is to say of locks', async ({ alice }) => {
  const body = `<D:propfind ${XMLNS}><D:allprop/></D:propfind>`;
  const expected = { 'D:lockdiscovery': [], 'D:supportedlock': ['D:lockentry', 'D:lockentry'] };
  await alice.propfind(alice.calendar, '0', body).expectProperties(alice.calendar, expected);
});

must('RFC 4918 section 10.1', 'the DAV header says class 2, and Allow names the methods', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  for (const path of [alice.calendars, alice.calendar, `${alice.calendar}a.ics`, `${alice.calendar}none.ics`]) {
    const answer = await alice
      .options(path)
      .expect(200)
      .expectHeader('DAV', /^1, 2, 3, extended-mkcol, /);
    const allowed = answer.headers.allow?.split(', ');
    assert.ok(allowed?.includes('LOCK') && allowed.includes('UNLOCK'), path);
  }
});

// --- compatibility -------------------------------------------------------------------------------------------------------------------

must(
  'RFC 4918 section 9.10.5',
  'shared locks go together, exclusive ones with nothing',
  async ({ alice, bob, team }) => {
    await alice.acl(alice.calendar, [[team.principal, 'D:read', 'D:write']]).expect(200);
    for (const [first, second, status] of [
      ['shared', 'shared', 200],
      ['shared', 'exclusive', 423],
      ['exclusive', 'shared', 423],
      ['exclusive', 'exclusive', 423],
    ] as const) {
      const path = `${alice.calendar}${first}-${second}.ics`;
      await alice.put(path, event()).expect(201);
      await alice.lock(path, { scope: first }).expect(200);
      for (const other of [alice, bob]) {
        const answer = await other.lock(path, { scope: second }).expect(status);
        if (status === 200) continue;
        const [condition] = elementsOf(answer.xml());
        assert.equal(condition?.name, '{DAV:}no-conflicting-lock');
        assert.equal(within(condition, 'href'), path);
      }
    }
  },
);

must(
  'RFC 4918 section 7.4',
  'a lock of Depth infinity covers what is below, one of Depth 0 does not',
  async ({ alice }) => {
    const path = `${alice.calendar}a.ics`;
    await alice.put(path, event()).expect(201);
    const all = lockToken(await alice.lock(alice.calendar).expect(200));
    const answer = await alice.lock(path).expectPrecondition('D:no-conflicting-lock', 423);
    assert.equal(within(elementsOf(answer.xml())[0], 'href'), alice.calendar);
    await alice.unlock(alice.calendar, all).expect(204);
    await alice.lock(alice.calendar, { depth: '0' }).expect(200);
    await alice.lock(path).expect(200);
  },
);

must('RFC 4918 section 9.10.3', 'without Depth a lock is of Depth infinity; Depth 1 is refused', async ({ alice }) => {
  const answer = await alice.lock(alice.calendar, { depth: undefined }).expect(200);
  assert.equal(within(activeIn(answer)[0], 'depth'), 'infinity');
  await alice.lock(`${alice.calendars}tasks/`, { depth: '1' }).expect(400);
  await alice.lock(`${alice.calendars}tasks/`, { depth: 'all' }).expect(400);
});

must(
  'RFC 4918 section 9.10.9',
  'a lock of Depth infinity is granted as a whole or not at all: 207 says what was in the way',
  async ({ alice }) => {
    const [one, two] = [`${alice.calendar}1.ics`, `${alice.calendar}2.ics`];
    await alice.put(one, event()).expect(201);
    await alice.put(two, event()).expect(201);
    const token = lockToken(await alice.lock(one).expect(200));
    const answer = await alice.lock(alice.calendars).expectMembers([one, alice.calendars]);
    const member = answer.multistatus().at(one);
    assert.equal(member.status, 423);
    assert.deepEqual(member.conditions, ['{DAV:}no-conflicting-lock']);
    assert.equal(answer.multistatus().at(alice.calendars).status, 424);
    await alice.put(two, event({ UID: 'other' })).expect(409);
    await alice.delete(two).expect(204);
    await alice.unlock(one, token).expect(204);
    await alice.lock(alice.calendars).expect(200);
  },
);

must('RFC 4918 section 9.10.1', 'a body that asks for no write lock is refused', async ({ alice }) => {
  const bodies = [
    `<D:propfind ${XMLNS}/>`,
    `<D:lockinfo ${XMLNS}/>`,
    `<D:lockinfo ${XMLNS}><D:lockscope><D:exclusive/></D:lockscope></D:lockinfo>`,
    `<D:lockinfo ${XMLNS}><D:lockscope><D:exclusive/><D:shared/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`,
    `<D:lockinfo ${XMLNS}><D:lockscope><D:exclusive/></D:lockscope><D:locktype><X:read/></D:locktype></D:lockinfo>`,
    '<D:lockinfo',
  ];
  for (const body of bodies) await alice.request('LOCK', alice.calendar, { body }).expect(400);
  assert.equal(await locksOf(alice, alice.calendar), 0);
});

must('RFC 4918 section 9.10.1', 'what a client says about itself is kept up to a bound', async ({ alice }) => {
  await alice.lock(alice.calendar, { owner: 'x'.repeat(1_100) }).expect(413);
  assert.equal(await locksOf(alice, alice.calendar), 0);
  await alice.lock(alice.calendar, { owner: 'x'.repeat(900) }).expect(200);
});

// --- how long ------------------------------------------------------------------------------------------------------------------------

must('RFC 4918 section 10.7', 'the first timeout that is understood counts, and is shortened', async ({ alice }) => {
  for (const [timeout, seconds] of [
    ['Second-77', 77],
    ['Extended-5, second-88, Infinite', 88],
    ['Infinite, Second-4100000000', 86_400],
    ['Second-4100000000', 86_400],
    ['nonsense', 86_400],
    [undefined, 86_400],
  ] as const) {
    const answer = await alice
      .lock(alice.calendar, { scope: 'shared', ...(timeout === undefined ? {} : { timeout }) })
      .expect(200);
    const token = lockToken(answer);
    const mine = activeIn(answer).find((active) => within(active, 'locktoken', 'href') === token);
    assert.equal(within(mine, 'timeout'), `Second-${seconds}`);
  }
});

must('RFC 4918 section 9.10.2', 'a lock is refreshed by its token, without a body', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const token = lockToken(await alice.lock(alice.calendar, { timeout: 'Second-100' }).expect(200));
  for (const at of [alice.calendar, path]) {
    const headers = { If: `(<${token}>)`, Timeout: 'Second-2000', Depth: '0' };
    const answer = await alice.request('LOCK', at, { headers }).expect(200).expectHeader('Lock-Token', undefined);
    const [active] = activeIn(answer);
    assert.match(within(active, 'timeout'), /^Second-(2000|1999)$/);
    assert.equal(within(active, 'locktoken', 'href'), token);
    assert.equal(within(active, 'depth'), 'infinity');
  }
});

must(
  'RFC 4918 section 9.10.6',
  'a lock that is gone, of something else or made up cannot be refreshed: 412',
  async ({ alice }) => {
    const tasks = `${alice.calendars}tasks/`;
    const token = lockToken(await alice.lock(alice.calendar).expect(200));
    const refresh = (at: string, named: string) =>
      alice.request('LOCK', at, { headers: { If: `(<${named}>)`, Timeout: 'Second-2000' } });
    const condition = 'D:lock-token-matches-request-uri';
    await refresh(tasks, token).expectPrecondition(condition, 412);
    await refresh(alice.calendar, 'urn:uuid:00000000-0000-4000-8000-000000000000').expectPrecondition(condition, 412);
    await alice.unlock(alice.calendar, token).expect(204);
    await refresh(alice.calendar, token).expectPrecondition(condition, 412);
    assert.equal(await locksOf(alice, alice.calendar), 0);
  },
);

must('RFC 4918 section 9.10.2', 'a refresh names exactly one lock', async ({ alice }) => {
  const one = lockToken(await alice.lock(alice.calendar, { scope: 'shared' }).expect(200));
  const two = lockToken(await alice.lock(alice.calendar, { scope: 'shared' }).expect(200));
  await alice.request('LOCK', alice.calendar).expect(400);
  await alice.request('LOCK', alice.calendar, { headers: { If: `(<${one}>) (<${two}>)` } }).expect(400);
});

must('RFC 4918 section 6.4', 'nobody else refreshes a lock', async ({ alice, bob }) => {
  await alice.acl(alice.calendar, [[bob.principal, 'D:all']]).expect(200);
  const token = lockToken(await alice.lock(alice.calendar).expect(200));
  await bob.request('LOCK', alice.calendar, { headers: { If: `(<${token}>)` } }).expect(403);
});

// --- names that nothing has yet ------------------------------------------------------------------------------------------------------

must('RFC 4918 section 7.3', 'LOCK of a name among files makes an empty resource', async ({ alice }) => {
  const path = `${alice.files}new.txt`;
  const token = lockToken(await alice.lock(path).expect(201));
  assert.equal((await alice.get(path).expect(200)).body.length, 0);
  await alice.propfind(alice.files, '1', ['D:getetag']).expectMembers([alice.files, path]);
  assert.equal(await locksOf(alice, path), 1);
  await alice.mkcol(path).expect(405);
  await alice.put(path, 'text').expect(423);
  await alice.put(path, 'text', { If: `(<${token}>)` }).expect(204);
  await alice.unlock(path, token).expect(204);
  await alice.get(path).expect(200).expectText('text');
});

must('RFC 4918 section 7.3', 'an empty resource that LOCK made stays when the lock ends', async ({ alice }) => {
  const path = `${alice.files}new.txt`;
  await alice.unlock(path, lockToken(await alice.lock(path).expect(201))).expect(204);
  await alice.get(path).expect(200);
  await alice.lock(path).expect(200);
});

should(
  'RFC 4918 section 7.3',
  'LOCK of a name in a calendar or address book keeps it, without anything to be listed',
  async ({ alice }) => {
    for (const collection of [alice.calendar, alice.addressbook]) {
      const path = `${collection}new.ics`;
      const before = (await alice.sync(collection, '').expect(207)).multistatus().syncToken ?? '';
      const token = lockToken(await alice.lock(path).expect(201));
      await alice.get(path).expect(404);
      await alice.propfind(path, '0').expect(404);
      await alice.propfind(collection, '1', ['D:getetag']).expectMembers([collection]);
      await alice.sync(collection, before).expectMembers([]);
      await alice.lock(path).expectPrecondition('D:no-conflicting-lock', 423);
      await alice.unlock(path, token).expect(204);
    }
  },
);

must('RFC 4918 section 7.3', 'a name that is kept is stored under by whoever has the lock', async ({ alice, bob }) => {
  await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:write']]).expect(200);
  const path = `${alice.calendar}new.ics`;
  const token = lockToken(await alice.lock(path).expect(201));
  const body = event();
  const answer = await alice.put(path, body).expectPrecondition('D:lock-token-submitted', 423);
  assert.equal(within(elementsOf(answer.xml())[0], 'href'), path);
  await bob.put(path, body, { If: `(<${token}>)` }).expect(423);
  await alice.put(path, body, { If: `(<${token}>)`, 'If-None-Match': '*' }).expect(201);
  assert.equal(await locksOf(alice, path), 1);
  await alice.put(path, body).expect(423);
});

must('RFC 4918 section 7.3', 'a name in a home is kept for MKCALENDAR', async ({ alice, bob }) => {
  await alice.acl(alice.calendars, [[bob.principal, 'D:read', 'D:write']]).expect(200);
  const path = `${alice.calendars}new/`;
  const token = lockToken(await alice.lock(path).expect(201));
  await bob.mkcalendar(path).expectPrecondition('D:lock-token-submitted', 423);
  await alice.mkcalendar(path).expectPrecondition('D:lock-token-submitted', 423);
  await alice.propfind(path, '0').expect(404);
  await alice.mkcalendar(path, undefined, { If: `(<${token}>)` }).expect(201);
  assert.equal(await locksOf(alice, path), 1);
  await alice.put(`${path}a.ics`, event()).expect(423);
  await alice.put(`${path}a.ics`, event(), { If: `<${path}> (<${token}>)` }).expect(201);
});

must(
  'RFC 4918 section 5.2',
  'a name that ends in a slash is a collection’s: LOCK keeps it for MKCOL, or says that there can be none',
  async ({ alice }) => {
    const path = `${alice.files}new/`;
    const token = lockToken(await alice.lock(path).expect(201));
    await alice.get(path).expect(404);
    await alice.propfind(alice.files, '1', ['D:getetag']).expectMembers([alice.files]);
    await alice.mkcol(path).expectPrecondition('D:lock-token-submitted', 423);
    await alice.mkcol(path, undefined, undefined, { If: `(<${token}>)` }).expect(201);
    assert.equal(await locksOf(alice, path), 1);
    await alice.lock(`${alice.calendar}new/`).expect(409);
  },
);

must('RFC 4918 section 9.10.6', 'a name can be locked only where something can be stored', async ({ alice }) => {
  await alice.lock(`${alice.calendars}none/a.ics`).expect(409);
  await alice.lock(`${alice.calendars}inbox/a.ics`).expect(403);
  await alice.lock(`${alice.calendars}outbox/a.ics`).expect(403);
  await alice.lock('/principals/nobody').expect(405, 409);
  await alice.lock('/nowhere').expect(409);
});

must('RFC 3744 section 3', 'LOCK takes write-content, or bind where nothing is', async ({ alice, bob }) => {
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:bind']]).expect(200);
  await bob.lock(path).expectPrecondition('D:need-privileges', 403);
  await bob.lock(alice.calendar).expectPrecondition('D:need-privileges', 403);
  await bob.lock(`${alice.calendar}b.ics`).expect(201);
  await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:write-content']]).expect(200);
  await bob.lock(path).expect(200);
  await bob.lock(`${alice.calendar}c.ics`).expectPrecondition('D:need-privileges', 403);
});

may('RFC 4918 section 6.5', 'tokens are shown to those who can do something with them', async ({ alice, bob }) => {
  await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:write']]).expect(200);
  const path = `${alice.calendar}a.ics`;
  await alice.put(path, event()).expect(201);
  const token = lockToken(await alice.lock(path, { scope: 'shared' }).expect(200));
  const others = lockToken(await bob.lock(path, { scope: 'shared' }).expect(200));
  await alice.propfind(path, '0', ['D:lockdiscovery']).expectText(token).expectText(others);
  const seen = await bob.propfind(path, '0', ['D:lockdiscovery']).expectText(others).expectText('tests');
  assert.ok(!seen.text.includes(token));
  assert.equal(await locksOf(bob, path), 2);
});

may('RFC 3744 section 3.5', 'a token is shown to who holds unlock on the root of its lock', async ({ alice, bob }) => {
  const [top, sub] = [`${alice.files}top/`, `${alice.files}top/sub/`];
  for (const path of [top, sub]) await alice.mkcol(path).expect(201);
  await alice.acl(sub, [[bob.principal, 'D:read', 'D:unlock']]).expect(200);
  const token = lockToken(await alice.lock(top).expect(200));
  const seen = await bob.propfind(sub, '0', ['D:lockdiscovery']).expectText(top);
  assert.ok(!seen.text.includes(token));
  await alice.acl(alice.files, [[bob.principal, 'D:unlock']]).expect(200);
  await bob.propfind(sub, '0', ['D:lockdiscovery']).expectText(token);
});

may(
  'RFC 4918 section 6.5',
  'a refusal tells who may end a lock its token: a name that is kept has no lockdiscovery',
  async ({ alice, bob }) => {
    await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:write']]).expect(200);
    const path = `${alice.calendar}kept.ics`;
    const token = lockToken(await bob.lock(path).expect(201));
    await alice.put(path, event()).expectPrecondition('D:lock-token-submitted', 423).expectText(token);
    await alice.lock(path).expectPrecondition('D:no-conflicting-lock', 423).expectText(token);
    await alice.unlock(path, token).expect(204);
    const hers = lockToken(await alice.lock(path).expect(201));
    for (const answer of [await bob.put(path, event()), await bob.lock(path)]) {
      assert.equal(answer.status, 423);
      assert.ok(!answer.text.includes(hers));
    }
    await alice.put(path, event(), { If: `(<${hers}>)` }).expect(201);
  },
);

must('RFC 4918 section 6.4', 'the lock of a guest ends with the right to make it', async ({ alice, bob, team }) => {
  const [path, kept] = [`${alice.calendar}a.ics`, `${alice.calendar}kept.ics`];
  await alice.put(path, event({ UID: 'same' })).expect(201);
  for (const [at, depth, target, UID] of [
    [alice.calendar, 'infinity', path, 'same'],
    [path, '0', path, 'same'],
    [kept, '0', kept, 'kept'],
  ] as const) {
    await alice.acl(alice.calendars, [[team.principal, 'D:read', 'D:write']]).expect(200);
    const token = lockToken(await bob.lock(at, { depth }).expect(200, 201));
    await alice.put(target, event({ UID })).expect(423);
    // To read is not enough.
    await alice.acl(alice.calendars, [[bob.principal, 'D:read']]).expect(200);
    if (at !== kept) assert.equal(await locksOf(alice, at), 0);
    await alice.put(target, event({ UID })).expect(201, 204);
    const own = lockToken(await alice.lock(at, { depth }).expect(200));
    // Nor does it count again beside the one that was made meanwhile.
    await alice.acl(alice.calendars, [[bob.principal, 'D:read', 'D:write']]).expect(200);
    await alice.put(target, event({ UID }), { If: `<${at}> (<${own}>)` }).expect(204);
    await bob.request('LOCK', at, { headers: { If: `(<${token}>)` } }).expect(412);
    await alice.unlock(at, own).expect(204);
  }
});

must('RFC 4918 section 6.4', 'the lock of one who acted for somebody ends with that', async ({ alice, bob }) => {
  const proxy = `${alice.principal}calendar-proxy-write/`;
  const actingFor = (value: string) => alice.proppatch(proxy, { set: { 'D:group-member-set': value } }).expect(207);
  await actingFor(`<D:href>${bob.principal}</D:href>`);
  await bob.lock(alice.calendar).expect(200);
  await alice.put(`${alice.calendar}a.ics`, event()).expect(423);
  await actingFor('');
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
});

must('RFC 9110 section 13.1.1', 'conditions are asked before a lock is made', async ({ alice }) => {
  const path = `${alice.calendar}a.ics`;
  const { etag } = await alice.put(path, event()).expect(201);
  await alice.lock(path, { headers: { 'If-Match': '"other"' } }).expect(412);
  await alice.lock(`${alice.calendar}b.ics`, { headers: { 'If-Match': '*' } }).expect(412);
  await alice.lock(path, { headers: { If: '(["other"])' } }).expect(412);
  assert.equal(await locksOf(alice, path), 0);
  await alice.lock(path, { headers: { 'If-Match': etag } }).expect(200);
});
