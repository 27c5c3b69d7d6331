import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseToml } from '../../src/operations/toml.ts';
import { refusal } from './an-administration.ts';

describe('TOML files of administrators', () => {
  test('tells the line of a key, also in sections, arrays of tables and behind texts of several lines', () => {
    const file = parseToml(
      'a = 1\ntext = """\nb = 2\n"""\nb = 3\n\n[s]\n"c" = 4\nd.e = 5\n[[t]]\nx = 1\n[[t]]\ninline = { y = 1 }\n',
      'f.toml',
    );
    assert.equal(file.where(['a']), 'f.toml, line 1');
    assert.equal(file.where(['b']), 'f.toml, line 5');
    assert.equal(file.where(['s', 'c']), 'f.toml, line 8');
    assert.equal(file.where(['s', 'd', 'e']), 'f.toml, line 9');
    assert.equal(file.where(['t', 0, 'x']), 'f.toml, line 11');
    assert.equal(file.where(['t', 1, 'inline', 'y']), 'f.toml, line 13', 'the nearest line that can be told');
    assert.equal(file.where(['nothing']), 'f.toml');
  });

  test('says in which line it is no TOML, on one line', () => {
    assert.throws(() => parseToml('a = 1\nb = \n', 'f.toml'), refusal(/^f\.toml, line 2: [^\n]+\.$/));
  });

  test('keys that are special to the language are refused, not obeyed', () => {
    assert.throws(() => parseToml('__proto__ = 1\n', 'f.toml'), refusal(/^f\.toml/));
  });
});
