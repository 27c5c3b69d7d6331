import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { firstPage, nextPage } from '../../src/dav/member-pages.ts';
import { accountId, collectionId, type ObjectRecord } from '../../src/store/records.ts';

const MiB = 1024 * 1024;

function objects(count: number, size: number): readonly ObjectRecord[] {
  return Array.from({ length: count }, (_, number) => ({
    collection: { account: accountId(1), id: collectionId(1) },
    name: `${number}`,
    uid: `${number}`,
    etag: '0',
    size,
    component: 'VCARD',
    revision: 1,
    created: 0,
    modified: 0,
    properties: {},
    content: undefined,
  }));
}

describe('pages of members', () => {
  test('grow where members are small, up to the most', () => {
    assert.ok(firstPage(500) < 500);
    assert.equal(firstPage(20), 20);
    assert.equal(nextPage(objects(100, 1000), 500), 500);
    assert.equal(nextPage([], 500), 500);
    assert.equal(nextPage(objects(3, 0), 500), 500);
  });

  test('shrink where members are large, down to one', () => {
    assert.equal(nextPage(objects(100, MiB / 4), 500), 16);
    assert.equal(nextPage(objects(100, 4 * MiB), 500), 1);
    assert.equal(nextPage(objects(1, 50 * MiB), 500), 1);
  });
});
