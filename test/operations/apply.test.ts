import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { accountAt, addUser } from '../../src/operations/accounts.ts';
import { type Change, planApply, runApply } from '../../src/operations/apply.ts';
import { readDeclaration } from '../../src/operations/apply-file.ts';
import { addDomain, listDomains } from '../../src/operations/domains.ts';
import { hashPassword, verifyPassword } from '../../src/operations/passwords.ts';
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
  ];
  for (const [what, text, complaint] of impossible) {
    test(`${what}: nothing at all is changed`, () =>
      withFile(async (admin) => {
        await apply(admin, FILE);
        const alsoFine = '[[user]]\naddress = "fine@example.com"\n';
        await assert.rejects(apply(admin, text + alsoFine), refusal(complaint));
        await assert.rejects(account(admin, 'fine@example.com'), refusal(/There is no account/));
      }));
  }
});
