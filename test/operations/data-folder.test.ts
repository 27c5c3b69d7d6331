import assert from 'node:assert/strict';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareDataFolder } from '../../src/operations/data-folder.ts';
import { temporaryFolder } from '../support/engine.ts';
import { refusal } from './an-administration.ts';

test('a data folder is made for its owner alone, and refused when it is another user’s or no folder', () => {
  const folder = temporaryFolder('data');
  try {
    const data = join(folder, 'deep', 'data');
    prepareDataFolder(data);
    assert.equal(statSync(data).mode & 0o777, 0o700);
    prepareDataFolder(data);
    const owner = statSync(data).uid;
    assert.throws(() => prepareDataFolder(data, owner + 1), refusal(/belongs to another user/));
    writeFileSync(join(folder, 'file'), '');
    assert.throws(() => prepareDataFolder(join(folder, 'file')), refusal(/cannot be made/));
    assert.throws(() => prepareDataFolder(join(folder, 'file', 'below')), refusal(/a part of the path is no folder/));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
