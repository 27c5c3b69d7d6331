/**
 * An export is made while it is read: the next objects are read when the former ones have been taken.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DEFAULT_LIMITS } from '../../../src/dav/limits.ts';
import type { Method } from '../../../src/dav/method.ts';
import { standardFeatures } from '../../../src/server/features.ts';
import { card, event } from '../../support/builders.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { withWorld } from '../../support/world.ts';

const OBJECTS = 23;
const PAGE = 5;

/** What had been read of the store when each piece was taken. */
const reads: number[] = [];
const watched = (method: Method): Method => ({
  ...method,
  async handle(request, context) {
    let count = 0;
    const { store } = context;
    const counting = {
      ...store,
      read: (work: Parameters<typeof store.read>[0]) => {
        count++;
        return store.read(work);
      },
    };
    const answer = await method.handle(request, { ...context, store: Object.assign(Object.create(store), counting) });
    const { body } = answer;
    assert.ok(typeof body === 'object' && !(body instanceof Uint8Array), 'a stream');
    return {
      ...answer,
      body: (async function* () {
        for await (const piece of body) {
          reads.push(count);
          yield piece;
        }
      })(),
    };
  },
});

const features = standardFeatures().map((feature) =>
  feature.name === 'export' ? { ...feature, methods: feature.methods?.map(watched) ?? [] } : feature,
);
const service = await inProcess(await openTestStore(), {
  limits: { page: PAGE, addressObject: DEFAULT_LIMITS.addressObject },
  features,
});
after(() => service.close());

test('each page is read when the one before has been taken', () =>
  withWorld(service, async ({ alice }) => {
    for (let i = 0; i < OBJECTS; i++) await alice.put(`${alice.calendar}${i}.ics`, event()).expect(201);
    const { text } = await alice.get(`${alice.calendar}?export`).expect(200);
    assert.equal(text.match(/^BEGIN:VEVENT/gm)?.length, OBJECTS);
    const pages = Math.ceil(OBJECTS / PAGE);
    assert.deepEqual(reads, [0, ...Array.from({ length: pages }, (_, i) => i + 1), pages]);
  }));

test('RFC 6350 section 3.2: of address books too, and with large cards few at a time', () =>
  withWorld(service, async ({ alice }) => {
    reads.length = 0;
    const PHOTO = `data:image/png;base64,${'QUJD'.repeat(500_000)}`;
    for (let i = 0; i < PAGE + 3; i++) {
      await alice.put(`${alice.addressbook}${i}.vcf`, card({ VERSION: '4.0', PHOTO })).expect(201);
    }
    const { text } = await alice.get(`${alice.addressbook}?export`).expect(200);
    assert.equal(text.match(/^BEGIN:VCARD/gm)?.length, PAGE + 3);
    // The first page is of the usual size; then it is known how large they are.
    assert.deepEqual(reads, [1, 2, 3]);
  }));
