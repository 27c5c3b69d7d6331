/**
 * The file that `davit apply` reads: tenants, domains, users and groups as they shall be. The whole file is checked before anything is done with it,
 * and everything that is wrong with it is told at once, each with its line.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DirectoryPolicy, Quota } from '../../store/records.ts';
import { addressParts, displayName, normalAddress, normalDomain } from '../addresses.ts';
import { octetsOf } from '../amounts.ts';
import { suggestion } from '../nearest.ts';
import { checkHash, checkPassword } from '../passwords.ts';
import { quotaOf } from '../quotas.ts';
import { reasonOf } from '../reason.ts';
import { Refusal, refuseAll } from '../refusal.ts';
import { POLICIES, policyOf } from '../tenants.ts';
import { isTable, readTomlFile, type TomlFile, type TomlPath, type TomlTable } from '../toml.ts';

/** What a file declares. Keys that the file leaves out are left as they are. */
export interface Declaration {
  readonly tenants: readonly DeclaredTenant[];
  readonly domains: readonly DeclaredDomain[];
  readonly users: readonly DeclaredUser[];
  readonly groups: readonly DeclaredGroup[];
}

interface Declared {
  /** `accounts.toml, line 12` */
  readonly where: string;
}

export interface DeclaredTenant extends Declared {
  readonly name: string;
  readonly directory: DirectoryPolicy | undefined;
}

export interface DeclaredDomain extends Declared {
  readonly name: string;
  readonly tenant: string | undefined;
  /** Addresses of all of them. */
  readonly administrators: readonly string[] | undefined;
}

interface DeclaredAccount extends Declared {
  readonly address: string;
  readonly name: string | undefined;
  /** All of them. */
  readonly aliases: readonly string[] | undefined;
}

export interface DeclaredUser extends DeclaredAccount {
  readonly credential: { readonly password: string } | { readonly hash: string } | undefined;
  readonly disabled: boolean | undefined;
  readonly quota: Quota | undefined;
}

export interface DeclaredGroup extends DeclaredAccount {
  /** All of them. */
  readonly members: readonly string[] | undefined;
}

/** Reads and checks the file. @throws Refusal with a line for each thing that is wrong */
export function readDeclaration(file: string): Declaration {
  const toml = readTomlFile(file);
  const problems: string[] = [];
  const sections = ['tenant', 'domain', 'user', 'group'];
  for (const key of Object.keys(toml.table)) {
    if (!sections.includes(key))
      problems.push(`${toml.where([key])}: unknown section ${key}${suggestion(key, sections)}`);
  }
  const declaration = {
    tenants: entries(toml, 'tenant', ['name', 'directory'], problems).map(tenant),
    domains: entries(toml, 'domain', ['name', 'tenant', 'administrators'], problems).map(domain),
    users: entries(toml, 'user', USER_KEYS, problems).map((entry) => user(entry, dirname(resolve(file)))),
    groups: entries(toml, 'group', GROUP_KEYS, problems).map(group),
  };
  refuseTwice(declaration, problems);
  refuseAll(problems);
  return declaration;
}

const USER_KEYS = ['address', 'name', 'aliases', 'password_hash', 'password_file', 'disabled', 'quota'];
const GROUP_KEYS = ['address', 'name', 'aliases', 'members'];

// --- one entry ----------------------------------------------------------------------------------------------------------------------

/** One `[[user]]` and its kin, with a way to read its keys that notes what is wrong and goes on. */
interface Entry {
  readonly where: string;
  /** Undefined where the key is absent or wrong. */
  read<T>(key: string, check: (value: unknown) => T): T | undefined;
  /** The same; that it is absent is wrong too. */
  need(key: string, check: (value: unknown) => string): string;
  complain(key: string, what: string): void;
}

function entries(toml: TomlFile, section: string, keys: readonly string[], problems: string[]): readonly Entry[] {
  const list = toml.table[section] ?? [];
  if (!Array.isArray(list)) {
    problems.push(`${toml.where([section])}: write [[${section}]] with two brackets, once for each ${section}.`);
    return [];
  }
  return list.flatMap((table: unknown, index) => {
    const path = [section, index];
    if (isTable(table)) return [entry(toml, path, table, keys, problems)];
    problems.push(`${toml.where(path)}: a ${section} is a table: [[${section}]] with keys below.`);
    return [];
  });
}

