/**
 * The storage contract, part: mounts, who declines them, and the sources of directories.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AccountId, type CollectionKey, collectionId, NO_COLLECTION } from '../../src/store/records.ts';
import { NameTaken } from '../../src/store/store.ts';
import { AT, addAccount, inWorld, key, type NewPlace, ORIGIN, type World } from './world.ts';

/** Another account with an empty home. */
async function withHome(
  { write, tenant }: World,
  address: string,
): Promise<{ account: AccountId; home: CollectionKey }> {
  return write(async (tx) => {
    const { id } = await addAccount(tx, tenant, address);
    const home = await tx.collections.add(id, {
      ...{ parent: NO_COLLECTION, name: 'calendars', kind: 'calendar-home', properties: {} },
    });
    return { account: id, home: key(home) };
  });
}

/** Mounts the calendar of the world there. */
function mount({ write, calendar }: World, home: CollectionKey, name = 'shared') {
  return write((tx) =>
    tx.collections.add(home.account, {
      ...{ parent: home.id, name, kind: 'mount', properties: {}, target: calendar },
    }),
  );
}

const segment = 'calendars';

export function mountsContract(place: NewPlace): void {
  describe('mounts', () => {
    test(
      'are rows that say what they list, wherever they are read',
      inWorld(place, async (here) => {
        const { store, calendar } = here;
        const bob = await withHome(here, 'bob@example.com');
        const made = await mount(here, bob.home);
        assert.deepEqual(made.target, calendar);
        await store.read(async (tx) => {
          assert.deepEqual(await tx.collections.get(made), made);
          assert.deepEqual((await tx.collections.along(bob.account, [segment, 'shared']))[1], made);
          assert.deepEqual(await tx.collections.in(bob.account, bob.home.id), [made]);
          assert.deepEqual(await tx.collections.page(bob.home, { limit: 9 }), [made]);
          assert.deepEqual((await tx.collections.outline(bob.home, 9))[0]?.target, calendar);
          assert.deepEqual(await tx.changes.collections(bob.home, { since: 0, upTo: 1, limit: 9 }), [
            { removed: false, revision: 1, member: made },
          ]);
          assert.deepEqual(await tx.mounts.of(calendar, 9), [made]);
          assert.deepEqual(await tx.mounts.of(bob.home, 9), []);
          assert.deepEqual(await tx.mounts.in(bob.home, calendar), made);
          assert.equal(await tx.mounts.in(bob.home, bob.home), undefined);
          assert.equal(await tx.mounts.in({ ...bob.home, id: made.id }, calendar), undefined);
          assert.equal(await tx.mounts.in({ ...bob.home, account: calendar.account }, calendar), undefined);
          assert.equal('target' in ((await tx.collections.get(calendar)) ?? {}), false);
        });
      }),
    );

    test(
      'raise the revision of the home when they come and go, never that of what they list, nor does that raise theirs',
      inWorld(place, async (here) => {
        const { store, write, calendar, put, record } = here;
        const bob = await withHome(here, 'bob@example.com');
        const made = await mount(here, bob.home);
        assert.equal((await record(bob.home)).revision, 1);
        await put('a.ics');
        assert.equal((await record(bob.home)).revision, 1);
        await write((tx) => tx.collections.remove(made));
        assert.equal((await record(bob.home)).revision, 2);
        assert.equal((await record(calendar)).revision, 1);
        assert.notEqual(await store.read((tx) => tx.objects.get(calendar, 'a.ics')), undefined);
        assert.deepEqual(await store.read((tx) => tx.changes.collections(bob.home, { since: 1, upTo: 2, limit: 9 })), [
          { removed: true, revision: 2, name: 'shared' },
        ]);
      }),
    );

    test(
      'stay when what they list goes, and are found by it',
      inWorld(place, async (here) => {
        const { store, write, calendar } = here;
        const bob = await withHome(here, 'bob@example.com');
        const made = await mount(here, bob.home);
        await write((tx) => tx.collections.remove(calendar));
        assert.deepEqual(await store.read((tx) => tx.collections.getAll([calendar])), []);
        assert.deepEqual(await store.read((tx) => tx.mounts.of(calendar, 1)), [made]);
      }),
    );

    test(
      'lack accounts of the tenant that have the home, but neither a mount nor declined it',
      inWorld(place, async (here) => {
        const { store, write, calendar, account, tenant } = here;
        const bob = await withHome(here, 'bob@example.com');
        const eve = await withHome(here, 'eve@example.com');
        const homeless = await write((tx) => addAccount(tx, tenant, 'new@example.com'));
        await write(async (tx) => {
          const other = await tx.directory.addTenant('other');
          const stranger = await addAccount(tx, other.id, 'zoe@example.org');
          await tx.collections.add(stranger.id, {
            ...{ parent: NO_COLLECTION, name: segment, kind: 'calendar-home', properties: {} },
          });
        });
        const page = (limit: number, after?: AccountId) =>
          store.read((tx) =>
            tx.mounts.lacking(calendar, { tenant, segment, limit, ...(after === undefined ? {} : { after }) }),
          );
        const lacking = async () => (await page(9)).accounts;
        assert.deepEqual(await lacking(), [account, bob.account, eve.account]);
        const first = await page(1);
        assert.deepEqual(first, { accounts: [account], next: account });
        assert.deepEqual(await page(1, first.next), { accounts: [bob.account], next: bob.account });
        assert.deepEqual(await page(2, bob.account), { accounts: [eve.account], next: homeless.id });
        assert.deepEqual(await page(2, homeless.id), { accounts: [], next: undefined });
        await mount(here, bob.home);
        await write((tx) => tx.mounts.decline(eve.account, calendar));
        await write((tx) => tx.mounts.decline(eve.account, calendar));
        assert.deepEqual(await lacking(), [account]);
        assert.deepEqual(await store.read((tx) => tx.mounts.declined(eve.account)), [calendar]);
        assert.deepEqual(await store.read((tx) => tx.mounts.declined(homeless.id)), []);
        await write((tx) => tx.mounts.accept(eve.account, calendar));
        assert.deepEqual(await lacking(), [account, eve.account]);
        await write((tx) => tx.mounts.decline(eve.account, calendar));
        await write((tx) => tx.mounts.forget(calendar));
        assert.deepEqual(await store.read((tx) => tx.mounts.declined(eve.account)), []);
      }),
    );

    test(
      'several collections of several accounts are read at once',
      inWorld(place, async (here) => {
        const { store, home, calendar } = here;
        const bob = await withHome(here, 'bob@example.com');
        const absent = { account: bob.account, id: collectionId(77) };
        const found = await store.read((tx) => tx.collections.getAll([calendar, absent, bob.home, home, calendar]));
        const names = found.map((one) => `${one.account}/${one.id}`).sort();
        assert.deepEqual(names, [calendar, bob.home, home].map((one) => `${one.account}/${one.id}`).sort());
        assert.deepEqual(await store.read((tx) => tx.collections.getAll([])), []);
      }),
    );

    test(
      'grants in several accounts are read at once',
      inWorld(place, async (here) => {
        const { store, write, account, calendar } = here;
        const bob = await withHome(here, 'bob@example.com');
        const eve = await withHome(here, 'eve@example.com');
        await write((tx) => tx.grants.set(calendar, 'authenticated', ['{DAV:}read']));
        await write((tx) => tx.grants.set(bob.home, eve.account, ['{DAV:}write']));
        await write((tx) => tx.grants.set(bob.home, account, ['{DAV:}read']));
        assert.deepEqual(await store.read((tx) => tx.grants.betweenAll([account, bob.account], [eve.account])), [
          { collection: calendar, grantee: 'authenticated', privileges: ['{DAV:}read'] },
          { collection: bob.home, grantee: eve.account, privileges: ['{DAV:}write'] },
        ]);
        assert.deepEqual(await store.read((tx) => tx.grants.betweenAll([], [eve.account])), []);
      }),
    );
  });

  describe('the account that holds a tenant’s directories', () => {
    test(
      'is found by the tenant and by nothing else',
      inWorld(place, async ({ store, write, tenant }) => {
        assert.equal(await store.read((tx) => tx.directory.directoryOf(tenant)), undefined);
        const made = await write((tx) =>
          tx.directory.addAccount({
            ...{ tenant, kind: 'directory', address: '@directory:1', aliases: [], displayName: 'Company' },
            passwordHash: undefined,
          }),
        );
        await store.read(async (tx) => {
          assert.deepEqual(await tx.directory.directoryOf(tenant), made);
          assert.deepEqual(await tx.directory.account(made.id), made);
          assert.equal(await tx.directory.accountByAddress('@directory:1'), undefined);
          const all = [
            ...(await tx.directory.list({ limit: 9 })),
            ...(await tx.directory.matching({ tenant, test: 'anyof', texts: [] }, { limit: 9 })),
            ...(await tx.directory.matching({ tenant, test: 'anyof', texts: ['company'] }, { limit: 9 })),
          ];
          assert.deepEqual(
            all.filter(({ id }) => id === made.id),
            [],
          );
          const lacking = await tx.directory.withoutHomes(['calendars'], { limit: 9 });
          assert.ok(!lacking.found.includes(made.id));
        });
      }),
    );
  });

  describe('sources of directories', () => {
    const source = { name: 'company', kind: 'ldap', settings: '{"url":"ldaps://ldap.example.com"}' };

    test(
      'are added once under a name, listed, ended and removed',
      inWorld(place, async ({ store, write, tenant, calendar }) => {
        const other = await write((tx) => tx.directory.addTenant('other'));
        await write((tx) => tx.sources.add({ ...source, tenant, collection: calendar }));
        await write((tx) => tx.sources.add({ ...source, tenant: other.id, collection: calendar }));
        await assert.rejects(
          write((tx) => tx.sources.add({ ...source, tenant, collection: calendar })),
          NameTaken,
        );
        const fresh = { removed: false, filled: undefined, tried: undefined, fault: '' };
        const listed = { ...source, tenant, collection: calendar, ...fresh };
        assert.deepEqual(await store.read((tx) => tx.sources.list(tenant)), [listed]);
        assert.equal((await store.read((tx) => tx.sources.list())).length, 2);
        await write((tx) => tx.sources.end(tenant, 'company'));
        assert.deepEqual(await store.read((tx) => tx.sources.list(tenant)), [{ ...listed, removed: true }]);
        await write((tx) => tx.sources.remove(tenant, 'company'));
        assert.deepEqual(await store.read((tx) => tx.sources.list(tenant)), []);
        assert.equal((await store.read((tx) => tx.sources.list())).length, 1);
      }),
    );

    test(
      'are filled by one at a time, who says what came of it',
      inWorld(place, async ({ store, write, tenant, calendar }) => {
        const which = { tenant, name: 'company' };
        await write((tx) => tx.sources.add({ ...source, tenant, collection: calendar }));
        const lease = (holder: string, until: number) => write((tx) => tx.sources.lease(which, { holder, until }));
        assert.equal(await lease('a', AT + 60), true);
        assert.equal(await lease('b', AT + 60), false);
        assert.equal(await lease('a', AT + 90), true);
        await write((tx) => tx.sources.release(which, 'b', 'not mine'));
        assert.equal(await lease('b', AT + 60), false);
        await write((tx) => tx.sources.release(which, 'a', ''));
        const state = async () => {
          const [one] = await store.read((tx) => tx.sources.list(tenant));
          return [one?.filled, one?.tried, one?.fault];
        };
        assert.deepEqual(await state(), [AT, AT, '']);
        assert.equal(await lease('b', AT + 5), true);
        const late = { ...ORIGIN, at: AT + 5 };
        assert.equal(await store.write(late, (tx) => tx.sources.lease(which, { holder: 'c', until: AT + 9 })), true);
        await store.write(late, (tx) => tx.sources.release(which, 'c', 'no answer'));
        assert.deepEqual(await state(), [AT, AT + 5, 'no answer']);
        assert.equal(await store.write(late, (tx) => tx.sources.lease(which, { holder: 'd', until: AT + 60 })), true);
        await write((tx) => tx.sources.release(which, 'd', undefined));
        assert.deepEqual(await state(), [AT, AT + 5, 'no answer']);
        assert.equal(await lease('e', AT + 60), true);
        assert.equal(
          await write((tx) => tx.sources.lease({ tenant, name: 'none' }, { holder: 'a', until: AT })),
          false,
        );
      }),
    );
  });
}
