/**
 * The storage contract, part: the search of the directory.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collation } from '../../src/formats/collation.ts';
import type { AccountId, TenantId } from '../../src/store/records.ts';
import type { DirectorySearch } from '../../src/store/store.ts';
import type { NewPlace, World } from './world.ts';
import { inWorld } from './world.ts';

async function person(
  { write, tenant }: World,
  displayName: string,
  address: string,
  given: { readonly aliases?: readonly string[]; readonly tenant?: TenantId } = {},
): Promise<AccountId> {
  const added = await write((tx) =>
    tx.directory.addAccount({
      ...{ tenant, kind: 'individual', address, aliases: [], displayName, passwordHash: undefined, ...given },
    }),
  );
  return added.id;
}

type Page = { readonly after?: AccountId; readonly limit: number };

/** Addresses, without their domain, that a search finds. */
function finder({ store, tenant }: World) {
  return async (test: DirectorySearch['test'], texts: readonly string[], page: Page = { limit: 99 }) => {
    const found = await store.read((tx) => tx.directory.matching({ tenant, test, texts }, page));
    return found.map((account) => account.address.slice(0, account.address.lastIndexOf('@')));
  };
}

export function directorySearchContract(place: NewPlace): void {
  describe('search of the directory', () => {
    test(
      'finds parts of names and addresses, whatever their case, and no other tenant’s',
      inWorld(place, async (here) => {
        const { write } = here;
        const other = (await write((tx) => tx.directory.addTenant('other'))).id;
        await person(here, 'Robert Müller', 'bob@example.com', { aliases: ['director@example.com'] });
        await person(here, 'Straße 7', 'room@example.com');
        await person(here, 'Robert Other', 'robert@example.org', { tenant: other });
        const find = finder(here);
        assert.deepEqual(await find('anyof', ['ROBERT']), ['bob']);
        assert.deepEqual(await find('anyof', ['bert mü']), ['bob']);
        assert.deepEqual(await find('anyof', ['irecto']), ['bob']);
        assert.deepEqual(await find('anyof', ['raße']), ['room']);
        assert.deepEqual(await find('anyof', ['bertha']), []);
        assert.deepEqual(await find('anyof', ['@EXAMPLE.com']), ['ann', 'bob', 'room']);
        // Folded already, or not: as RFC 5051 folds, and what it leaves to be folded again.
        const fold = collation('i;unicode-casemap')?.fold;
        assert.deepEqual(await find('anyof', [fold?.('müller') ?? '']), ['bob']);
        await person(here, 'ﬁsher', 'fish@example.com');
        for (const text of ['ﬁsh', 'FIS', fold?.('ﬁsh') ?? '']) assert.deepEqual(await find('anyof', [text]), ['fish']);
      }),
    );

    test(
      'finds one or two characters where a word begins',
      inWorld(place, async (here) => {
        await person(here, 'Eva-Maria Élan (boss)', 'q@example.com');
        await person(here, '山田太郎', 'z@example.com');
        const find = finder(here);
        for (const text of ['e', 'ev', 'M', 'ma', 'é', 'Él', 'b', '(b', 'q', 'co', ' e']) {
          assert.ok((await find('anyof', [text])).includes('q'), text);
        }
        for (const text of ['v', 'va', 'ar', 'os']) assert.deepEqual(await find('anyof', [text]), [], text);
        for (const text of ['山', '山田', '太郎', '郎']) assert.deepEqual(await find('anyof', [text]), ['z'], text);
      }),
    );

    test(
      'any or all of several texts; none are everybody',
      inWorld(place, async (here) => {
        await person(here, 'Robert Brown', 'bob@example.com');
        await person(here, 'Roberta Black', 'eve@example.com');
        const find = finder(here);
        assert.deepEqual(await find('anyof', ['brown', 'black', 'brown']), ['bob', 'eve']);
        assert.deepEqual(await find('allof', ['robert', 'black']), ['eve']);
        assert.deepEqual(await find('allof', ['robert', 'b']), ['bob', 'eve']);
        assert.deepEqual(await find('allof', ['brown', 'black']), []);
        assert.deepEqual(await find('allof', ['', 'black']), ['eve']);
        for (const test of ['anyof', 'allof'] as const) {
          assert.deepEqual(await find(test, []), ['ann', 'bob', 'eve']);
          assert.deepEqual(await find(test, ['']), ['ann', 'bob', 'eve']);
        }
        const many = Array.from({ length: 40 }, (_, at) => `nobody ${at}`);
        assert.deepEqual(await find('allof', many), []);
        assert.ok((await find('anyof', [...many, 'brown'])).includes('bob'));
        assert.ok(
          (await find('allof', [...Array.from({ length: 40 }, (_, at) => 'brown'.slice(0, 1 + (at % 5)))])).includes(
            'bob',
          ),
        );
        assert.deepEqual(await find('anyof', ['\0', 'bla\0', '\ud83d', 'x'.repeat(5000)]), []);
      }),
    );

    test(
      'answers in pages in order of number',
      inWorld(place, async (here) => {
        const ids: AccountId[] = [];
        for (let at = 0; at < 7; at += 1) ids.push(await person(here, `Robert ${at}`, `${9 - at}@example.com`));
        const find = finder(here);
        assert.deepEqual(await find('anyof', ['robert', 'rob'], { limit: 3 }), ['9', '8', '7']);
        assert.deepEqual(await find('allof', ['robert', 'rob'], { limit: 3, after: ids[2]! }), ['6', '5', '4']);
        assert.deepEqual(await find('anyof', ['robert'], { limit: 3, after: ids[5]! }), ['3']);
        assert.deepEqual(await find('anyof', [], { limit: 2, after: ids[4]! }), ['4', '3']);
      }),
    );

    test(
      'follows changes',
      inWorld(place, async (here) => {
        const { write } = here;
        const id = await person(here, 'Robert Brown', 'bob@example.com', { aliases: ['old@example.com'] });
        const find = finder(here);
        await write((tx) => tx.directory.updateAccount(id, { displayName: 'Robert Black' }));
        assert.deepEqual(await find('anyof', ['brown']), []);
        assert.deepEqual(await find('anyof', ['black']), ['bob']);
        assert.deepEqual(await find('anyof', ['old@']), ['bob']);
        await write((tx) => tx.directory.updateAccount(id, { aliases: ['new@example.com'] }));
        assert.deepEqual(await find('anyof', ['old@', 'ol']), []);
        assert.deepEqual(await find('anyof', ['new@']), ['bob']);
        await write((tx) => tx.directory.removeAccount(id));
        assert.deepEqual(await find('anyof', ['black', 'bl', 'new@']), []);
      }),
    );

    test(
      'finds what is too long to be kept, always',
      inWorld(place, async (here) => {
        const { write } = here;
        const varied = Array.from({ length: 1500 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join('');
        const id = await person(here, `Long ${'x'.repeat(5000)}`, 'long@example.com');
        await person(here, varied, 'varied@example.com');
        const find = finder(here);
        assert.deepEqual(await find('anyof', ['xxxxx']), ['long']);
        assert.ok((await find('anyof', [varied.slice(700, 710)])).includes('varied'));
        assert.ok((await find('allof', [varied.slice(700, 702), 'varied'])).includes('varied'));
        assert.deepEqual(await find('anyof', ['ann']), ['ann', 'long']);
        await write((tx) => tx.directory.updateAccount(id, { displayName: 'Short' }));
        assert.deepEqual(await find('anyof', ['xxxxx']), []);
        assert.deepEqual(await find('anyof', ['short']), ['long']);
      }),
    );
  });
}
