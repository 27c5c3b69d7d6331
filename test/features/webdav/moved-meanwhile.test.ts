/**
 * A collection that is moved while the body of a request comes: what the request was allowed at the old place it is not allowed at the new
 * one. Hostile cases S2, D4.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { after, test } from 'node:test';
import { DEFAULT_LIMITS } from '../../../src/dav/limits.ts';
import { wholeRequest } from '../../../src/dav/whole-request.ts';
import { standardFeatures } from '../../../src/server/features.ts';
import { SILENT } from '../../../src/server/log.ts';
import { createService } from '../../../src/server/service.ts';
import type { Client } from '../../support/client.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { XMLNS } from '../../support/names.ts';
import { withWorld } from '../../support/world.ts';

const store = await openTestStore();
const service = await inProcess(store, {});
after(() => service.close());
const slow = createService({
  store,
  features: standardFeatures(),
  limits: DEFAULT_LIMITS,
  realm: 'Davit',
  log: SILENT,
});

/** The status of a request in the name of the client, before whose body something happens. */
async function late(
  client: Client,
  [method, path, text, headers = {}]: readonly [string, string, string, Readonly<Record<string, string>>?],
  meanwhile: () => Promise<unknown>,
): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${client.address}:${client.password}`).toString('base64')}`;
  const origin = 'https://dav.example.com';
  const request = wholeRequest({ method, target: path, headers: { authorization, ...headers }, origin }, text);
  const { status } = await slow.handle({
    ...request,
    async body(limit) {
      await meanwhile();
      return request.body(limit);
    },
    async *stream(limit) {
      await meanwhile();
      yield* request.stream(limit);
    },
  });
  return status;
}

const set = `<D:propertyupdate ${XMLNS}><D:set><D:prop><X:a>1</X:a></D:prop></D:set></D:propertyupdate>`;
const lockinfo = `<D:lockinfo ${XMLNS}><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>`;

test('S2 what is moved out of a shared folder while a body comes is out of reach', () =>
  withWorld(service, async ({ alice, bob }) => {
    const [shared, hidden] = [`${alice.files}shared/`, `${alice.files}private/`];
    for (const folder of [shared, hidden, `${shared}proj/`, `${shared}proj/y/`]) await alice.mkcol(folder).expect(201);
    await alice.put(`${shared}proj/y/a.txt`, 'mine').expect(201);
    await alice.put(`${shared}proj/y/b.txt`, 'mine').expect(201);
    await bob.options(bob.calendar).expect(200);
    await alice.acl(shared, [[bob.principal, 'D:all']]).expect(200);
    const ace = `<D:ace><D:principal><D:href>${bob.principal}</D:href></D:principal><D:grant><D:privilege><D:all/></D:privilege></D:grant></D:ace>`;
    const requests = [
      ['PUT', `${shared}proj/y/a.txt`, 'theirs'],
      ['PUT', `${shared}proj/y/new.txt`, 'theirs'],
      ['ACL', `${shared}proj/y/`, `<D:acl ${XMLNS}>${ace}</D:acl>`],
      ['MKCOL', `${shared}proj/y/new/`, `<D:mkcol ${XMLNS}/>`],
      ['PROPPATCH', `${shared}proj/y/`, set],
      ['PROPPATCH', `${shared}proj/y/a.txt`, set],
      ['LOCK', `${shared}proj/y/`, lockinfo],
      ['LOCK', `${shared}proj/y/a.txt`, lockinfo],
      ['LOCK', `${shared}proj/y/name.txt`, lockinfo],
      ['POST', `${shared}proj/y/?action=add-member`, 'theirs'],
    ] as const;
    for (const request of requests) {
      const status = await late(bob, request, () => alice.move(`${shared}proj/`, `${hidden}proj/`).expect(201));
      assert.ok(status === 404 || status === 409, `${request[0]} ${request[1]}: ${status}`);
      await alice.move(`${hidden}proj/`, `${shared}proj/`).expect(201);
    }
    const kept = [`${shared}proj/y/`, `${shared}proj/y/a.txt`, `${shared}proj/y/b.txt`];
    await alice.propfind(`${shared}proj/y/`, '1', ['D:getetag']).expectMembers(kept);
    await alice.get(`${shared}proj/y/a.txt`).expectText('mine');
    await alice.propfind(`${shared}proj/y/`, '0', ['X:a']).expectProperties(`${shared}proj/y/`, { 'X:a': undefined });
    await alice.put(`${shared}proj/y/name.txt`, 'mine').expect(201);
  }));
