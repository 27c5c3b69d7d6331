/**
 * `npm run documents`: writes the documents that are computed from declarations: `docs/configuration.md` from the settings,
 * `docs/properties.md` from the features. With `--check` it writes nothing and fails when one is not what it would write.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationDocument } from '../src/server/config.ts';
import { standardFeatures } from '../src/server/features.ts';
import { declarationsDocument } from './declarations-document.ts';
import { ROOT } from './run-tests.ts';

const DOCUMENTS: Readonly<Record<string, () => string>> = {
  'docs/configuration.md': configurationDocument,
  'docs/properties.md': () => declarationsDocument(standardFeatures()),
};

const check = process.argv.includes('--check');
for (const [path, make] of Object.entries(DOCUMENTS)) {
  const file = join(ROOT, path);
  const fresh = make();
  if (existsSync(file) && readFileSync(file, 'utf8') === fresh) continue;
  if (check) {
    console.log(`${path} is not what the declarations say: run \`npm run documents\` and commit it`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, fresh);
    console.log(`${path} is written`);
  }
}
