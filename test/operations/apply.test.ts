import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { accountAt, addUser, usageOf } from '../../src/operations/accounts.ts';
import { planApply, runApply } from '../../src/operations/apply/apply.ts';
import { readDeclaration } from '../../src/operations/apply/declaration.ts';
import type { Change } from '../../src/operations/apply/plan.ts';
import { addDomain, listDomains } from '../../src/operations/domains.ts';
import { hashPassword, verifyPassword } from '../../src/operations/passwords.ts';
import { listTenants } from '../../src/operations/tenants.ts';
import type { Account } from '../../src/store/records.ts';
import { CHEAP_HASHING, refusal, type TestAdministration, withAdmin } from './an-administration.ts';

function fileOf(admin: TestAdministration, text: string): string {
  const file = join(admin.folder, 'accounts.toml');
  writeFileSync(file, text);
  return file;
}

async function apply(admin: TestAdministration, text: string, prune = false): Promise<readonly string[]> {
  const plan = await planApply(admin, readDeclaration(fileOf(admin, text)), { prune });
  const made: Change[] = [];
  for await (const change of runApply(plan)) made.push(change);
  assert.deepEqual(made, plan.changes, 'what is announced is what is done');
  return made.map(({ action, kind, name, details }) => [action, kind, name, ...details].join(' '));
}

function account(admin: TestAdministration, address: string): Promise<Account> {
  return admin.store.read((tx) => accountAt(tx, address));
}

const FILE = `
[[domain]]
name = "example.com"
tenant = "Example Corp."

[[user]]
address = "Jane@example.com"
name = "Jane Doe"
aliases = ["j@example.com"]
password_file = "jane"

[[user]]
address = "sam@example.com"
disabled = true

[[group]]
address = "team@example.com"
name = "Team"
members = ["jane@example.com", "sam@example.com"]
`;

function withFile(body: (admin: TestAdministration) => Promise<void>): Promise<void> {
  return withAdmin(async (admin) => {
    writeFileSync(join(admin.folder, 'jane'), 'correct horse\nignored\n');
    await body(admin);
  });
}

