/**
 * The commands for groups, administrators, tenants, quotas and locks, as an administrator types them.
 */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { accountAt } from '../../src/operations/accounts.ts';
import { openSqliteStore } from '../../src/store/sqlite/database.ts';
import { temporaryFolder } from '../support/engine.ts';
import { commandLine } from './a-terminal.ts';

const folder = temporaryFolder('cli-administering');

after(() => rmSync(folder, { recursive: true }));

const { run, well, refused } = commandLine(folder);

before(async () => {
  await well('domain add example.com');
  await well('domain add example.org');
  for (const user of ['jane@example.com', 'sam@example.com', 'eve@example.org'])
    await well(`user add ${user} --no-password`);
});

describe('davit group', () => {
  test('says how to begin where there is nothing', async () => {
    assert.match(await well('group list'), /There are no groups yet.*davit group add/);
    assert.equal(await well('group list --json'), '[]\n');
    assert.match(
      await well('group add Team@example.com --name Team --alias crew@example.com'),
      /^Added the group team@example\.com\. .*davit group member add team@example\.com/,
    );
    assert.match(await well('group member list team@example.com'), /team@example\.com has no members yet/);
    await refused('group add team@example.com', /is taken/);
  });

  test('members come, are listed and counted, and go', async () => {
    assert.equal(
      await well('group member add team@example.com jane@example.com sam@example.com'),
      'jane@example.com and sam@example.com are members of team@example.com now.\n',
    );
    await well('group add all@example.com');
    assert.equal(
      await well('group member add all@example.com team@example.com'),
      'team@example.com is a member of all@example.com now.\n',
    );
    assert.equal(
      await well('group member add all@example.com team@example.com jane@example.com'),
      'jane@example.com is a member of all@example.com now.\nteam@example.com was one already.\n',
    );
    assert.equal(
      await well('group list'),
      [
        'ADDRESS           NAME  MEMBERS  ALIASES',
        'all@example.com   all   2',
        'team@example.com  Team  2        crew@example.com',
        '',
      ].join('\n'),
    );
    assert.deepEqual(JSON.parse(await well('group list --json --domain example.com'))[1], {
      address: 'team@example.com',
      aliases: ['crew@example.com'],
      name: 'Team',
      members: 2,
    });
    assert.equal(
      await well('group member list all@example.com'),
      ['ADDRESS           NAME  KIND', 'jane@example.com  jane  individual', 'team@example.com  Team  group', ''].join(
        '\n',
      ),
    );
    assert.equal(
      await well('group member remove all@example.com jane@example.com'),
      'jane@example.com left all@example.com.\n',
    );
    assert.deepEqual(JSON.parse(await well('group member list all@example.com --json')), [
      { address: 'team@example.com', name: 'Team', kind: 'group' },
    ]);
  });

  test('what cannot be is one sentence', async () => {
    await refused(
      'group member add team@example.com all@example.com',
      /^davit: all@example\.com cannot be a member of team@example\.com: team@example\.com is in all@example\.com\.\n$/,
    );
    await refused('group member add team@example.com eve@example.org', /^davit: eve@.* another tenant than team@/);
    await refused('group member remove team@example.com all@example.com', /^davit: all@example\.com is no member/);
    await refused('group remove jane@example.com --yes', /is no group\. .*davit user remove jane@example\.com/);
  });

  test('removing asks first, and leaves the members', async () => {
    const { questions } = await run('group remove all@example.com', { yes: false });
    assert.match(questions[0] ?? '', /^The group all@example\.com with 1 member will be removed .* Go on\?$/);
    assert.equal(
      await well('group remove all@example.com', { yes: true }),
      'Removed the group all@example.com with 1 member.\n',
    );
    assert.match(await well('group list'), /team@example\.com/);
  });
});

describe('davit domain administrator', () => {
  test('is shown by the list of domains', async () => {
    assert.equal(
      await well('domain administrator add example.com team@example.com'),
      'The members of team@example.com are administrators of example.com now, with every privilege on everything in it.\n',
    );
    assert.match(
      await well('domain administrator add example.com jane@example.com'),
      /^jane@.* is an administrator of/,
    );
    assert.match(await well('domain administrator add example.com jane@example.com'), /already\.\n$/);
    assert.match(await well('domain list'), /^example\.com +example\.com +jane@example\.com, team@example\.com\n/m);
    assert.deepEqual(JSON.parse(await well('domain list --json'))[0], {
      name: 'example.com',
      tenant: 'example.com',
      administrators: ['jane@example.com', 'team@example.com'],
    });
    await refused('domain administrator add example.com eve@example.org', /another tenant than example\.com/);
    assert.match(
      await well('domain administrator remove example.com jane@example.com'),
      /no administrator .* any more/,
    );
    await refused('domain administrator remove example.com jane@example.com', /is no administrator of example\.com/);
  });
});

