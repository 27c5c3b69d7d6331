/**
 * Directories: filling them, showing them to everybody, and taking them away again, also where that is broken off.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accountAt, addUser, disable, listAccounts } from '../../src/operations/accounts.ts';
import { cardOf } from '../../src/operations/directories/card.ts';
import {
  addDirectory,
  directoriesOf,
  findDirectory,
  finishRemovals,
  listDirectories,
  removeDirectory,
  showDirectory,
  syncDirectory,
} from '../../src/operations/directories/directories.ts';
import { type Entries, type Entry, SourceFailed } from '../../src/operations/directories/entry.ts';
import { fillDirectory } from '../../src/operations/directories/fill.ts';
import { mountEverywhere } from '../../src/operations/directory-mounts.ts';
import { addDomain } from '../../src/operations/domains.ts';
import { addGroup } from '../../src/operations/groups.ts';
import { keepDirectories } from '../../src/server/directories.ts';
import { SILENT } from '../../src/server/log.ts';
import type { DirectorySource } from '../../src/store/records.ts';
import { refusal, type TestAdministration, withAdmin } from './an-administration.ts';

const USERS = ['ada@example.com', 'ben@example.com', 'eve@example.com'];

/** Three users and a directory, which nobody sees yet. */
function withDirectory(body: (admin: TestAdministration, source: DirectorySource) => Promise<void>): Promise<void> {
  return withAdmin(async (admin) => {
    await addDomain(admin, 'example.com');
    for (const address of USERS) await addUser(admin, { address });
    await body(admin, await addDirectory(admin, { name: 'company', title: 'Staff', from: { kind: 'principals' } }));
  });
}

function person(uid: string, name = uid): Entry {
  return { kind: 'card', uid, label: name, data: cardOf({ uid, name }) };
}

/** Pages that come, and then perhaps a failure. */
async function* pages(given: readonly (readonly Entry[])[], failure?: Error): Entries {
  yield* given;
  if (failure !== undefined) throw failure;
}

function fill(admin: TestAdministration, source: DirectorySource, entries: Entries) {
  return fillDirectory(admin, source, { entries });
}

async function revision(admin: TestAdministration, { collection }: DirectorySource): Promise<number> {
  return (await admin.store.read((tx) => tx.collections.get(collection)))?.revision ?? -1;
}

async function shownTo(admin: TestAdministration, address: string): Promise<readonly (string | undefined)[]> {
  return (await directoriesOf(admin, address)).map(({ shownAs }) => shownAs);
}

