/**
 * A collection that is moved while the body of a request comes: what the request was allowed at the old place it is not allowed at the new
 * one. Hostile cases S2, D4.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { lateBodies } from '../../support/late-body.ts';
import { XMLNS } from '../../support/names.ts';
import { withWorld } from '../../support/world.ts';

const store = await openTestStore();
const service = await inProcess(store, {});
after(() => service.close());
const late = lateBodies(store);

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
