/**
 * POST that makes a member, while others write. RFC 5995 section 3.2.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Store } from '../../src/store/store.ts';
import { event } from '../support/builders.ts';
import { openTestStore } from '../support/engine.ts';
import { inProcess } from '../support/in-process.ts';
import { withWorld } from '../support/world.ts';

let beforeWrite: (() => Promise<void>) | undefined;
const opened = await openTestStore();
const store: Store = {
  ...opened,
  async write(origin, work) {
    const before = beforeWrite;
    beforeWrite = undefined;
    await before?.();
    return opened.write(origin, work);
  },
};
const service = await inProcess(store, {});
after(() => service.close());

test('RFC 4918 section 10.4: conditions on the collection hold when the member is made', () =>
  withWorld(service, async ({ alice }) => {
    const token = (await alice.sync(alice.calendar, '')).multistatus().syncToken ?? '';
    const post = () =>
      alice.request('POST', `${alice.calendar}?action=add-member`, {
        headers: { 'Content-Type': 'text/calendar', If: `<${alice.calendar}> (<${token}>)` },
        body: event(),
      });
    beforeWrite = async () => {
      await alice.put(`${alice.calendar}quicker.ics`, event()).expect(201);
    };
    await post().expect(412);
    assert.equal(beforeWrite, undefined);
    await alice
      .propfind(alice.calendar, '1', ['D:getetag'])
      .expectMembers([alice.calendar, `${alice.calendar}quicker.ics`]);
  }));