function entry(toml: TomlFile, path: TomlPath, table: TomlTable, keys: readonly string[], problems: string[]): Entry {
  const [section = ''] = path;
  for (const key of Object.keys(table)) {
    if (keys.includes(key)) continue;
    problems.push(`${toml.where([...path, key])}: unknown key ${key} of a ${section}${suggestion(key, keys)}`);
  }
  const complain = (key: string, what: string): void => {
    problems.push(`${toml.where([...path, key])}: ${what}`);
  };
  const read = <T>(key: string, check: (value: unknown) => T): T | undefined => {
    if (table[key] === undefined) return undefined;
    try {
      return check(table[key]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      complain(key, error.message.startsWith(NEEDS) ? `${key} ${error.message}` : error.message);
      return undefined;
    }
  };
  return {
    where: toml.where(path),
    read,
    complain,
    need(key, check) {
      if (table[key] === undefined) complain(key, `a ${section} needs the key ${key}.`);
      return read(key, check) ?? '';
    },
  };
}

const NEEDS = 'must be ';

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Refusal(`${NEEDS}a text in quotes.`);
  return value;
}

function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new Refusal(`${NEEDS}a list of texts in quotes.`);
  return value.map(text);
}

function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Refusal(`${NEEDS}true or false.`);
  return value;
}

const addresses = (value: unknown): readonly string[] => [...new Set(texts(value).map(normalAddress))];

function directoryPolicy(value: unknown): DirectoryPolicy {
  const policy = typeof value === 'string' ? policyOf(value) : undefined;
  if (policy === undefined) throw new Refusal(`${NEEDS}one of ${Object.keys(POLICIES).join(', ')}.`);
  return policy;
}

/** Octets as a number, or what `davit user quota` takes. */
function quota(value: unknown): Quota {
  if (typeof value === 'number') return octetsOf(String(value));
  if (typeof value === 'string') return quotaOf(value);
  throw new Refusal(`${NEEDS}a number of octets, or a text such as "2G", "default" or "none".`);
}

function tenant({ where, read, need }: Entry): DeclaredTenant {
  const name = need('name', (value) => text(value).normalize('NFC'));
  return { where, name, directory: read('directory', directoryPolicy) };
}

function domain({ where, read, need }: Entry): DeclaredDomain {
  const name = need('name', (value) => normalDomain(text(value)));
  return { where, name, tenant: read('tenant', text), administrators: read('administrators', addresses) };
}

function account({ where, read, need }: Entry): DeclaredAccount {
  const address = need('address', (value) => normalAddress(text(value)));
  const aliases = read('aliases', addresses)?.filter((alias) => alias !== address);
  return { where, address, name: read('name', (value) => displayName(text(value))), aliases };
}

function group(entry: Entry): DeclaredGroup {
  return { ...account(entry), members: entry.read('members', addresses) };
}

function user(entry: Entry, folder: string): DeclaredUser {
  const hash = entry.read('password_hash', (value) => {
    checkHash(text(value));
    return text(value);
  });
  const password = entry.read('password_file', (value) => passwordIn(resolve(folder, text(value))));
  if (hash !== undefined && password !== undefined) {
    entry.complain('password_file', 'a user has a password_hash or a password_file, not both.');
  }
  const credential = hash !== undefined ? { hash } : password !== undefined ? { password } : undefined;
  const [disabled, octets] = [entry.read('disabled', truth), entry.read('quota', quota)];
  return { ...account(entry), credential, disabled, quota: octets };
}

/** The first line of the file. */
function passwordIn(file: string): string {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Refusal(`The password file ${file} cannot be read: ${reasonOf(error)}.`);
  }
  const [password = ''] = content.split(/\r?\n/, 1);
  checkPassword(password);
  return password;
}

// --- the whole file -----------------------------------------------------------------------------------------------------------------

function refuseTwice({ tenants, domains, users, groups }: Declaration, problems: string[]): void {
  const seen = new Map<string, string>();
  const claim = (what: string, where: string): void => {
    const before = seen.get(what);
    if (before !== undefined) problems.push(`${where}: ${what} stands in ${before} already.`);
    else if (what !== '') seen.set(what, where);
  };
  // Tenants are named after their domain where nothing else is said: both may have one name.
  for (const { name, where } of tenants) claim(name === '' ? '' : `the tenant ${name}`, where);
  for (const { name, where } of domains) claim(name, where);
  for (const { address, aliases, where } of [...users, ...groups]) {
    for (const one of [address, ...(aliases ?? [])]) claim(one, where);
  }
  for (const { address, members, where } of groups) {
    if (address !== '' && members?.includes(address))
      problems.push(`${where}: ${address} cannot be a member of itself.`);
  }
}

/** The domain of an address in normal form. */
export function domainOfAddress(address: string): string {
  return addressParts(address).domain;
}