describe('apply', () => {
  test('makes what the file declares, and a second time finds nothing to do', () =>
    withFile(async (admin) => {
      assert.deepEqual(await apply(admin, FILE), [
        'add domain example.com tenant Example Corp.',
        'add user jane@example.com',
        'add user sam@example.com without a password',
        'add group team@example.com',
        'change group team@example.com 2 members',
      ]);
      const jane = await account(admin, 'jane@example.com');
      assert.deepEqual([jane.displayName, jane.aliases], ['Jane Doe', ['j@example.com']]);
      assert.ok(await verifyPassword(jane.passwordHash ?? '', 'correct horse'));
      const sam = await account(admin, 'sam@example.com');
      assert.ok(sam.disabled);
      const team = await account(admin, 'team@example.com');
      assert.deepEqual(
        [...(await admin.store.read((tx) => tx.directory.membersOf(team.id)))].sort(),
        [jane.id, sam.id].sort(),
      );
      assert.deepEqual(await apply(admin, FILE), []);
      assert.deepEqual(await account(admin, 'jane@example.com'), jane, 'not even the password was hashed anew');
    }));

  test('changes what differs and leaves alone what the file does not say', () =>
    withFile(async (admin) => {
      await apply(admin, FILE);
      const before = await account(admin, 'jane@example.com');
      const hash = await hashPassword('battery staple', CHEAP_HASHING);
      const changed = `
[[user]]
address = "jane@example.com"
password_hash = "${hash}"
[[user]]
address = "sam@example.com"
aliases = ["sammy@example.com"]
disabled = false
[[group]]
address = "team@example.com"
members = ["sam@example.com"]
`;
      assert.deepEqual(await apply(admin, changed), [
        'change user jane@example.com password',
        'change user sam@example.com aliases enabled',
        'change group team@example.com 1 member',
      ]);
      const after = await account(admin, 'jane@example.com');
      assert.deepEqual(after, { ...before, passwordHash: hash, credentialEpoch: before.credentialEpoch + 1 });
      assert.deepEqual(await apply(admin, changed), []);
    }));

  test('makes administrators, policies and quotas as the file declares them', () =>
    withFile(async (admin) => {
      await apply(admin, FILE);
      const more = `
[[tenant]]
name = "Example Corp."
directory = "acquaintances"
[[tenant]]
name = "example.org"
directory = "everyone"
[[domain]]
name = "example.org"
administrators = []
[[domain]]
name = "example.com"
administrators = ["J@example.com", "chiefs@example.com"]
[[user]]
address = "jane@example.com"
quota = "2G"
[[user]]
address = "max@example.com"
quota = 5000
[[group]]
address = "chiefs@example.com"
`;
      assert.deepEqual(await apply(admin, more), [
        'add domain example.org',
        'change tenant Example Corp. directory acquaintances',
        'change user jane@example.com quota',
        'add user max@example.com without a password',
        'add group chiefs@example.com',
        'change domain example.com 2 administrators',
      ]);
      assert.deepEqual(await apply(admin, more), []);
      const [domain] = await listDomains(admin);
      assert.deepEqual(domain?.administrators, ['chiefs@example.com', 'jane@example.com']);
      assert.equal((await listTenants(admin))[0]?.directory, 'acquaintances');
      assert.equal((await usageOf(admin, 'jane@example.com')).quota, 2 * 1024 ** 3);
      assert.equal((await usageOf(admin, 'max@example.com')).quota, 5000);

      const less = more.replace('"2G"', '"default"').replace(/administrators = \["J.*/, 'administrators = []');
      assert.deepEqual(await apply(admin, less), [
        'change user jane@example.com quota',
        'change domain example.com 0 administrators',
      ]);
      assert.deepEqual(await apply(admin, less), []);
      assert.deepEqual(await apply(admin, FILE), [], 'what a file does not say stays');
    }));

  test('turns groups inside out in one run', () =>
    withFile(async (admin) => {
      const nested = (outer: string, inner: string): string =>
        `[[group]]\naddress = "${outer}@example.com"\nmembers = ["${inner}@example.com"]\n[[group]]\naddress = "${inner}@example.com"\nmembers = []\n`;
      await apply(admin, FILE + nested('g', 'h'));
      assert.deepEqual(await apply(admin, nested('h', 'g')), [
        'change group h@example.com 1 member',
        'change group g@example.com 0 members',
      ]);
      assert.deepEqual(await apply(admin, nested('h', 'g')), []);
    }));

  test('with prune, what the file does not name goes; a domain whose users it names stays', () =>
    withFile(async (admin) => {
      await apply(admin, FILE);
      await addDomain(admin, 'example.org');
      await addUser(admin, { address: 'eve@example.org' });
      const rest = '[[user]]\naddress = "jane@example.com"\n';
      const plan = await planApply(admin, readDeclaration(fileOf(admin, rest)));
      assert.deepEqual(plan.changes, [], 'never unless told to');
      const provided = admin.catalogue.provisions.length;
      assert.deepEqual(await apply(admin, rest, true), [
        `remove user eve@example.org ${provided} collections with 0 objects`,
        `remove user sam@example.com ${provided} collections with 0 objects`,
        'remove group team@example.com 0 collections with 0 objects',
        'remove domain example.org',
      ]);
      assert.deepEqual(
        (await listDomains(admin)).map((one) => one.name),
        ['example.com'],
      );
      await account(admin, 'jane@example.com');
    }));

  test('many users share commits and all arrive', () =>
    withAdmin(async (admin) => {
      const users = Array.from({ length: 70 }, (_, i) => `[[user]]\naddress = "u${i}@example.com"\n`).join('');
      assert.equal((await apply(admin, `[[domain]]\nname = "example.com"\n${users}`)).length, 71);
      assert.deepEqual(await apply(admin, users), []);
    }));
});

describe('a file that cannot be applied', () => {
  const wrong: readonly (readonly [what: string, text: string, complaint: RegExp])[] = [
    ['an unknown section', '[[users]]\n', /line 1: unknown section users; did you mean user\?/],
    [
      'an unknown key',
      '[[user]]\naddress = "a@example.com"\nalias = []\n',
      /line 3: unknown key alias of a user; did you mean aliases\?/,
    ],
    ['a section with single brackets', '[user]\naddress = "a@example.com"\n', /line 1: write \[\[user\]\]/],
    ['a missing address', '[[user]]\nname = "A"\n', /line 1: a user needs the key address/],
    ['a wrong address', '[[user]]\naddress = "a/b@example.com"\n', /line 2: "a\/b@example.com" is not an address/],
    [
      'a wrong type',
      '[[user]]\naddress = "a@example.com"\ndisabled = "no"\n',
      /line 3: disabled must be true or false/,
    ],
    [
      'a wrong hash',
      '[[user]]\naddress = "a@example.com"\npassword_hash = "x"\n',
      /line 3: A password hash must be a PHC string/,
    ],
    [
      'an unreadable password file',
      '[[user]]\naddress = "a@example.com"\npassword_file = "none"\n',
      /line 3: The password file .*none cannot be read: there is no such file/,
    ],
    [
      'an address that stands twice',
      '[[user]]\naddress = "a@example.com"\n[[user]]\naddress = "A@example.com"\n',
      /line 3: a@example.com stands in .*line 1 already/,
    ],
    [
      'a group in itself',
      '[[group]]\naddress = "g@example.com"\nmembers = ["g@example.com"]\n',
      /line 1: g@example.com cannot be a member of itself/,
    ],
    [
      'a policy that is none',
      '[[tenant]]\nname = "example.com"\ndirectory = "nobody"\n',
      /line 3: directory must be one of everyone, acquaintances/,
    ],
    ['a quota that is none', '[[user]]\naddress = "a@example.com"\nquota = "lots"\n', /line 3: "lots" is no quota/],
    [
      'a quota of a strange type',
      '[[user]]\naddress = "a@example.com"\nquota = true\n',
      /line 3: quota must be a number/,
    ],
    ['a quota below nothing', '[[user]]\naddress = "a@example.com"\nquota = -1\n', /line 3: "-1" is not a size/],
    [
      'a tenant that stands twice',
      '[[tenant]]\nname = "example.com"\n[[tenant]]\nname = "example.com"\n[[domain]]\nname = "example.com"\n',
      /line 3: the tenant example\.com stands in .*line 1 already\.$/,
    ],
    ['a domain that is none', '[[domain]]\nname = "exa mple"\n', /line 2: "exa mple" is not a domain name/],
  ];
  for (const [what, text, complaint] of wrong) {
    test(`${what} is told with its line`, () =>
      withAdmin(async (admin) => {
        const file = fileOf(admin, text);
        assert.throws(() => readDeclaration(file), refusal(complaint));
      }));
  }

  test('tells everything that is wrong at once', () =>
    withAdmin(async (admin) => {
      const file = fileOf(admin, '[[user]]\nnmae = "A"\n[[domain]]\nname = 3\n');
      assert.throws(
        () => readDeclaration(file),
        (error: Error) => error.message.split('\n').length === 3 && /name must be a text in quotes/.test(error.message),
      );
    }));

  const impossible: readonly (readonly [what: string, text: string, complaint: RegExp])[] = [
    [
      'a user of a domain that is not here',
      '[[user]]\naddress = "a@example.org"\n',
      /line 1: there is no domain example.org/,
    ],
    [
      'an alias that is somebody else',
      '[[user]]\naddress = "b@example.com"\naliases = ["jane@example.com"]\n',
      /jane@example.com is an account of its own/,
    ],
    [
      'a user that is an alias',
      '[[user]]\naddress = "j@example.com"\n',
      /j@example.com is an alias of jane@example.com/,
    ],
    ['a user that is a group', '[[user]]\naddress = "team@example.com"\n', /team@example.com is a group, not a user/],
    ['a domain of another tenant', '[[domain]]\nname = "example.com"\ntenant = "Other"\n', /cannot change its tenant/],
    [
      'a member that nobody knows',
      '[[group]]\naddress = "g@example.com"\nmembers = ["x@example.com"]\n',
      /neither here nor in this file/,
    ],
    [
      'a member of another tenant',
      '[[domain]]\nname = "example.net"\n[[user]]\naddress = "n@example.net"\n[[group]]\naddress = "g@example.com"\nmembers = ["n@example.net"]\n',
      /n@example.net belongs to another tenant/,
    ],
    [
      'a tenant that no domain makes',
      '[[tenant]]\nname = "Example Corp"\n',
      /line 1: there is no tenant Example Corp, and no \[\[domain\]\] .*; did you mean Example Corp\.\?$/,
    ],
    [
      'an administrator that nobody knows',
      '[[domain]]\nname = "example.com"\nadministrators = ["x@example.com"]\n',
      /line 1: the administrator x@example.com is neither here nor in this file/,
    ],
    [
      'an administrator of another tenant',
      '[[domain]]\nname = "example.net"\nadministrators = ["jane@example.com"]\n',
      /the administrator jane@example.com belongs to another tenant/,
    ],
    [
      'groups in a circle',
      '[[group]]\naddress = "g@example.com"\nmembers = ["h@example.com"]\n[[group]]\naddress = "h@example.com"\nmembers = ["g@example.com"]\n',
      /^[^\n]*line 1: g@example.com cannot be in itself: g@example.com is in h@example.com, which is in g@example.com\.$/,
    ],
    [
      'groups in a circle that is closed by one that is here',
      '[[group]]\naddress = "here@example.com"\nmembers = ["new@example.com"]\n[[group]]\naddress = "new@example.com"\nmembers = ["above@example.com"]\n',
      /line 1: here@example.com cannot be in itself: here@example.com is in above@example.com, which is in new@example.com, which is in here@/,
    ],
  ];
  for (const [what, text, complaint] of impossible) {
    test(`${what}: nothing at all is changed`, () =>
      withFile(async (admin) => {
        const above = '[[group]]\naddress = "above@example.com"\nmembers = ["here@example.com"]\n';
        await apply(admin, `${FILE}[[group]]\naddress = "here@example.com"\n${above}`);
        const alsoFine = '[[user]]\naddress = "fine@example.com"\n';
        await assert.rejects(apply(admin, text + alsoFine), refusal(complaint));
        await assert.rejects(account(admin, 'fine@example.com'), refusal(/There is no account/));
      }));
  }
});
