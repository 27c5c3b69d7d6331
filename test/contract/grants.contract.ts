/**
 * The storage contract, part: grants.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { XmlName } from '../../src/formats/xml/name.ts';
import type { AccountId, CollectionKey, Grant, Grantee } from '../../src/store/records.ts';
import { accountId, collectionId } from '../../src/store/records.ts';
import type { NewPlace, World } from './world.ts';
import { addAccount, inWorld, key } from './world.ts';

const READ: readonly XmlName[] = ['{DAV:}read'];
const WRITE: readonly XmlName[] = ['{DAV:}read', '{DAV:}write'];

async function account({ write, tenant }: World, address: string): Promise<AccountId> {
  return (await write((tx) => addAccount(tx, tenant, address))).id;
}

async function secondCalendar({ write, account: ann, home }: World): Promise<CollectionKey> {
  return await write(async (tx) =>
    key(await tx.collections.add(ann, { parent: home.id, name: 'other', kind: 'calendar', properties: {} })),
  );
}

function granted(collection: CollectionKey, grantee: Grantee, privileges: readonly XmlName[]): Grant {
  return { collection, grantee, privileges };
}

export function grantsContract(place: NewPlace): void {
  describe('grants', () => {
    test(
      'are set, changed, taken back, and shown on the collection',
      inWorld(place, async (here) => {
        const { store, write, account: ann, calendar, record } = here;
        const bob = await account(here, 'bob@example.com');
        const eve = await account(here, 'eve@example.com');
        await write((tx) => tx.grants.set(calendar, bob, READ));
        await write((tx) => tx.grants.set(calendar, bob, ['{DAV:}write', '{DAV:}read', '{DAV:}write']));
        await write((tx) => tx.grants.set(calendar, eve, READ));
        const [bobs, eves] = [granted(calendar, bob, WRITE), granted(calendar, eve, READ)];
        assert.deepEqual(await store.read((tx) => tx.grants.on(calendar)), [bobs, eves]);
        assert.deepEqual(await store.read((tx) => tx.grants.between(ann, [bob, accountId(77)])), [bobs]);
        assert.deepEqual(await store.read((tx) => tx.grants.between(bob, [ann])), []);
        assert.equal((await record(calendar)).shared, true);
        await write((tx) => tx.grants.set(calendar, eve, []));
        assert.equal((await record(calendar)).shared, true);
        await write((tx) => tx.directory.removeAccount(bob));
        assert.deepEqual(await store.read((tx) => tx.grants.on(calendar)), []);
        assert.equal((await record(calendar)).shared, false);
      }),
    );

    test(
      'to every user and to the owner come with those to somebody, and share nothing',
      inWorld(place, async (here) => {
        const { store, write, account: ann, calendar, record } = here;
        const bob = await account(here, 'bob@example.com');
        const other = await secondCalendar(here);
        await write((tx) => tx.grants.set(calendar, 'authenticated', READ));
        await write((tx) => tx.grants.set(calendar, 'owner', WRITE));
        await write((tx) => tx.grants.set(calendar, ann, WRITE));
        assert.equal((await record(calendar)).shared, false);
        await write((tx) => tx.grants.set(other, bob, WRITE));
        const everybodys = [granted(calendar, 'owner', WRITE), granted(calendar, 'authenticated', READ)];
        const bobs = granted(other, bob, WRITE);
        assert.deepEqual(await store.read((tx) => tx.grants.between(ann, [bob])), [...everybodys, bobs]);
        assert.deepEqual(await store.read((tx) => tx.grants.between(ann, [])), everybodys);
        await write((tx) => tx.grants.set(calendar, 'authenticated', []));
        const rest = [granted(calendar, 'owner', WRITE), granted(calendar, ann, WRITE)];
        assert.deepEqual(await store.read((tx) => tx.grants.on(calendar)), rest);
      }),
    );

    test(
      'on several collections, and by whom one has any',
      inWorld(place, async (here) => {
        const { store, write, account: ann, calendar, home } = here;
        const bob = await account(here, 'bob@example.com');
        const eve = await account(here, 'eve@example.com');
        const other = await secondCalendar(here);
        const bobsHome = await write(async (tx) =>
          key(
            await tx.collections.add(bob, {
              ...{ parent: collectionId(0), name: 'calendars', kind: 'calendar-home', properties: {} },
            }),
          ),
        );
        await write((tx) => tx.grants.set(calendar, eve, READ));
        await write((tx) => tx.grants.set(other, eve, WRITE));
        await write((tx) => tx.grants.set(bobsHome, eve, READ));
        await write((tx) => tx.grants.set(bobsHome, ann, READ));
        const onAll = (...ids: CollectionKey[]) =>
          store.read((tx) =>
            tx.grants.onAll(
              ann,
              ids.map((each) => each.id),
            ),
          );
        const expected = [granted(calendar, eve, READ), granted(other, eve, WRITE)];
        assert.deepEqual(await onAll(other, calendar, home), expected);
        assert.deepEqual(await onAll(home), []);
        assert.deepEqual(await onAll(), []);
        const grantors = (...of: AccountId[]) => store.read((tx) => tx.grants.grantors(of));
        assert.deepEqual(await grantors(eve), [ann, bob]);
        assert.deepEqual(await grantors(eve, ann), [ann, bob]);
        assert.deepEqual(await grantors(ann), [bob]);
        assert.deepEqual(await grantors(bob), []);
        assert.deepEqual(await grantors(), []);
      }),
    );

    test(
      'are replaced together, which the home sees',
      inWorld(place, async (here) => {
        const { store, write, calendar, home, record } = here;
        const bob = await account(here, 'bob@example.com');
        const eve = await account(here, 'eve@example.com');
        await write((tx) => tx.grants.set(calendar, bob, READ));
        const before = await record(home);
        await write((tx) =>
          tx.grants.replace(calendar, [
            { grantee: eve, privileges: READ },
            { grantee: 'authenticated', privileges: [] },
            { grantee: eve, privileges: ['{DAV:}write'] },
          ]),
        );
        assert.deepEqual(await store.read((tx) => tx.grants.on(calendar)), [granted(calendar, eve, WRITE)]);
        assert.equal((await record(home)).revision, before.revision + 1);
        assert.equal((await record(calendar)).parentRevision, before.revision + 1);
        assert.equal((await record(calendar)).revision, 0);
        assert.equal((await record(calendar)).shared, true);
        await write((tx) => tx.grants.replace(calendar, []));
        assert.deepEqual(await store.read((tx) => tx.grants.on(calendar)), []);
        assert.equal((await record(calendar)).shared, false);
      }),
    );

    test(
      'end with their collection, and there are none on one that is not there',
      inWorld(place, async (here) => {
        const { store, write, account: ann, calendar } = here;
        const bob = await account(here, 'bob@example.com');
        await write((tx) => tx.grants.set(calendar, bob, READ));
        await write((tx) => tx.collections.remove(calendar));
        assert.deepEqual(await store.read((tx) => tx.grants.between(ann, [bob])), []);
        await assert.rejects(write((tx) => tx.grants.set(calendar, bob, READ)));
        await assert.rejects(write((tx) => tx.grants.replace(calendar, [{ grantee: bob, privileges: READ }])));
        assert.deepEqual(await store.read((tx) => tx.grants.grantors([bob])), []);
      }),
    );
  });
}
