import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { accountAt } from '../../src/operations/accounts.ts';
import { verifyPassword } from '../../src/operations/passwords.ts';
import type { Account } from '../../src/store/records.ts';
import { openSqliteStore } from '../../src/store/sqlite/database.ts';
import { temporaryFolder } from '../support/engine.ts';
import { commandLine, davit } from './a-terminal.ts';

const folder = temporaryFolder('cli');
after(() => rmSync(folder, { recursive: true }));

const { run, well, refused } = commandLine(folder);

async function account(address: string): Promise<Account> {
  const store = await openSqliteStore({ file: join(folder, 'davit-data', 'davit.sqlite') });
  try {
    return await store.read((tx) => accountAt(tx, address));
  } finally {
    await store.close();
  }
}

describe('a wrong command line', () => {
  for (const args of [
    '',
    'nonsense',
    'user',
    'user add',
    'apply a b',
    'serve --nonsense',
    'user passwd a@example.com --password x',
  ]) {
    test(`${JSON.stringify(args)} is answered with usage and code 2`, async () => {
      const { code, error, out } = await davit(folder, args === '' ? [] : args.split(' '));
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(error, /Usage: davit|^davit: /);
    });
  }

  test('a password cannot be given as an argument', async () => {
    for (const command of ['add', 'passwd']) {
      const help = await well(`user ${command} --help`);
      assert.ok(!/--password[ =]</.test(help));
      assert.match(help, /--password-stdin/);
    }
  });

  test('help and version are asked for, not errors', async () => {
    assert.match(await well('--help'), /Usage: davit[\s\S]+davit serve/);
    assert.match(await well('--version'), /^\d+\.\d+\.\d+\n$/);
  });
});

describe('without data', () => {
  test('commands that make none say so, and make none', async () => {
    await refused('user list', /There is no Davit data in .*davit-data: .*--data DIR/);
    assert.ok(!existsSync(join(folder, 'davit-data')));
  });
});

