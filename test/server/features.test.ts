import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue } from '../../src/dav/catalogue.ts';
import { standardFeatures } from '../../src/server/features.ts';

test('homes for plain files are there unless they are switched off, and all else stays', () => {
  const homes = (choice: { readonly files?: boolean }): readonly string[] => [
    ...catalogue(standardFeatures(choice)).homes.keys(),
  ];
  assert.ok(homes({}).includes('files'));
  assert.deepEqual(
    homes({ files: false }),
    homes({}).filter((segment) => segment !== 'files'),
  );
});
