/**
 * Lists of whole trees of folders. RFC 4918 section 9.1.
 */
import assert from 'node:assert/strict';
import type { Client } from '../../support/client.ts';
import { must, should } from '../../support/conformance.ts';
import { TEST_LIMITS } from '../../support/service.ts';

/** Makes folders and files, each above those in it, and gives their paths. */
async function tree(alice: Client, names: readonly string[]): Promise<readonly string[]> {
  for (const name of names) {
    if (name.endsWith('/')) await alice.mkcol(alice.files + name).expect(201);
    else await alice.put(alice.files + name, name).expect(201);
  }
  return names.map((name) => alice.files + name);
}

const NAMES = ['a/', 'a/b/', 'a/b/c/', 'a/b/c/1', 'a/b/2', 'a/b/3', 'a/4', 'd/', 'e/', 'e/f/', 'e/f/5', '6'];

must('RFC 4918 section 9.1', 'with Depth infinity each resource below stands in the answer once', async ({ alice }) => {
  const paths = await tree(alice, NAMES);
  await alice.propfind(alice.files, 'infinity', ['D:getetag']).expectMembers([alice.files, ...paths]);
  const inA = paths.filter((path) => path.startsWith(`${alice.files}a/`));
  await alice.propfind(`${alice.files}a/`, 'infinity', ['D:getetag']).expectMembers(inA);
  await alice.propfind(`${alice.files}6`, 'infinity', ['D:getetag']).expectMembers([`${alice.files}6`]);
  const service = await alice.propfind('/files/', 'infinity', ['D:getetag']);
  assert.equal(service.multistatus().responses.size, paths.length + 2);
});

must('RFC 8144 section 4', 'with depth-noroot only the resource itself is left out', async ({ alice }) => {
  const paths = await tree(alice, NAMES);
  const noRoot = { Prefer: 'depth-noroot' };
  await alice.propfind(alice.files, 'infinity', ['D:getetag'], noRoot).expectMembers(paths);
  await alice
    .propfind(alice.files, '1', ['D:getetag'], noRoot)
    .expectMembers(['a/', 'd/', 'e/', '6'].map((name) => alice.files + name));
});

should(
  'RFC 4918 section 9.1.1',
  'a tree that is too large is refused with propfind-finite-depth',
  async ({ alice }) => {
    const most = TEST_LIMITS.infinityMembers;
    const folders = ['a/', 'a/b/', 'a/b/c/'];
    await tree(alice, folders);
    // With the home and the folders just as many as are answered.
    const files = most - folders.length - 1;
    await Promise.all(
      Array.from({ length: files }, (_, i) => alice.put(`${alice.files}${folders[i % 3]}${i}`, '').expect(201)),
    );
    const whole = await alice.propfind(alice.files, 'infinity', ['D:getetag']).expect(207);
    assert.equal(whole.multistatus().responses.size, most);
    await alice.mkcol(`${alice.files}one-more/`).expect(201);
    await alice.propfind(alice.files, 'infinity').expectPrecondition('D:propfind-finite-depth', 403);
    await alice.propfind(`${alice.files}a/`, 'infinity').expect(207);
    await alice.propfind(alice.files, '1').expect(207);
  },
);
