/**
 * The commands for directories, as an administrator types them.
 */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { temporaryFolder } from '../support/engine.ts';
import { davit } from './a-terminal.ts';

const folder = temporaryFolder('cli-directories');

after(() => rmSync(folder, { recursive: true }));

/** Runs what must go well and answers what it prints. */
async function well(...args: readonly string[]): Promise<string> {
  const { code, out, error } = await davit(folder, args);
  assert.deepEqual({ code, error }, { code: 0, error: '' });
  return out;
}

/** Runs what must fail, and say why. */
async function refused(reason: RegExp, ...args: readonly string[]): Promise<string> {
  const { code, out, error } = await davit(folder, args);
  assert.notEqual(code, 0);
  assert.match(error, reason);
  return out;
}

const LDAP = ['--from', 'ldap', '--base', 'dc=example,dc=com'];

before(async () => {
  await well('domain', 'add', 'example.com');
  await well('domain', 'add', 'example.org');
  for (const user of ['jane@example.com', 'sam@example.com']) await well('user', 'add', user, '--no-password');
});

describe('davit directory', () => {
  test('says how to begin where there is nothing', async () => {
    assert.match(await well('directory', 'list'), /There are no directories yet.*davit directory add/);
    assert.equal(await well('directory', 'list', '--json'), '[]\n');
    assert.match(await well('user', 'directory', 'sam@example.com'), /There is no directory for sam@example\.com/);
  });

  test('add says what is missing or does not belong together, and adds nothing', async () => {
    const add = (reason: RegExp, ...args: readonly string[]) => refused(reason, 'directory', 'add', 'staff', ...args);
    await add(/What fills it\?/, '--tenant', 'example.com');
    await add(/Allowed choices are principals, ldap/, '--from', 'csv');
    await add(/Which tenant\?/, '--from', 'principals');
    await add(/Flags of LDAP need --from ldap/, '--from', 'principals', '--url', 'ldaps://ldap.example.com');
    await add(/--url ldaps:\/\/HOST and --base DN/, '--from', 'ldap', '--url', 'ldaps://ldap.example.com');
    await add(/is not a URL/, ...LDAP, '--url', 'https://ldap.example.com');
    await add(/belong together/, ...LDAP, '--url', 'ldaps://ldap.example.com', '--bind-dn', 'cn=x');
    await add(/this machine itself/, ...LDAP, '--url', 'ldap://ldap.example.com', '--no-tls');
    await add(/no field of a card/, ...LDAP, '--url', 'ldaps://ldap.example.com', '--attribute', 'shoe=size');
    assert.equal(await well('directory', 'list', '--json'), '[]\n');
  });

  test('one of the users is filled, listed, filled again and removed', async () => {
    const where = ['--tenant', 'example.com'];
    assert.equal(
      await well('directory', 'add', 'staff', '--from', 'principals', '--title', 'Our staff', ...where),
      'Added the directory staff.\nadded     jane (jane@example.com)\nadded     sam (sam@example.com)\n' +
        '2 cards added, 0 changed, 0 removed, 0 as before.\n',
    );
    assert.match(
      await well('directory', 'list'),
      /^DIRECTORY +TENANT +TITLE +FROM +CARDS +FILLED +FAULT\nstaff +example\.com +Our staff +principals +2 +\d{4}-/,
    );
    const [listed] = JSON.parse(await well('directory', 'list', '--json', ...where));
    assert.deepEqual([listed.name, listed.entries, listed.fault, listed.filled], ['staff', 2, '', listed.tried]);
    await well('user', 'disable', 'sam@example.com');
    const report = JSON.parse(await well('directory', 'sync', 'staff', '--json', ...where));
    assert.deepEqual([report.removed, report.unchanged, report.fault], [{ count: 1, names: ['sam'] }, 1, null]);
    await refused(/no directory "stuff"; did you mean staff\?/, 'directory', 'sync', 'stuff', ...where);
    assert.equal(await well('user', 'directory', 'jane@example.com', 'staff', 'hidden'), 'staff is hidden.\n');
    assert.deepEqual(JSON.parse(await well('user', 'directory', 'jane@example.com', '--json')), [
      { name: 'staff', shownAs: null },
    ]);
    await refused(/shown or hidden/, 'user', 'directory', 'jane@example.com', 'staff');
    assert.equal(await well('user', 'directory', 'jane@example.com', 'staff', 'shown'), 'staff is shown as staff.\n');
    await refused(/--yes/, 'directory', 'remove', 'staff', ...where);
    assert.equal(await well('directory', 'remove', 'staff', '--yes', ...where), 'Removed the directory staff.\n');
  });

  test('one that cannot be filled is there, says why, and is tried again', async () => {
    const url = ['--url', 'ldap://127.0.0.1:1', '--no-tls'];
    const out = await refused(
      /staff is not whole.*127\.0\.0\.1:1/,
      'directory',
      'add',
      'staff',
      '--tenant',
      'example.com',
      ...LDAP,
      ...url,
    );
    assert.match(out, /^Added the directory staff\./);
    const [listed] = JSON.parse(await well('directory', 'list', '--json'));
    assert.deepEqual([listed.entries, listed.filled], [0, null]);
    assert.match(listed.fault, /^127\.0\.0\.1:1: /);
  });

  test('one of users who look up only whom they know says what that means', async () => {
    await well('tenant', 'set', 'example.org', '--directory', 'acquaintances');
    const said = await well('directory', 'add', 'all', '--from', 'principals', '--tenant', 'example.org');
    assert.match(said, /shows all users of the tenant to one another/);
  });
});