describe('davit tenant', () => {
  test('the policy is listed, set, and explained', async () => {
    assert.match(await well('tenant list'), /^TENANT +DIRECTORY +DOMAINS\nexample\.com +everyone +example\.com\n/);
    assert.equal(
      await well('tenant set example.com --directory acquaintances'),
      'example.com: users can look up only those with whom they share something.\n',
    );
    assert.match(await well('tenant set example.com --directory acquaintances'), /as before\.\n$/);
    assert.deepEqual(JSON.parse(await well('tenant list --json'))[0], {
      name: 'example.com',
      directory: 'acquaintances',
      domains: ['example.com'],
    });
    assert.match(await well('tenant set --help'), /acquaintances +only those with whom they share something/);
  });

  test('a slip is answered with what was meant', async () => {
    await refused('tenant set exmple.com --directory everyone', /did you mean example\.com\?\n$/);
    await refused('tenant set example.com --directory evryone', /did you mean everyone\?\n$/);
    const { code, error } = await run('tenant set example.com');
    assert.equal(code, 2);
    assert.match(error, /--directory/);
  });
});

describe('davit user quota', () => {
  test('is shown, set, lifted and given back', async () => {
    assert.equal(await well('user quota jane@example.com'), 'jane@example.com uses 0 octets; the quota is 10 GiB.\n');
    assert.match(await well('user quota jane@example.com 1.5G'), /the quota is 1\.5 GiB\.\n$/);
    assert.match(await well('user quota jane@example.com none'), /there is no bound\.\n$/);
    assert.deepEqual(JSON.parse(await well('user quota jane@example.com --json')), {
      address: 'jane@example.com',
      used: 0,
      quota: null,
    });
    assert.match(await well('user quota jane@example.com 0'), /the quota is 0 octets; nothing more can be stored\.\n$/);
    assert.match(await well('user quota jane@example.com default'), /the quota is 10 GiB\.\n$/);
    await refused('user quota jane@example.com lots', /"lots" is no quota/);
    await refused('user quota team@example.com 2G', /is a group: it holds nothing/);
  });

  test('the service’s is a setting, of which 0 is none', async () => {
    const quota = (octets: string): Promise<string> =>
      well('user quota jane@example.com', { environment: { DAVIT_LIMITS_QUOTA: octets } });
    assert.match(await quota('1048576'), /the quota is 1 MiB/);
    assert.match(await quota('0'), /there is no bound/);
  });
});