describe('a directory', () => {
  test('is filled with what its source has; what is as it was is not written', () =>
    withDirectory(async (admin, source) => {
      const first = await fill(admin, source, pages([[person('a'), person('b')], [person('c')]]));
      assert.deepEqual(first?.added, { count: 3, names: ['a', 'b', 'c'] });
      const before = await revision(admin, source);
      const again = await fill(admin, source, pages([[person('c'), person('b'), person('a')]]));
      assert.deepEqual([again?.unchanged, again?.changed.count, await revision(admin, source)], [3, 0, before]);
      const later = await fill(admin, source, pages([[person('a', 'A'), person('d')]]));
      assert.deepEqual(later?.changed.names, ['A']);
      assert.deepEqual(later?.added.names, ['d']);
      assert.deepEqual(later?.removed.names, ['b', 'c']);
      assert.equal(await revision(admin, source), before + 4);
    }));

  test('keeps what a source that fails has not answered, and has what it has answered', () =>
    withDirectory(async (admin, source) => {
      await fill(admin, source, pages([[person('a'), person('b')]]));
      const half = await fill(admin, source, pages([[person('a', 'A'), person('c')]], new SourceFailed('it is gone')));
      assert.equal(half?.fault, 'it is gone');
      assert.deepEqual([half?.removed.count, half?.changed.names, half?.added.names], [0, ['A'], ['c']]);
      const [listed] = await listDirectories(admin);
      assert.deepEqual([listed?.entries, listed?.fault, listed?.title], [3, 'it is gone', 'Staff']);
      await fill(admin, source, pages([[person('a')]]));
      assert.deepEqual(
        (await listDirectories(admin)).map(({ entries, fault }) => [entries, fault]),
        [[1, '']],
      );
    }));

  test('is not emptied by a source that answers nothing', () =>
    withDirectory(async (admin, source) => {
      await fill(admin, source, pages([[person('a')]]));
      assert.match((await fill(admin, source, pages([])))?.fault ?? '', /no entry at all/);
      assert.equal((await listDirectories(admin))[0]?.entries, 1);
    }));

  test('names what cannot be read, and takes of two with one number the first', () =>
    withDirectory(async (admin, source) => {
      const wrong: Entry = {
        kind: 'card',
        uid: 'w',
        label: 'wrong',
        data: Buffer.from('BEGIN:VCARD\r\nEND:VCARD\r\n'),
      };
      const none: Entry = { kind: 'unreadable', label: 'nobody', reason: 'it is empty' };
      const report = await fill(admin, source, pages([[person('a'), wrong, none], [person('a', 'again')]]));
      assert.deepEqual(report?.added.names, ['a']);
      assert.equal(report?.unreadable.count, 3);
      assert.match(report?.unreadable.names.join('; ') ?? '', /nobody: it is empty; wrong: .+; again: another entry/);
    }));

  test('keeps what it has of an entry that cannot be read any more', () =>
    withDirectory(async (admin, source) => {
      await fill(admin, source, pages([[person('a'), person('b')]]));
      const none: Entry = { kind: 'unreadable', uid: 'a', label: 'a', reason: 'it has lost its name' };
      const report = await fill(admin, source, pages([[none, person('b')]]));
      assert.deepEqual([report?.removed.count, report?.unreadable.count], [0, 1]);
      assert.equal((await listDirectories(admin))[0]?.entries, 2);
    }));

  test('is filled by one program at a time, and by the next where one was stopped', () =>
    withDirectory(async (admin, source) => {
      async function* nested(): Entries {
        yield [person('a')];
        assert.equal(await fill(admin, source, pages([[person('b')]])), undefined);
        yield [person('c')];
      }
      assert.deepEqual((await fill(admin, source, nested()))?.added.names, ['a', 'c']);
      let seen = 0;
      const stopped = () => ++seen > 1;
      const many = pages([[person('a')], [person('x')], [person('y')]]);
      assert.equal(await fillDirectory(admin, source, { entries: many, stopped }), undefined);
      assert.deepEqual((await fill(admin, source, pages([[person('a')]])))?.removed.count, 1);
    }));

  test('is left alone when the service stops, also by a source that goes on without an entry', () =>
    withDirectory(async (admin, source) => {
      let read = 0;
      async function* endless(): Entries {
        for (;;) {
          read += 1;
          yield [];
        }
      }
      const options = { entries: endless(), stopped: () => read > 2 };
      assert.equal(await fillDirectory(admin, source, options), undefined);
    }));

  test('from principals has users and rooms, not who is disabled, a group, or of another tenant', () =>
    withDirectory(async (admin, source) => {
      await addDomain(admin, 'example.org');
      await addUser(admin, { address: 'zoe@example.org' });
      await addGroup(admin, { address: 'team@example.com' });
      await disable(admin, 'eve@example.com');
      const report = await syncDirectory(admin, source);
      assert.deepEqual(report?.added.names, ['ada (ada@example.com)', 'ben (ben@example.com)']);
      assert.deepEqual(await shownTo(admin, 'zoe@example.org'), []);
    }));
});

