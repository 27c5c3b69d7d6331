/**
 * Access control lists: what they say, and how they are set. RFC 3744 section 5.5, RFC 3744 section 8.1.
 */
import assert from 'node:assert/strict';
import { childOf, childrenOf, elementsOf, textOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import { event } from '../../support/builders.ts';
import { type Client, lockToken } from '../../support/client.ts';
import { declined, hostile, must } from '../../support/conformance.ts';
import { pathKey } from '../../support/multistatus.ts';
import { clark, short, XMLNS } from '../../support/names.ts';

/** An ACE in short: `/principals/…: D:read, D:write; protected; inherited /calendars/…`. */
function said(ace: XmlElement): string {
  const principal = elementsOf(childOf(ace, '{DAV:}principal')!)[0]!;
  const [within] = elementsOf(principal);
  const who =
    principal.name === '{DAV:}href'
      ? pathKey(textOf(principal))
      : short(principal.name) + (within === undefined ? '' : `=${short(within.name)}`);
  const granted = childrenOf(childOf(ace, '{DAV:}grant')!, '{DAV:}privilege').flatMap(elementsOf);
  const inherited = childOf(ace, '{DAV:}inherited');
  return [
    `${who}: ${granted.map(({ name }) => short(name)).join(', ')}`,
    ...(childOf(ace, '{DAV:}protected') === undefined ? [] : ['protected']),
    ...(inherited === undefined ? [] : [`inherited ${pathKey(textOf(childOf(inherited, '{DAV:}href')!))}`]),
  ].join('; ');
}

async function aclOf(client: Client, path: string): Promise<readonly string[]> {
  const answer = await client.propfind(path, '0', ['D:acl']).expectProperties(path, { 'D:acl': true });
  const value = answer.multistatus().at(path).properties.get('{DAV:}acl');
  return childrenOf(value!.element, '{DAV:}ace').map(said);
}

/** The entries that are neither protected nor inherited. */
async function ownOf(client: Client, path: string): Promise<readonly string[]> {
  return (await aclOf(client, path)).filter((one) => !one.includes(';'));
}

const SCHEDULE = ['C:schedule-deliver', 'C:schedule-send'];
const READING = 'D:read, D:read-current-user-privilege-set';

must(
  'RFC 3744 section 5.5',
  'acl has the owner, the delegates, what is granted here and what is granted above',
  async ({ alice, bob, team }) => {
    const object = `${alice.calendar}a.ics`;
    await alice.put(object, event()).expect(201);
    await alice.acl(alice.calendars, [[bob.principal, 'D:read-acl']]).expect(200);
    await alice.acl(alice.calendar, [[team.principal, 'D:write', 'D:read']]).expect(200);
    const owner = 'D:property=D:owner: D:all; protected';
    const delegates = (...more: readonly string[]): readonly string[] => [
      `${alice.principal}calendar-proxy-read/: ${READING}; protected`,
      `${alice.principal}calendar-proxy-write/: ${[READING, 'D:write', ...more].join(', ')}; protected`,
    ];
    const from = (list: readonly string[], path: string): readonly string[] =>
      list.map((one) => `${one}; inherited ${path}`);
    const above = from([`${bob.principal}: D:read-acl`], alice.calendars);
    const here = `${team.principal}: D:read, D:write`;
    assert.deepEqual(await aclOf(alice, alice.calendars), [owner, ...delegates(), `${bob.principal}: D:read-acl`]);
    assert.deepEqual(await aclOf(alice, alice.calendar), [
      owner,
      ...from(delegates(), alice.calendars),
      here,
      ...above,
    ]);
    assert.deepEqual(await aclOf(alice, object), [
      owner,
      ...from(delegates(), alice.calendars),
      ...from([here], alice.calendar),
      ...above,
    ]);
    const inbox = `${alice.calendars}inbox/`;
    assert.deepEqual(await aclOf(alice, inbox), [owner, ...from(delegates(SCHEDULE[0]!), alice.calendars), ...above]);
    assert.deepEqual(await aclOf(alice, alice.addressbook), [owner]);
    assert.deepEqual(await aclOf(bob, alice.calendar), await aclOf(alice, alice.calendar));
  },
);

must('RFC 3744 section 5.5', 'acl of a principal says who holds and who sees it', async ({ alice }) => {
  assert.deepEqual(await aclOf(alice, alice.principal), [
    'D:property=D:owner: D:all; protected',
    `D:authenticated: ${READING}; protected`,
  ]);
  const below = `${alice.principal}calendar-proxy-read/`;
  assert.deepEqual(await aclOf(alice, below), [
    'D:property=D:owner: D:all; protected',
    `${below}: ${READING}; protected`,
  ]);
});

must('RFC 3744 section 5.5', 'acl needs read-acl, also in a list of members', async ({ alice, bob }) => {
  await alice.acl(alice.calendar, [[bob.principal, 'D:read']]).expect(200);
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  const answer = await bob.propfind(alice.calendar, '1', ['D:acl']).expect(207);
  for (const path of [alice.calendar, `${alice.calendar}a.ics`]) {
    const value = answer.multistatus().at(path).properties.get('{DAV:}acl');
    assert.equal(value?.status, 403);
    assert.deepEqual(value.conditions, ['{DAV:}need-privileges']);
  }
  await bob.propfind('/', '0', ['D:acl']).expectProperties('/', { 'D:acl': 403 });
});

must(
  'RFC 3744 section 5.6',
  'every resource says that there are grants alone, that none is inverted, and that no list above cuts its own',
  async ({ alice }) => {
    await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
    for (const path of ['/', alice.principal, alice.calendars, alice.calendar, `${alice.calendar}a.ics`]) {
      await alice.propfind(path, '0', ['D:acl-restrictions', 'D:inherited-acl-set', 'D:group']).expectProperties(path, {
        'D:acl-restrictions': ['D:grant-only', 'D:no-invert'],
        'D:inherited-acl-set': [],
        'D:group': [],
      });
    }
  },
);

must('RFC 3744 section 8.1', 'ACL replaces the collection’s own entries as a whole', async ({ alice, bob, team }) => {
  await alice
    .acl(alice.calendar, [
      [bob.principal, 'D:read'],
      [team.principal, 'D:write'],
    ])
    .expect(200);
  assert.deepEqual((await ownOf(alice, alice.calendar)).toSorted(), [
    `${bob.principal}: D:read`,
    `${team.principal}: D:write`,
  ]);
  await alice.acl(alice.calendar, [['D:authenticated', 'D:read']]).expect(200);
  assert.deepEqual(await ownOf(alice, alice.calendar), ['D:authenticated: D:read']);
  await alice.acl(alice.calendar, []).expect(200);
  assert.deepEqual(await ownOf(alice, alice.calendar), []);
  await bob.propfind(alice.calendar, '0', ['D:displayname']).expect(404);
});

must('RFC 3744 section 8.1', 'ACL refuses as a whole', async ({ alice, bob }) => {
  await alice.acl(alice.calendar, [[bob.principal, 'D:read']]).expect(200);
  await alice
    .acl(alice.calendar, [
      ['D:authenticated', 'D:read'],
      ['/principals/nobody@example.com/', 'D:read'],
    ])
    .expectPrecondition('D:recognized-principal', 403);
  assert.deepEqual(await ownOf(alice, alice.calendar), [`${bob.principal}: D:read`]);
});

must('RFC 3744 section 8.1', 'ACL works on collections, and Allow says so', async ({ alice }) => {
  await alice.put(`${alice.calendar}a.ics`, event()).expect(201);
  for (const path of [alice.calendars, alice.calendar, `${alice.calendars}inbox/`, alice.addressbook]) {
    await alice.options(path).expectHeader('Allow', /\bACL\b/);
    await alice.acl(path, []).expect(200);
  }
  for (const path of ['/', alice.principal, `${alice.calendar}a.ics`]) {
    const { headers } = await alice.options(path).expect(200);
    assert.doesNotMatch(headers.allow ?? '', /\bACL\b/);
    await alice.acl(path, []).expect(403, 405);
  }
});

must(
  'RFC 3744 section 8.1',
  'who holds write-acl may set the list, and keep in it whom one would not find',
  async ({ alice, bob, service, another }) => {
    const [kept, other] = [another('bob'), another('bob')];
    await Promise.all([kept.exists, other.exists]);
    const path = ({ address }: { readonly address: string }): string => `/principals/${address}/`;
    const mine = [bob.principal, 'D:read', 'D:read-acl', 'D:write-acl'] as const;
    await alice.acl(alice.calendar, [mine, [path(kept), 'D:read']]).expect(200);
    await service.directory('example.com', 'acquaintances');
    try {
      await bob.propfind(path(kept), '0').expect(404);
      await bob.acl(alice.calendar, [mine, [path(kept), 'D:write']]).expect(200);
      await bob.acl(alice.calendar, [mine, [path(other), 'D:read']]).expectPrecondition('D:recognized-principal', 403);
    } finally {
      await service.directory('example.com', 'everyone');
    }
    assert.ok((await ownOf(alice, alice.calendar)).includes(`${path(kept)}: D:write`));
  },
);

must(
  'RFC 3744 section 8.1',
  'a list that was read can be written back with one entry more',
  async ({ alice, bob, team }) => {
    await alice.acl(alice.calendars, [[bob.principal, 'D:read']]).expect(200);
    const text = (await alice.propfind(alice.calendar, '0', ['D:acl']).expect(207)).text;
    const [, aces] = /<d:acl>(.*)<\/d:acl>/s.exec(text) ?? [];
    assert.ok(aces !== undefined);
    const more = `<d:ace><d:principal><d:href>${team.principal}</d:href></d:principal><d:grant><d:privilege><d:read/></d:privilege></d:grant></d:ace>`;
    const acl = (inside: string): string =>
      `<d:acl xmlns:d="DAV:" xmlns:cal="urn:ietf:params:xml:ns:caldav">${inside}</d:acl>`;
    const set = (inside: string) => alice.request('ACL', alice.calendar, { body: acl(inside) });
    await set(aces + more).expect(200);
    assert.deepEqual(await ownOf(alice, alice.calendar), [`${team.principal}: D:read`]);
    assert.equal((await ownOf(alice, alice.calendars)).length, 1);
    await set(aces.replace('<d:all/>', '<d:read/>')).expectPrecondition('D:no-protected-ace-conflict', 403);
    const inherited = `${more.slice(0, -'</d:ace>'.length)}<d:inherited><d:href>${alice.calendars}</d:href></d:inherited></d:ace>`;
    await set(inherited).expectPrecondition('D:no-inherited-ace-conflict', 403);
    assert.deepEqual(await ownOf(alice, alice.calendar), [`${team.principal}: D:read`]);
  },
);

must('RFC 3744 section 5.5.1', 'a principal may be named by any of its URLs', async ({ alice, bob, service }) => {
  const [local, domain] = bob.address.split('@');
  const spellings = [
    bob.principal,
    bob.principal.slice(0, -1),
    bob.principal.replace('@', '%40'),
    `/principals/${local}-also@${domain}/`,
    `/principals/${bob.address.toUpperCase()}/`,
    `${service.origin}${bob.principal}`,
  ];
  for (const spelling of spellings) {
    const who = `<D:href>${spelling}</D:href>`;
    const ace = `<D:ace><D:principal>${who}</D:principal><D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace>`;
    await alice.request('ACL', alice.calendar, { body: `<D:acl ${XMLNS}>${ace}</D:acl>` }).expect(200);
    assert.deepEqual(await ownOf(alice, alice.calendar), [`${bob.principal}: D:read`], spelling);
    await alice.acl(alice.calendar, []).expect(200);
  }
});

must(
  'RFC 3744 section 5.5.1',
  'the owner can be named as a property, every user of the tenant as authenticated',
  async (world) => {
    const { alice, bob, carol } = world;
    const owner = '<D:property><D:owner/></D:property>';
    const grant = '<D:grant><D:privilege><D:read/></D:privilege></D:grant>';
    const body = `<D:acl ${XMLNS}><D:ace><D:principal>${owner}</D:principal>${grant}</D:ace><D:ace><D:principal><D:authenticated/></D:principal>${grant}</D:ace></D:acl>`;
    await alice.request('ACL', alice.calendar, { body }).expect(200);
    assert.deepEqual((await ownOf(alice, alice.calendar)).toSorted(), [
      'D:authenticated: D:read',
      'D:property=D:owner: D:read',
    ]);
    await bob.propfind(alice.calendar, '0', ['D:displayname']).expect(207);
    await carol.propfind(alice.calendar, '0', ['D:displayname']).expect(404);
    await world.anonymous.propfind(alice.calendar, '0', ['D:displayname']).expect(401);
  },
);

/** One ACE as XML. */
function ace(principal: string, rule: string): string {
  return `<D:ace><D:principal>${principal}</D:principal>${rule}</D:ace>`;
}

const READ = '<D:privilege><D:read/></D:privilege>';

must(
  'RFC 3744 section 8.1.1',
  'each constraint is refused with its own condition',
  async ({ alice, bob, carol, team }) => {
    const href = (path: string): string => `<D:href>${path}</D:href>`;
    const grant = `<D:grant>${READ}</D:grant>`;
    const granting = (privilege: string): string => `<D:grant><D:privilege>${privilege}</D:privilege></D:grant>`;
    const cases: readonly (readonly [string, string])[] = [
      ['D:no-ace-conflict', ace(href(bob.principal), grant) + ace(href(bob.principal.replace('@', '%40')), grant)],
      ['D:grant-only', ace(href(bob.principal), `<D:deny>${READ}</D:deny>`)],
      ['D:no-invert', `<D:ace><D:invert><D:principal>${href(bob.principal)}</D:principal></D:invert>${grant}</D:ace>`],
      ['D:not-supported-privilege', ace(href(bob.principal), granting('<X:fly/>'))],
      ['D:not-supported-privilege', ace(href(bob.principal), granting('<C:schedule-send/>'))],
      ['D:recognized-principal', ace(href('/principals/nobody@example.com/'), grant)],
      ['D:recognized-principal', ace(href(carol.principal), grant)],
      ['D:recognized-principal', ace(href(bob.calendar), grant)],
      ['D:recognized-principal', ace(href(`https://elsewhere.example.net${bob.principal}`), grant)],
      ['D:recognized-principal', ace(href(`${team.principal}calendar-proxy-read/`), grant)],
      ['D:allowed-principal', ace(href(`${bob.principal}calendar-proxy-read/`), grant)],
      ['D:allowed-principal', ace('<D:all/>', grant)],
      ['D:allowed-principal', ace('<D:unauthenticated/>', grant)],
      ['D:allowed-principal', ace('<D:self/>', grant)],
      ['D:allowed-principal', ace('<D:property><D:group/></D:property>', grant)],
      [
        'D:no-protected-ace-conflict',
        `<D:ace><D:principal>${href(bob.principal)}</D:principal>${grant}<D:protected/></D:ace>`,
      ],
    ];
    for (const [condition, aces] of cases) {
      const body = `<D:acl ${XMLNS}>${aces}</D:acl>`;
      await alice.request('ACL', alice.calendar, { body }).expectPrecondition(condition, 403);
    }
    assert.deepEqual(await ownOf(alice, alice.calendar), []);
  },
);

must('RFC 3744 section 8.1.1', 'a collection has a limited number of entries', async ({ alice, bob }) => {
  const many = ace(`<D:href>${bob.principal}</D:href>`, `<D:grant>${READ}</D:grant>`).repeat(101);
  const inherited = ace(
    `<D:href>${bob.principal}</D:href>`,
    `<D:grant>${READ}</D:grant><D:inherited><D:href>${alice.calendars}</D:href></D:inherited>`,
  ).repeat(1_001);
  for (const aces of [many, inherited]) {
    const body = `<D:acl ${XMLNS}>${aces}</D:acl>`;
    await alice.request('ACL', alice.calendar, { body }).expectPrecondition('D:limited-number-of-aces', 403);
  }
});

must('RFC 3744 section 8.1.5', 'what is no ACE is a bad request', async ({ alice, bob }) => {
  const href = `<D:href>${bob.principal}</D:href>`;
  const grant = `<D:grant>${READ}</D:grant>`;
  const bodies = [
    '<D:propfind xmlns:D="DAV:"/>',
    `<D:acl ${XMLNS}>${ace(href, `${grant}<D:deny>${READ}</D:deny>`)}</D:acl>`,
    `<D:acl ${XMLNS}><D:ace>${grant}</D:ace></D:acl>`,
    `<D:acl ${XMLNS}>${ace(href, '')}</D:acl>`,
    `<D:acl ${XMLNS}>${ace(href, '<D:grant/>')}</D:acl>`,
    `<D:acl ${XMLNS}>${ace('', grant)}</D:acl>`,
    `<D:acl ${XMLNS}>${ace(href + href, grant)}</D:acl>`,
  ];
  for (const body of bodies) await alice.request('ACL', alice.calendar, { body }).expect(400);
  await alice.request('ACL', alice.calendar).expect(400);
});

must('RFC 3744 section 7.5', 'ACL honours locks', async ({ alice, bob }) => {
  const token = lockToken(await alice.lock(alice.calendar).expect(200));
  await alice.acl(alice.calendar, [[bob.principal, 'D:read']]).expectPrecondition('D:lock-token-submitted', 423);
  const body = `<D:acl ${XMLNS}/>`;
  await alice.request('ACL', alice.calendar, { headers: { If: `(<${token}>)` }, body }).expect(200);
  await alice.unlock(alice.calendar, token).expect(204);
  await alice.request('ACL', alice.calendar, { headers: { If: `(<${token}>)` }, body }).expect(412);
  await alice.acl(alice.calendar, [[bob.principal, 'D:read']]).expect(200);
});

must('RFC 3744 section 7.4', 'a copy has no entries of its own', async ({ alice, bob }) => {
  const work = await alice.newCalendar('work');
  await alice.acl(work, [[bob.principal, 'D:read']]).expect(200);
  await alice.copy(work, `${alice.calendars}copy/`).expect(201);
  assert.deepEqual(await ownOf(alice, `${alice.calendars}copy/`), []);
});

must('RFC 3744 section 7.3', 'what is moved keeps its entries', async ({ alice, bob }) => {
  const work = await alice.newCalendar('work');
  await alice.acl(work, [[bob.principal, 'D:read']]).expect(200);
  await alice.move(work, `${alice.calendars}moved/`).expect(201);
  assert.deepEqual(await ownOf(alice, `${alice.calendars}moved/`), [`${bob.principal}: D:read`]);
  await bob.propfind(`${alice.calendars}moved/`, '0', ['D:displayname']).expect(207);
});

hostile('S2 what is granted ends with the next request after it is taken away', async ({ alice, bob }) => {
  await alice.acl(alice.calendar, [[bob.principal, 'D:read', 'D:write', 'D:write-acl']]).expect(200);
  await bob.put(`${alice.calendar}a.ics`, event()).expect(201);
  await alice.acl(alice.calendar, []).expect(200);
  await bob.put(`${alice.calendar}a.ics`, event()).expect(404, 409);
  await bob.acl(alice.calendar, [[bob.principal, 'D:all']]).expect(404);
});

must(
  'RFC 3744 section 9.2',
  'acl-principal-prop-set tells of each principal in a list once',
  async ({ alice, bob, team }) => {
    await alice
      .acl(alice.calendars, [
        [bob.principal, 'D:read'],
        ['D:authenticated', 'D:read-acl'],
      ])
      .expect(200);
    await alice
      .acl(alice.calendar, [
        [bob.principal, 'D:write'],
        [team.principal, 'D:read'],
      ])
      .expect(200);
    const body = `<D:acl-principal-prop-set ${XMLNS}><D:prop><D:displayname/></D:prop></D:acl-principal-prop-set>`;
    const below = ['calendar-proxy-read/', 'calendar-proxy-write/'].map((name) => alice.principal + name);
    const answer = await alice
      .report(alice.calendar, body, '0')
      .expectMembers([alice.principal, bob.principal, team.principal, ...below]);
    assert.equal(answer.multistatus().value(bob.principal, clark('D:displayname')), 'bob');
    await alice.report(alice.calendar, body, '1').expect(400);
    await alice.report(alice.calendar, body).expect(207);
    // Bob may read the list, but not who acts for alice.
    const told = (await bob.report(alice.calendar, body).expect(207)).multistatus();
    assert.equal(told.at(below[0]!).status, 404);
    assert.equal(told.value(alice.principal, clark('D:displayname')), 'alice');
  },
);

declined(
  'RFC 3744 section 8.1.1',
  'deny-before-grant',
  'there are no ACEs that deny: DAV:acl-restrictions says DAV:grant-only, and DAV:grant-only is what is answered',
);
declined('RFC 3744 section 8.1.1', 'no-abstract', 'no privilege is abstract: each can be granted by itself');
declined('RFC 3744 section 8.1.1', 'missing-required-principal', 'no principal has to be in a list');
declined(
  'RFC 3744 section 5.7',
  'resources in inherited-acl-set',
  'it names lists that take away from a resource’s own; ours add to it, and stand in DAV:acl as inherited ACEs',
);
