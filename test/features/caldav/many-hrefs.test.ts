/**
 * calendar-multiget in batches as large as clients send them. RFC 4791 section 7.9.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { multiget } from '../../conformance/rfc4791/queries.ts';
import { event } from '../../support/builders.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { clark } from '../../support/names.ts';
import { withWorld } from '../../support/world.ts';

const store = await openTestStore();
const service = await inProcess(store, { limits: { hrefs: 1000 } });
after(() => service.close());

test('RFC 4791 section 7.9: a thousand hrefs are answered in their order, each with what is there', () =>
  withWorld(service, async ({ alice }) => {
    const there = Array.from({ length: 60 }, (_, i) => `${alice.calendar}${i * 17}.ics`);
    for (const path of there) await alice.put(path, event()).expect(201);
    const hrefs = Array.from({ length: 1000 }, (_, i) => `${alice.calendar}${i}.ics`);
    const answer = await alice.report(alice.calendar, multiget(hrefs)).expect(207);
    const { responses } = answer.multistatus();
    assert.deepEqual([...responses.keys()], hrefs);
    const found = [...responses.values()].filter(({ status }) => status !== 404);
    assert.equal(found.length, hrefs.filter((href) => there.includes(href)).length);
    for (const { properties } of found) {
      assert.equal(properties.get(clark('D:getetag'))?.status, 200);
      assert.equal(properties.get(clark('C:calendar-data'))?.status, 200);
    }
  }));
