/**
 * A sync-collection report with sync-level infinite on more collections than it follows. RFC 6578 section 3.3.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { clark } from '../../support/names.ts';
import { withWorld } from '../../support/world.ts';

/** As many as a token has room for. */
const FOLLOWED = 1_000;

const store = await openTestStore();
const service = await inProcess(store, { limits: { collections: 2 * FOLLOWED } });
after(() => service.close());

test('of more collections than are followed each is said to be synchronised at its own URL', () =>
  withWorld(service, async ({ alice }) => {
    await alice.mkcol(`${alice.files}a/`).expect(201);
    const before = (await alice.sync(alice.files, '', { level: 'infinite' }).expect(207)).multistatus();
    await store.write({ by: undefined, client: 'tests', at: 1_800_000_000 }, async (tx) => {
      const account = await tx.directory.accountByAddress(alice.address);
      const [, folder] = account === undefined ? [] : await tx.collections.along(account.id, ['files', 'a']);
      assert.ok(account !== undefined && folder !== undefined);
      const { kind, id } = folder;
      for (let i = 0; i < FOLLOWED; i++) {
        await tx.collections.add(account.id, { parent: id, name: `${i}`, kind, properties: {} });
      }
    });
    const token = before.syncToken ?? '';
    await alice.sync(alice.files, token, { level: 'infinite' }).expectPrecondition('D:valid-sync-token', 403);
    const answer = (await alice.sync(alice.files, '', { level: 'infinite' }).expect(207)).multistatus();
    const { status, conditions } = answer.at(`${alice.files}a/`);
    assert.equal(status, 403);
    assert.deepEqual(conditions, [clark('D:sync-traversal-supported')]);
    const again = await alice.sync(alice.files, answer.syncToken ?? '', { level: 'infinite' }).expectMembers([]);
    assert.ok(again.multistatus().syncToken !== undefined);
  }));