describe('domains and users', () => {
  before(async () => {
    assert.equal(await well('domain add Example.com'), 'Added the domain example.com.\n');
  });

  test('a user is added with a password from standard input', async () => {
    const out = await well('user add Jane@example.com --name Jane --alias j@example.com --password-stdin', {
      input: 'correct horse\nmore\n',
    });
    assert.equal(out, 'Added jane@example.com.\n');
    const jane = await account('jane@example.com');
    assert.deepEqual([jane.displayName, jane.aliases], ['Jane', ['j@example.com']]);
    assert.match(jane.passwordHash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    assert.ok(await verifyPassword(jane.passwordHash ?? '', 'correct horse'));
  });

  test('a password is asked for twice, and not at all for an address that cannot be added', async () => {
    const { code, questions } = await run('user add sam@example.com', {
      passwords: ['battery staple', 'battery staple'],
    });
    assert.deepEqual([code, questions.length], [0, 2]);
    await refused('user add max@example.com', /differ/, { passwords: ['battery staple', 'something else'] });
    await refused('user add max@example.com', /Nothing has been changed/, { passwords: [undefined] });
    const taken = await run('user add jane@example.com', { passwords: ['battery staple', 'battery staple'] });
    assert.deepEqual([taken.code, taken.questions], [1, []]);
    const elsewhere = await run('user add a@example.org', { passwords: ['battery staple', 'battery staple'] });
    assert.deepEqual([elsewhere.code, elsewhere.questions], [1, []]);
    assert.match(elsewhere.error, /davit domain add example.org/);
  });

  test('without a terminal and without --password-stdin there is no password', async () => {
    await refused('user add max@example.com', /--password-stdin/);
    await refused('user add max@example.com --password-stdin', /no password in its first line/, { input: '\n' });
    assert.match(await well('user add max@example.com --no-password'), /davit user passwd max@example.com/);
    assert.equal((await account('max@example.com')).passwordHash, undefined);
  });

  test('a password is changed', async () => {
    await well('user passwd max@example.com --password-stdin', { input: 'another one' });
    assert.ok(await verifyPassword((await account('max@example.com')).passwordHash ?? '', 'another one'));
    await refused('user passwd nobody@example.com', /There is no account/, { passwords: ['x', 'x'] });
    await refused('user passwd max@example.com --password-stdin', /at least 8 characters/, { input: 'short\n' });
  });

  test('a user is disabled and enabled', async () => {
    assert.match(await well('user disable max@example.com'), /cannot log in/);
    assert.ok((await account('max@example.com')).disabled);
    assert.match(await well('user list'), /max@example\.com +max +individual +disabled +0 octets +10 GiB\n/);
    assert.match(await well('user enable max@example.com'), /can log in again/);
    assert.ok(!(await account('max@example.com')).disabled);
  });

  test('lists are aligned for people, and JSON for programs without secrets', async () => {
    const [head, jane] = (await well('user list')).split('\n');
    assert.equal(head?.indexOf('KIND'), jane?.indexOf('individual'));
    const listed = await well('user list --json --domain example.com');
    const users = JSON.parse(listed);
    assert.deepEqual(
      users.map((user: { address: string }) => user.address),
      ['jane@example.com', 'max@example.com', 'sam@example.com'],
    );
    assert.deepEqual(Object.keys(users[0]), [
      'address',
      'aliases',
      'name',
      'kind',
      'disabled',
      'hasPassword',
      'used',
      'quota',
      'created',
    ]);
    assert.ok(!listed.includes('argon2'));
    assert.deepEqual(JSON.parse(await well('domain list --json')), [
      { name: 'example.com', tenant: 'example.com', administrators: [] },
    ]);
    await well('domain add example.net');
    assert.deepEqual(JSON.parse(await well('user list --json --domain example.net')), []);
    await well('domain remove example.net --yes');
  });

  test('removing says what goes and asks first', async () => {
    const { code, questions, error } = await run('user remove max@example.com', { yes: false });
    assert.deepEqual([code, questions.length], [1, 1]);
    assert.match(
      questions[0] ?? '',
      /^max@example\.com with \d+ collections and 0 objects will be removed for good\. Go on\?$/,
    );
    assert.match(error, /Nothing has been changed/);
    await refused('user remove max@example.com', /say --yes/);
    await account('max@example.com');
    assert.match(await well('user remove max@example.com', { yes: true }), /^Removed max@example\.com with/);
    assert.match(await well('user remove sam@example.com --yes'), /^Removed sam@example\.com/);
  });

  test('a domain in use is not removed unless with its accounts', async () => {
    await refused('domain remove example.com --yes', /in use by 1 account .*--with-accounts/);
    const { questions } = await run('domain remove example.com --with-accounts', { yes: false });
    assert.match(questions[0] ?? '', /The domain example\.com with 1 account \(\d+ collections with 0 objects\)/);
    await account('jane@example.com');
    await well('domain remove example.com --with-accounts --yes');
    assert.match(await well('domain list'), /There are no domains yet/);
    assert.match(await well('user list'), /There are no accounts yet/);
  });
});

describe('davit apply', () => {
  const file = join(folder, 'accounts.toml');

  test('says what it changes; a second time nothing; --dry-run changes nothing', async () => {
    writeFileSync(file, '[[domain]]\nname = "example.org"\n[[user]]\naddress = "eve@example.org"\n');
    assert.match(await well(`apply ${file} --dry-run`), /added domain example\.org\n.*\n2 changes, none of them made/s);
    await refused('user disable eve@example.org', /There is no account/);
    assert.equal(
      await well(`apply ${file}`),
      'added domain example.org\nadded user eve@example.org: without a password\n2 changes.\n',
    );
    assert.equal(await well(`apply ${file}`), 'Everything is as the file says.\n');
    assert.deepEqual(JSON.parse(await well(`apply ${file} --json`)), []);
  });

  test('--prune asks before it removes', async () => {
    writeFileSync(file, '[[domain]]\nname = "example.org"\n');
    assert.equal(await well(`apply ${file}`), 'Everything is as the file says.\n');
    const { questions, code } = await run(`apply ${file} --prune`, { yes: false });
    assert.equal(code, 1);
    assert.match(questions[0] ?? '', /removed user eve@example\.org: \d+ collections with 0 objects/);
    assert.match(await well(`apply ${file} --prune --yes`), /^removed user eve@example\.org/);
  });

  test('a file with faults changes nothing and is answered with every fault', async () => {
    writeFileSync(file, '[[domain]]\nname = "example.net"\n[[user]]\nadress = "eve@example.net"\n');
    const { code, error } = await run(`apply ${file}`);
    assert.equal(code, 1);
    assert.match(
      error,
      /^davit: .*line 4: unknown key adress of a user; did you mean address\?\n.*line 3: a user needs the key address\.\n$/,
    );
    assert.ok(!(await well('domain list')).includes('example.net'));
  });
});

describe('davit demo', () => {
  test('makes the demo and prints its logins, the same ones each time', async () => {
    const out = await well('demo --data demo');
    assert.match(out, /jane@demo\.example\.com {2}[a-z2-9-]{23}\n {2}sam@demo\.example\.com {3}[a-z2-9-]{23}\n/);
    assert.equal(await well('demo --data demo'), out);
  });

  test('is refused where the network could reach it', async () => {
    await refused('demo --data open', /must not be reached|for this machine alone/, {
      environment: { DAVIT_HOST: '0.0.0.0' },
    });
    await refused('serve --data demo --host 0.0.0.0', /must not be reached from the network/);
  });
});

describe('davit config', () => {
  test('prints each value and whence it is, and no secret', async () => {
    const environment = { DAVIT_STORE: 'postgres://davit:geheim@db.example.com/davit', DAVIT_STORE_PASSWORD: 'geheim' };
    const out = await well('config --port 99', { environment });
    assert.match(out, /^port +99 +flag --port$/m);
    assert.match(out, /^store +"postgres:.*" +environment DAVIT_STORE$/m);
    assert.match(out, /^host +"127\.0\.0\.1" +default$/m);
    assert.ok(!out.includes('geheim'));
    const values = JSON.parse(await well('config --json', { environment }));
    assert.deepEqual(values.find((one: { key: string }) => one.key === 'store_password').value, '"********"');
  });

  test('what is wrong in it is told by any command that reads it', async () => {
    const environment = { DAVIT_PORT: 'many' };
    for (const command of ['config', 'serve', 'user list'])
      await refused(command, /DAVIT_PORT: port must be a whole number/, { environment });
  });
});

describe('davit dns', () => {
  test('prints the records for the host of public_url, or a host named, or one to be replaced', async () => {
    const environment = { DAVIT_PUBLIC_URL: 'https://dav.example.net' };
    assert.match(
      await well('dns example.com', { environment }),
      /_caldavs\._tcp\.example\.com\. 3600 IN SRV 1 5 443 dav\.example\.net\.\n/,
    );
    assert.match(
      await well('dns example.com --host a.example.com --port 1234 --ttl 60'),
      / 60 IN SRV 1 5 1234 a\.example\.com\.\n/,
    );
    assert.match(
      await well('dns example.com'),
      /^; dav\.example\.com stands for .*\n(.*\n)*_carddavs.* 8443 dav\.example\.com\./,
    );
    assert.equal(JSON.parse(await well('dns example.com --json')).length, 6);
    await refused('dns example.com --port many', /--port needs a whole number/);
    await refused('dns nonsense_', /is not a domain name/);
  });
});

describe('davit discover', () => {
  test('is refused for what is no address, and for what cannot be read', async () => {
    await refused('discover nonsense', /is not an address/);
    await refused('discover a@example.com --resolver nonsense', /is not the address of a resolver/);
    await refused('discover a@example.com --ca none.pem', /none\.pem cannot be read/);
  });

  test('ends with a verdict and code 1 when nothing is found', async () => {
    const ran = await run('discover a@example.com --resolver 127.0.0.1:1 --json');
    assert.equal(ran.code, 1);
    const { ok, steps } = JSON.parse(ran.out);
    assert.equal(ok, false);
    assert.match(steps[0].command, /^host -p 1 -t SRV/);
  });
});

describe('an error that nobody foresaw', () => {
  test('is one line, and a stack only for those who ask', async () => {
    const args = 'config --config davit-data';
    const { error, code } = await run(args);
    assert.equal(code, 1);
    assert.match(error, /^davit: [^\n]*cannot be read: it is a folder\.\n$/);
    const debug = await run(args, { environment: { DAVIT_DEBUG: '1' } });
    assert.match(debug.error, /\n {4}at /);
  });
});