describe('everybody', () => {
  test('sees a directory under its name, or another where that is taken', () =>
    withDirectory(async (admin, source) => {
      await admin.store.write(admin.origin(), async (tx) => {
        const { id } = await accountAt(tx, 'ben@example.com');
        const home = await tx.collections.along(id, ['addressbooks']);
        const parent = home[0]!.id;
        for (const name of ['company', 'company-2']) {
          await tx.collections.add(id, { parent, name, kind: 'addressbook', properties: {} });
        }
      });
      assert.equal(await mountEverywhere(admin, source, { batch: 2 }), 3);
      assert.equal(await mountEverywhere(admin, source), 0);
      assert.deepEqual(await shownTo(admin, 'ada@example.com'), ['company']);
      assert.deepEqual(await shownTo(admin, 'ben@example.com'), ['company-3']);
      await addUser(admin, { address: 'new@example.com' });
      assert.deepEqual(await shownTo(admin, 'new@example.com'), ['company']);
    }));

  test('sees it also where showing it was stopped', () =>
    withDirectory(async (admin, source) => {
      let asked = 0;
      assert.equal(await mountEverywhere(admin, source, { stopped: () => ++asked > 2, batch: 2 }), 1);
      assert.equal(await mountEverywhere(admin, source), 2);
    }));

  test('but not who has hidden it, until that one shows it again', () =>
    withDirectory(async (admin, source) => {
      const [address, name] = ['ada@example.com', 'company'];
      assert.equal(await showDirectory(admin, { address, name, shown: false }), true);
      await mountEverywhere(admin, source);
      assert.deepEqual(await shownTo(admin, address), [undefined]);
      assert.equal(await showDirectory(admin, { address, name, shown: false }), false);
      assert.equal(await showDirectory(admin, { address, name, shown: true }), true);
      assert.equal(await showDirectory(admin, { address, name, shown: true }), false);
      assert.deepEqual(await shownTo(admin, address), ['company']);
      await assert.rejects(
        showDirectory(admin, { address, name: 'compny', shown: true }),
        refusal(/did you mean company/),
      );
    }));

  test('sees it no more when it is removed, also where the removal was broken off', () =>
    withDirectory(async (admin, source) => {
      await mountEverywhere(admin, source);
      await showDirectory(admin, { address: 'ada@example.com', name: 'company', shown: false });
      await admin.store.write(admin.origin(), async (tx) => {
        await tx.sources.end(source.tenant, source.name);
        await tx.collections.remove(source.collection);
      });
      assert.deepEqual(await listDirectories(admin), []);
      await finishRemovals(admin, () => false);
      await admin.store.read(async (tx) => {
        assert.deepEqual(await tx.mounts.of(source.collection, 9), []);
        assert.deepEqual(await tx.sources.list(), []);
        assert.deepEqual(await tx.mounts.declined((await accountAt(tx, 'ada@example.com')).id), []);
      });
      const again = await addDirectory(admin, { name: 'company', from: { kind: 'principals' } });
      await removeDirectory(admin, again);
      await assert.rejects(findDirectory(admin, 'company', undefined), refusal(/has no directory "company"/));
    }));

  test('does not get one that was removed while it was shown to everybody', () =>
    withDirectory(async (admin, source) => {
      await removeDirectory(admin, source);
      // Another program has read its row before.
      assert.equal(await mountEverywhere(admin, source), 0);
      await admin.store.read(async (tx) => assert.deepEqual(await tx.mounts.of(source.collection, 9), []));
    }));

  test('finds nobody who holds a directory', () =>
    withDirectory(async (admin) => {
      const addresses: string[] = [];
      for await (const page of listAccounts(admin)) addresses.push(...page.map(({ address }) => address));
      assert.deepEqual(addresses, USERS);
    }));
});

test('a directory has a name that reads well in a URL, once in its tenant, and says whose it is', () =>
  withDirectory(async (admin) => {
    const from = { kind: 'principals' } as const;
    for (const name of ['', 'Company', 'a/b', 'default', '-x']) {
      await assert.rejects(addDirectory(admin, { name, from }), refusal(/cannot be the name of a directory/));
    }
    await assert.rejects(addDirectory(admin, { name: 'company', from }), refusal(/has a directory company already/));
    await addDomain(admin, 'example.org');
    await assert.rejects(addDirectory(admin, { name: 'other', from }), refusal(/Which tenant/));
    await assert.rejects(addDirectory(admin, { name: 'other', tenant: 'exmple.org', from }), refusal(/did you mean/));
    await addDirectory(admin, { name: 'company', tenant: 'example.org', from });
    assert.deepEqual((await listDirectories(admin)).map(({ tenant }) => tenant).sort(), ['example.com', 'example.org']);
    assert.equal((await listDirectories(admin, 'example.org')).length, 1);
  }));

test('the service fills directories when they are due, shows them, and takes away what is being removed', () =>
  withDirectory(async (admin, source) => {
    let now = admin.origin().at;
    const warned: string[] = [];
    const log = { ...SILENT, warn: (message: string) => void warned.push(message) };
    const at = { ...admin, origin: () => ({ ...admin.origin(), at: now }) };
    const job = keepDirectories({ admin: at, log, everyMinutes: 60, clock: () => now, first: 2 ** 30 });
    const entries = async () => (await listDirectories(admin)).map((one) => one.entries);
    await job.run();
    assert.deepEqual(await entries(), [3]);
    assert.deepEqual(await shownTo(admin, 'ben@example.com'), ['company']);
    await addUser(admin, { address: 'new@example.com' });
    now += 3599;
    await job.run();
    assert.deepEqual(await entries(), [3]);
    now += 1;
    await job.run();
    assert.deepEqual(await entries(), [4]);
    for (const address of [...USERS, 'new@example.com']) await disable(admin, address);
    now += 3600;
    await job.run();
    assert.deepEqual(await entries(), [4]);
    assert.match(warned.join('\n'), /^the directory company is not whole, and nothing was removed from it: /);
    await admin.store.write(admin.origin(), (tx) => tx.sources.end(source.tenant, source.name));
    await job.run();
    assert.deepEqual(await admin.store.read((tx) => tx.sources.list()), []);
    await job.close();
  }));
