/**
 * Members that keep a request from being done: 207 names them, and nothing has happened. RFC 4918 section 9.6.1, RFC 4918 section 9.8.5.
 */
import assert from 'node:assert/strict';
import type { Answer } from '../../support/answer.ts';
import { event } from '../../support/builders.ts';
import { type Client, lockToken } from '../../support/client.ts';
import { must } from '../../support/conformance.ts';

/** Folders and files: `a/`, `a/b/`, `a/1`, `a/b/2`. */
async function tree(alice: Client, top: string): Promise<readonly string[]> {
  const paths = ['', 'b/', '1', 'b/2'].map((name) => `${alice.files}${top}/${name}`);
  for (const path of paths) await (path.endsWith('/') ? alice.mkcol(path) : alice.put(path, path)).expect(201);
  return paths;
}

function locked(answer: Answer, hrefs: readonly string[]): void {
  const { responses } = answer.multistatus();
  assert.deepEqual([...responses.values()].map(({ href }) => href).sort(), [...hrefs].sort());
  for (const { status, conditions } of responses.values()) {
    assert.equal(status, 423);
    assert.deepEqual(conditions, ['{DAV:}lock-token-submitted']);
  }
}

must('RFC 4918 section 9.6.1', 'DELETE names each locked member, and deletes nothing', async ({ alice }) => {
  const all = await tree(alice, 'a');
  const [top, folder, one, two] = all;
  const tokens = [lockToken(await alice.lock(one!).expect(200)), lockToken(await alice.lock(two!).expect(200))];
  locked(await alice.delete(top!).expect(207), [one!, two!]);
  locked(await alice.delete(folder!).expect(207), [two!]);
  locked(await alice.delete(top!, { If: `<${one}> (<${tokens[0]}>)` }).expect(207), [two!]);
  await alice.propfind(top!, 'infinity', ['D:getetag']).expectMembers(all);
  const given = `<${one}> (<${tokens[0]}>) <${two}> (<${tokens[1]}>)`;
  await alice.delete(top!, { If: given }).expect(204);
});

must('RFC 4918 section 9.6.1', 'DELETE of a calendar with a locked event is no exception', async ({ alice }) => {
  const calendar = await alice.newCalendar('work');
  await alice.put(`${calendar}a.ics`, event()).expect(201);
  await alice.put(`${calendar}b.ics`, event()).expect(201);
  const kept = `${calendar}kept.ics`;
  await alice.lock(`${calendar}a.ics`).expect(200);
  await alice.lock(kept).expect(201);
  locked(await alice.delete(calendar).expect(207), [`${calendar}a.ics`, kept]);
  await alice.get(`${calendar}b.ics`).expect(200);
});

must('RFC 4918 section 9.9.4', 'MOVE names locked members at both ends, and moves nothing', async ({ alice }) => {
  const from = await tree(alice, 'from');
  const to = await tree(alice, 'to');
  const source = lockToken(await alice.lock(from[3]!).expect(200));
  await alice.lock(to[2]!).expect(200);
  const headers = { If: `<${from[3]}> (<${source}>)` };
  locked(await alice.move(from[0]!, to[0]!).expect(207), [from[3]!, to[2]!]);
  locked(await alice.move(from[0]!, to[0]!, headers).expect(207), [to[2]!]);
  await alice.propfind(from[0]!, 'infinity', ['D:getetag']).expectMembers(from);
  await alice.propfind(to[0]!, 'infinity', ['D:getetag']).expectMembers(to);
  await alice.move(from[0]!, `${alice.files}free/`, headers).expect(201);
});

must(
  'RFC 4918 section 9.8.5',
  'COPY names locked members at the destination, and copies nothing',
  async ({ alice }) => {
    const from = await tree(alice, 'from');
    const to = await tree(alice, 'to');
    await alice.lock(from[2]!).expect(200);
    await alice.lock(to[3]!).expect(200);
    locked(await alice.copy(from[0]!, to[0]!).expect(207), [to[3]!]);
    await alice.get(to[2]!).expect(200).expectText('/to/');
    await alice.copy(from[0]!, `${alice.files}free/`).expect(201);
  },
);

must('RFC 4918 section 9.8.5', 'what itself is locked answers 423, and not 207', async ({ alice }) => {
  const from = await tree(alice, 'from');
  const to = await tree(alice, 'to');
  await alice.lock(to[0]!, { depth: '0' }).expect(200);
  await alice.lock(to[2]!).expect(200);
  const condition = 'D:lock-token-submitted';
  await alice.copy(from[0]!, to[0]!).expectPrecondition(condition, 423);
  await alice.delete(to[0]!).expectPrecondition(condition, 423);
});