describe('davit lock', () => {
  const path = '/calendars/jane@example.com/default/';

  /** Makes locks of Jane's default calendar: an exclusive one on all of it. */
  async function lock(token: string, name: string): Promise<void> {
    const store = await openSqliteStore({ file: join(folder, 'davit-data', 'davit.sqlite') });
    const at = Math.floor(Date.now() / 1000);
    await store.write({ by: undefined, client: 'tests', at }, async (tx) => {
      const { id } = await accountAt(tx, 'jane@example.com');
      const collection = (await tx.collections.along(id, ['calendars', 'default'])).at(-1);
      assert.ok(collection);
      await tx.locks.add({
        account: id,
        token,
        collection: collection.id,
        name,
        path: ['calendars', 'default', ...(name === '' ? [] : [name])],
        depth: name === '' ? 'infinity' : 0,
        scope: 'exclusive',
        holder: (await accountAt(tx, 'sam@example.com')).id,
        owner: '<D:owner xmlns:D="DAV:">Sam\n on a train</D:owner>',
        created: at,
        expires: at + 600,
      });
    });
    await store.close();
  }

  test('without locks there is nothing to list or break', async () => {
    assert.equal(await well('lock list'), 'Nothing is locked.\n');
    assert.equal(await well('lock list jane@example.com'), 'Nothing is locked at jane@example.com.\n');
    assert.equal(await well('lock list --json'), '[]\n');
    await refused(`lock break ${path} --yes`, /There is no lock on \/calendars/);
    await refused('lock break --yes', /Say which lock to break/);
    await refused('lock break --yes --token a /b', /Say which lock to break/);
    await refused('lock break --yes default', /is not the path of a resource/);
  });

  test('a lock is listed with all that says whose it is', async () => {
    await lock('urn:uuid:1', '');
    assert.match(
      await well('lock list'),
      /^PATH +HOLDER +SCOPE +DEPTH +EXPIRES +OWNER +TOKEN\n\/calendars\/jane@example\.com\/default\/ +sam@example\.com +exclusive +infinity +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +Sam on a train +urn:uuid:1\n$/,
    );
    const [listed] = JSON.parse(await well('lock list jane@example.com --json'));
    assert.deepEqual(Object.keys(listed), ['path', 'holder', 'scope', 'depth', 'owner', 'created', 'expires', 'token']);
    assert.equal(await well('lock list sam@example.com'), 'Nothing is locked at sam@example.com.\n');
  });

  test('breaking asks first, and says what it did', async () => {
    await lock('urn:uuid:2', 'a.ics');
    const { questions, error } = await run(`lock break ${path}a.ics`, { yes: false });
    assert.match(
      questions[0] ?? '',
      /^This lock on \/calendars\/jane@example\.com\/default\/a\.ics will be broken.*:\n {2}exclusive, held by sam@example\.com \(Sam on a train\) until .*\nGo on\?$/,
    );
    assert.match(error, /Nothing has been changed/);
    const unasked = await run(`lock break ${path}a.ics`);
    assert.equal(unasked.code, 1);
    assert.match(
      unasked.error,
      /^davit: This lock on [\s\S]*\nThere is no terminal on which to ask: say --yes if that is meant\.\n$/,
    );
    assert.match(
      await well(`lock break ${path.replace('@', '%40')}a.ics --yes`),
      /^Broke 1 lock on \/calendars\/jane@example\.com\/default\/a\.ics:\n {2}exclusive, held by sam@example\.com/,
    );
    await refused(
      `lock break ${path}a.ics --yes`,
      /is locked by the one on \/calendars\/jane@example\.com\/default\/\./,
    );
    assert.match(await well('lock break --token urn:uuid:1 --yes'), /exclusive with everything in it, held by sam@/);
    assert.equal(await well('lock list'), 'Nothing is locked.\n');
  });
});

describe('davit user birthdays', () => {
  test('is shown, and switched on and off', async () => {
    const cards = ['Ada Lovelace', 'Bea Example'].map(
      (name, at) => `BEGIN:VCARD\nVERSION:3.0\nUID:${at}\nFN:${name}\nBDAY:19${at}0-05-04\nEND:VCARD\n`,
    );
    writeFileSync(join(folder, 'cards.vcf'), cards.join(''));
    assert.equal(await well('user birthdays jane@example.com'), 'jane@example.com has no birthdays calendar.\n');
    await well(`import jane@example.com ${join(folder, 'cards.vcf')}`);
    const on = 'jane@example.com has a birthdays calendar with 2 events.\n';
    assert.equal(await well('user birthdays jane@example.com on'), on);
    assert.equal(await well('user birthdays jane@example.com on'), on);
    assert.deepEqual(JSON.parse(await well('user birthdays jane@example.com --json')), {
      address: 'jane@example.com',
      birthdays: true,
      events: 2,
    });
    await well('verify jane@example.com');
    assert.match(await well('user birthdays jane@example.com off'), /has no birthdays calendar\.\n$/);
    assert.match(await well('user birthdays jane@example.com off'), /has no birthdays calendar\.\n$/);
    await refused('user birthdays team@example.com on', /has no home for calendars/);
    const { code, error } = await run('user birthdays jane@example.com perhaps');
    assert.equal(code, 2);
    assert.match(error, /on, off/);
  });

  test('does not take the place of another calendar', async () => {
    await well(`import sam@example.com ${join(folder, 'cards.vcf')} --addressbook birthdays --create`);
    await well('user birthdays sam@example.com on');
    await well('user birthdays sam@example.com off');
    writeFileSync(
      join(folder, 'own.ics'),
      'BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example Corp.//EN\nBEGIN:VEVENT\nUID:own\nDTSTAMP:20260101T000000Z\nDTSTART;VALUE=DATE:20260101\nSUMMARY:Own\nEND:VEVENT\nEND:VCALENDAR\n',
    );
    await well(`import sam@example.com ${join(folder, 'own.ics')} --calendar birthdays --create`);
    await refused('user birthdays sam@example.com on', /has another calendar called birthdays/);
    assert.match(await well('user birthdays sam@example.com off'), /has no birthdays calendar/);
  });

  test('import does not write into it', async () => {
    await well('user birthdays jane@example.com on');
    await refused(
      `import jane@example.com ${join(folder, 'own.ics')} --calendar birthdays`,
      /no calendar called birthdays/,
    );
  });
});
