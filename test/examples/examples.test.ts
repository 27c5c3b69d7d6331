/**
 * The examples are whole programs; each runs as whoever reads it would run it, and says what its comments promise.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runProgram } from '../support/program.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'examples');

/** What each prints, piece by piece, in this order. */
const SAYS: Readonly<Record<string, readonly RegExp[]>> = {
  'embed.ts': [/^PUT 201$/m, /^GET 200 text\/calendar; charset=utf-8; component=vevent, the same octets$/m],
  'own-authenticator.ts': [
    /^no token: 401$/m,
    /^a made-up token: 401$/m,
    /^a token over plain HTTP: 403$/m,
    /^the token of Ada: 200$/m,
    /^the token of Ada, disabled: 401$/m,
  ],
  'add-a-feature.ts': [
    /^PROPPATCH 207$/m,
    /<x1:cost-centre xmlns:x1="https:\/\/example\.com\/ns\/"\/>.*HTTP\/1\.1 200 OK/,
    /^PROPFIND 207$/m,
    /<x1:cost-centre xmlns:x1="https:\/\/example\.com\/ns\/">Research<\/x1:cost-centre>/,
    /<d:report><cal:calendar-query\/><\/d:report>.*<d:report><x1:tally xmlns:x1="https:\/\/example\.com\/ns\/"\/>/,
    /^PUT 201$/m,
    /^REPORT 200$/m,
    /<x1:objects>VEVENT 1<\/x1:objects>/,
  ],
};

describe('the examples', () => {
  test('are all run here', () => {
    const programs = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
    assert.deepEqual(programs.toSorted(), Object.keys(SAYS).toSorted());
  });

  for (const [name, pieces] of Object.entries(SAYS)) {
    test(`${name} does what it says`, async () => {
      const { code, out, said } = await runProgram(process.execPath, [join(FOLDER, name)]);
      assert.equal(code, 0, said);
      assert.equal(said, out, 'nothing goes to standard error');
      let rest = out;
      for (const piece of pieces) {
        const at = rest.search(piece);
        assert.notEqual(at, -1, `${piece} is not in, or not in its place:\n${said}`);
        rest = rest.slice(at);
      }
    });
  }
});
