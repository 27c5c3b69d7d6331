/**
 * Lists of cards say which cards there are and read no photo for that. RFC 6352 section 8.6, RFC 6578 section 3.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { ObjectReader, ReadTransaction, Store } from '../../../src/store/store.ts';
import { having, multiget, query } from '../../conformance/rfc6352/bodies.ts';
import { card } from '../../support/builders.ts';
import { openTestStore } from '../../support/engine.ts';
import { inProcess } from '../../support/in-process.ts';
import { withWorld } from '../../support/world.ts';

/** Names of reads that bring the bytes of objects, as they happen. */
const seen: string[] = [];

function noted<Arguments extends readonly unknown[], Result>(
  name: string,
  read: (...given: Arguments) => Promise<Result>,
): (...given: Arguments) => Promise<Result> {
  return (...given) => {
    seen.push(name);
    return read(...given);
  };
}

function watched(objects: ObjectReader): ObjectReader {
  return {
    ...objects,
    read: noted('read', objects.read),
    readAll: noted('readAll', objects.readAll),
    readPage: noted('readPage', objects.readPage),
    matching: noted('matching', objects.matching),
  };
}

const plain = await openTestStore();
const store: Store = {
  ...plain,
  read: (work) => plain.read((tx: ReadTransaction) => work({ ...tx, objects: watched(tx.objects) })),
};
const service = await inProcess(store, {});
after(() => service.close());

test('RFC 6352 section 8.6: what does not ask for cards reads none', () =>
  withWorld(service, async ({ alice }) => {
    const path = `${alice.addressbook}a.vcf`;
    const photo = 'QUJD'.repeat(20_000);
    await alice.put(path, card({ FN: 'Ada', 'PHOTO;ENCODING=b;TYPE=JPEG': photo })).expect(201);
    seen.length = 0;
    const properties = ['D:getetag', 'D:getcontenttype', 'D:getcontentlength', 'D:resourcetype'];
    await alice.propfind(alice.addressbook, '1', properties).expectMembers([alice.addressbook, path]);
    await alice.sync(alice.addressbook, '', { properties }).expect(207);
    await alice.report(alice.addressbook, multiget([path], properties)).expectMembers([path]);
    await alice.report(alice.addressbook, query('', properties), '1').expectMembers([path]);
    await alice.head(path).expect(200);
    assert.deepEqual(seen, []);
    await alice.report(alice.addressbook, query(having('FN', 'ada'), properties), '1').expectMembers([path]);
    assert.deepEqual(seen, ['matching']);
  }));
