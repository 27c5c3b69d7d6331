import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isUsable, placeOf, stateIn, syncToken, tokenOf } from '../../../src/features/collection-sync/token.ts';
import { accountId, type CollectionRecord, collectionId } from '../../../src/store/records.ts';

const EPOCH = 'k3x9';

function collection(changes: Partial<CollectionRecord> = {}): CollectionRecord {
  return {
    account: accountId(1),
    id: collectionId(4),
    parent: collectionId(0),
    name: 'calendars',
    kind: 'calendar-home',
    revision: 1_000_000,
    prunedTo: 0,
    parentRevision: 0,
    properties: {},
    created: 0,
    modified: 0,
    shared: false,
    ...changes,
  };
}

const progress = fc
  .tuple(fc.nat(1_000_000), fc.nat(1_000_000))
  .map(([a, b]) => ({ members: Math.min(a, b), removals: Math.max(a, b) }));
const below = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: 2 ** 40 }).map(collectionId),
    progress,
    place: fc.string().map((name) => placeOf([name])),
  }),
);

describe('RFC 6578 section 4: sync tokens', () => {
  test('a token is a URI and says what went into it', () => {
    fc.assert(
      fc.property(progress, fc.option(below, { nil: undefined }), (own, entries) => {
        const state = { own, below: entries?.map((one) => ({ id: one.id, place: one.place, ...one.progress })) };
        const token = tokenOf(EPOCH, collection(), state);
        assert.ok(URL.canParse(token), token);
        assert.deepEqual(stateIn(token, EPOCH, collection()), state);
      }),
    );
  });

  test('the token of a collection by itself is that of a client which has all of it', () => {
    const own = { members: 17, removals: 17 };
    const token = syncToken(EPOCH, collection({ revision: 17 }));
    assert.equal(token, 'data:,k3x9-1-4-17');
    assert.equal(tokenOf(EPOCH, collection(), { own, below: undefined }), token);
    assert.deepEqual(stateIn(token, EPOCH, collection()), { own, below: undefined });
  });

  test('what was written by nobody here says nothing', () => {
    const bad = [
      '',
      'data:,',
      'data:,k3x9-1-4-',
      'data:,k3x9-1-4-x',
      'data:,k3x9-1-4-1x',
      'data:,k3x9-1-4--1',
      'data:,k3x9-1-4-1.',
      'data:,k3x9-1-4-1.2.3',
      'data:,k3x9-1-4-1;x',
      'data:,k3x9-1-4-1;5.2a',
      'data:,k3x9-1-4-1;5.2a.toolong',
      'data:,k3x9-1-4-1;5.2a.1.1.abcdef',
      'data:,other-1-4-1',
      'data:,k3x9-2-4-1',
      'data:,k3x9-1-5-1',
      `data:,k3x9-1-4-1;${'5.2a.abcdef;'.repeat(20_000)}`,
    ];
    for (const token of bad) assert.equal(stateIn(token, EPOCH, collection()), undefined, token.slice(0, 60));
    fc.assert(
      fc.property(fc.string(), (text) => {
        const state = stateIn(`data:,k3x9-1-4-${text}`, EPOCH, collection());
        assert.ok(state === undefined || state.own.members <= 1_000_000);
      }),
    );
  });

  test('a token from the future, or from before what is pruned, says nothing', () => {
    const at = (revision: number, prunedTo: number) => collection({ revision, prunedTo });
    const own = (members: number, removals: number) =>
      stateIn(tokenOf(EPOCH, collection(), { own: { members, removals }, below: undefined }), EPOCH, at(20, 10));
    assert.equal(own(21, 21), undefined);
    assert.equal(own(20, 21), undefined);
    assert.equal(own(9, 9), undefined);
    assert.ok(own(10, 10) !== undefined);
    assert.ok(own(20, 20) !== undefined);
    // A first sync that is under way needs no removal from before it began.
    assert.ok(own(3, 10) !== undefined);
    assert.equal(isUsable({ members: 3, removals: 9 }, at(20, 10)), false);
  });

  test('a place is six characters, the same for the same path', () => {
    assert.match(placeOf(['a', 'b']), /^[\w-]{6}$/);
    assert.equal(placeOf(['a', 'b']), placeOf(['a', 'b']));
    assert.notEqual(placeOf(['a', 'b']), placeOf(['b', 'a']));
  });
});
