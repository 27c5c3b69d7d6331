/**
 * The directory: tenants, domains and their administrators, accounts with their logins, delegates.
 */
import type { Account, AccountId, AccountKind, Delegation, Domain, Tenant } from '../records.ts';
import { accountId, collectionId, tenantId } from '../records.ts';
import type { DirectoryReader, DirectoryWriter } from '../store.ts';
import { NameTaken } from '../store.ts';
import type { Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';
import { matchingNumbers, putAccountTexts, removeAccountTexts } from './directory-search.ts';
import { noteShared } from './grants.ts';
import { membershipReader } from './memberships.ts';
import { lockAccount } from './numbers.ts';

type AccountRow = readonly [
  ...[number, number, string, string, string, number, string | null, number, number],
  string | null,
];

/** Aliases come as one text, a line each, in their order. */
const COLUMNS = `a.id, a.tenant, a.kind, a.address, a.display_name, a.disabled, a.password_hash, a.credential_epoch, a.created,
  (select string_agg(l.address, '\n') from (select l.address from login l
    where l.account_id = a.id and l.position > 0 order by l.position) l)`;
type TenantRow = readonly [number, string, string];
const TENANTS = statement<TenantRow>('select id, name, directory from tenant order by id');
const TENANT_BY_ID = statement<TenantRow>('select id, name, directory from tenant where id = $1');
const DOMAINS = statement<[string, number]>('select name, tenant from domain order by name');
const DOMAIN = statement<[string, number]>('select name, tenant from domain where name = $1');
const ACCOUNT = statement<AccountRow>(`select ${COLUMNS} from account a where a.id = $1`);
const BY_ADDRESS = statement<AccountRow>(
  `select ${COLUMNS} from account a where a.id = (select i.account_id from login i where i.address = $1)
   and a.kind <> 'directory'`,
);
const DIRECTORY_OF = statement<AccountRow>(
  `select ${COLUMNS} from account a where a.tenant = $1 and a.kind = 'directory'`,
);
const LIST = statement<AccountRow>(
  `select ${COLUMNS} from account a where a.address > $1 and a.kind <> 'directory' order by a.address limit $2`,
);
const LIST_OF_DOMAIN = statement<AccountRow>(
  `select ${COLUMNS} from account a where a.domain = $3 and a.address > $1 order by a.address limit $2`,
);
const ADMINISTRATORS_OF = statement<[number]>(
  'select account_id from domain_administrator where domain = $1 order by account_id',
);
type DelegationRow = readonly [number, number, string];
const DELEGATES_OF = statement<DelegationRow>(
  'select account_id, delegate, access from delegation where account_id = $1 order by delegate, access',
);
const OF_TENANT = statement<AccountRow>(
  `select ${COLUMNS} from account a where a.tenant = $1 and a.id > $2 and a.kind <> 'directory'
   order by a.id limit $3`,
);
const LAST_OF_PAGE = statement<[number | null]>(
  'select max(p.id) from (select id from account where id > $1 order by id limit $2) p',
);
const lists = perDialect(({ isIn, each }) => ({
  administeredBy: statement<[string]>(
    `select distinct domain from domain_administrator where ${isIn('account_id', '$1', 'bigint')} order by domain`,
  ),
  delegatorsOf: statement<DelegationRow>(
    `select account_id, delegate, access from delegation where ${isIn('delegate', '$1', 'bigint')}
     order by account_id, delegate, access`,
  ),
  setAdministrators: statement(
    `insert into domain_administrator (domain, account_id) select cast($1 as text), value from ${each('$2', 'bigint')}
     where true on conflict do nothing`,
  ),
  setDelegates: statement(
    `insert into delegation (account_id, access, delegate) select cast($1 as bigint), cast($2 as text), value
     from ${each('$3', 'bigint')} where true on conflict do nothing`,
  ),
  accounts: statement<AccountRow>(`select ${COLUMNS} from account a where ${isIn('a.id', '$1', 'bigint')}`),
  taken: statement<[string, number]>(`select address, account_id from login where ${isIn('address', '$1', 'text')}`),
  withoutHomes: statement<[number]>(
    `select a.id from account a where a.id > $1 and a.id <= $2 and a.kind not in ('group', 'directory')
     and (select count(*) from collection c where c.account_id = a.id and c.parent = 0
       and ${isIn('c.name', '$3', 'text')}) < $4 order by a.id`,
  ),
  setMembers: statement(
    `insert into membership (group_id, member_id) select cast($1 as bigint), value from ${each('$2', 'bigint')}
     where true on conflict do nothing`,
  ),
}));

const KINDS: ReadonlyMap<string, AccountKind> = new Map(
  (['individual', 'group', 'resource', 'room', 'directory'] as const).map((kind) => [kind, kind]),
);

function account(row: AccountRow): Account {
  return {
    id: accountId(row[0]),
    tenant: tenantId(row[1]),
    kind: KINDS.get(row[2]) ?? 'individual',
    address: row[3],
    aliases: row[9] === null ? [] : row[9].split('\n'),
    displayName: row[4],
    disabled: row[5] === 1,
    passwordHash: row[6] ?? undefined,
    credentialEpoch: row[7],
    created: row[8],
  };
}

function domain([name, tenant]: readonly [string, number]): Domain {
  return { name, tenant: tenantId(tenant) };
}

function tenant([id, name, directory]: TenantRow): Tenant {
  return { id: tenantId(id), name, directory: directory === 'acquaintances' ? 'acquaintances' : 'everyone' };
}

function delegation([delegator, delegate, access]: DelegationRow): Delegation {
  return {
    delegator: accountId(delegator),
    delegate: accountId(delegate),
    access: access === 'write' ? 'write' : 'read',
  };
}

function first([id]: readonly [number]): AccountId {
  return accountId(id);
}

/** Reads tenants, domains and accounts through a session. */
export function directoryReader(session: Session): DirectoryReader {
  const accounts = async (ids: readonly AccountId[]): Promise<readonly Account[]> => {
    if (ids.length === 0) return [];
    return (await session.all(lists(session.dialect).accounts, [session.list(ids)])).map(account);
  };
  return {
    ...membershipReader(session),
    accounts,
    async tenants() {
      return (await session.all(TENANTS, [])).map(tenant);
    },
    async tenant(id) {
      const row = await session.one(TENANT_BY_ID, [id]);
      return row === undefined ? undefined : tenant(row);
    },
    async domains() {
      return (await session.all(DOMAINS, [])).map(domain);
    },
    async domain(name) {
      const row = await session.one(DOMAIN, [storable(name)]);
      return row === undefined ? undefined : domain(row);
    },
    async account(id) {
      const row = await session.one(ACCOUNT, [id]);
      return row === undefined ? undefined : account(row);
    },
    async accountByAddress(address) {
      const row = await session.one(BY_ADDRESS, [storable(address)]);
      return row === undefined ? undefined : account(row);
    },
    async directoryOf(tenant) {
      const row = await session.one(DIRECTORY_OF, [tenant]);
      return row === undefined ? undefined : account(row);
    },
    async list({ domain, after, limit }) {
      const page = [storable(after ?? ''), limit];
      const rows =
        domain === undefined
          ? await session.all(LIST, page)
          : await session.all(LIST_OF_DOMAIN, [...page, storable(domain)]);
      return rows.map(account);
    },
    async administratorsOf(domain) {
      return (await session.all(ADMINISTRATORS_OF, [storable(domain)])).map(first);
    },
    async administeredBy(accounts) {
      if (accounts.length === 0) return [];
      const rows = await session.all(lists(session.dialect).administeredBy, [session.list(accounts)]);
      return rows.map((row) => row[0]);
    },
    async delegatesOf(delegator) {
      return (await session.all(DELEGATES_OF, [delegator])).map(delegation);
    },
    async delegatorsOf(delegates) {
      if (delegates.length === 0) return [];
      return (await session.all(lists(session.dialect).delegatorsOf, [session.list(delegates)])).map(delegation);
    },
    async matching(search, page) {
      const numbers = await matchingNumbers(session, search, page);
      if (numbers !== undefined) return (await accounts(numbers)).toSorted((a, b) => a.id - b.id);
      return (await session.all(OF_TENANT, [search.tenant, page.after ?? 0, page.limit])).map(account);
    },
    async withoutHomes(segments, { after = accountId(0), limit }) {
      const last = (await session.one(LAST_OF_PAGE, [after, limit]))?.[0] ?? undefined;
      if (last === undefined) return { found: [], last };
      const homes = [...new Set(segments)];
      const page = [after, last, session.list(homes.map(storable)), homes.length];
      const rows = await session.all(lists(session.dialect).withoutHomes, page);
      return { found: rows.map(first), last: accountId(last) };
    },
  };
}

const TENANT = statement<[number]>('select id from tenant where name = $1');
const ADD_TENANT = statement<[number]>(`insert into tenant (name, directory) values ($1, 'everyone') returning id`);
const SET_POLICY = statement('update tenant set directory = $2 where id = $1');
const ADD_DOMAIN = statement('insert into domain (name, tenant) values ($1, $2)');
const REMOVE_DOMAIN = statement('delete from domain where name = $1');
const ADD_ACCOUNT = statement<[number]>(
  `insert into account (tenant, kind, address, domain, display_name, disabled, password_hash, credential_epoch, created,
     last_collection)
   values ($1, $2, $3, $4, $5, 0, $6, 1, $7, 0) returning id`,
);
const ADD_LOGIN = statement('insert into login (address, account_id, position) values ($1, $2, $3)');
const REMOVE_ALIASES = statement('delete from login where account_id = $1 and position > 0');
const UPDATE = statement(
  'update account set display_name = $2, disabled = $3, password_hash = $4, credential_epoch = $5 where id = $1',
);
/** Of two that set a list, the second replaces the first's. */
const LOCK_DOMAIN = statement('update domain set tenant = tenant where name = $1');
const REMOVE_ADMINISTRATORS = statement('delete from domain_administrator where domain = $1');
const REMOVE_DELEGATES = statement('delete from delegation where account_id = $1 and access = $2');
const REMOVE_MEMBERS = statement('delete from membership where group_id = $1');
const HELD = statement<[number, number]>('select account_id, coll from access_grant where grantee = $1');
const REMOVE_HELD = statement('delete from access_grant where grantee = $1');
/** All that an account has, its own row last. */
const REMOVE_ACCOUNT = [
  ...[
    'object_gram',
    'object_text',
    'body',
    'object',
    'tombstone',
    'history',
    'access_grant',
    'write_lock',
    'attachment_use',
    'attachment',
    'content_piece',
    'content',
    'usage_of_account',
    'collection',
    'login',
    'delegation',
    'domain_administrator',
    'declined_mount',
  ].map((table) => statement(`delete from ${table} where account_id = $1`)),
  ...[
    'write_lock where holder',
    'delegation where delegate',
    'membership where group_id',
    'membership where member_id',
    'declined_mount where target_account',
  ].map((rows) => statement(`delete from ${rows} = $1`)),
  statement('delete from account where id = $1'),
];

/** Writes tenants, domains and accounts; `at` is the second of the change. */
export function directoryWriter(session: Session, at: number): DirectoryWriter {
  const reader = directoryReader(session);
  const present = async (id: AccountId): Promise<Account> => {
    const found = await reader.account(id);
    if (found === undefined) throw new Error(`no account ${id}`);
    return found;
  };
  /** Fails by the first address that is another's. */
  const free = async (addresses: readonly string[], but: number | undefined): Promise<void> => {
    const rows = await session.all(lists(session.dialect).taken, [session.list(addresses)]);
    const others = new Set(rows.filter((row) => row[1] !== but).map((row) => row[0]));
    for (const address of addresses) if (others.has(address)) throw new NameTaken(address);
  };
  const addAliases = async (id: number, aliases: readonly string[]): Promise<void> => {
    for (const [place, alias] of aliases.entries()) await session.run(ADD_LOGIN, [alias, id, place + 1]);
  };
  /** Makes the account findable by what it is now. */
  const noted = async (changed: Account): Promise<Account> => {
    if (changed.kind !== 'directory') await putAccountTexts(session, changed);
    return changed;
  };
  const distinct = (aliases: readonly string[], address: string): readonly string[] =>
    [...new Set(aliases.map(storable))].filter((alias) => alias !== address);

  return {
    async addTenant(name) {
      const stored = storable(name);
      if ((await session.one(TENANT, [stored])) !== undefined) throw new NameTaken(name);
      const row = await session.one(ADD_TENANT, [stored]);
      return { id: tenantId(row?.[0] ?? 0), name: stored, directory: 'everyone' };
    },
    async addDomain(name, tenant) {
      if ((await reader.domain(name)) !== undefined) throw new NameTaken(name);
      await session.run(ADD_DOMAIN, [storable(name), tenant]);
      return { name: storable(name), tenant };
    },
    async removeDomain(name) {
      await session.run(REMOVE_ADMINISTRATORS, [storable(name)]);
      return (await session.run(REMOVE_DOMAIN, [storable(name)])) > 0;
    },
    async addAccount({ tenant, kind, address, aliases, displayName, passwordHash }) {
      const primary = storable(address);
      const further = distinct(aliases, primary);
      await free([primary, ...further], undefined);
      const domain = primary.slice(primary.lastIndexOf('@') + 1);
      const row = await session.one(ADD_ACCOUNT, [
        ...[tenant, kind, primary, domain, storable(displayName), passwordHash ?? null, at],
      ]);
      const id = row?.[0] ?? 0;
      await session.run(ADD_LOGIN, [primary, id, 0]);
      await addAliases(id, further);
      return await noted(await present(accountId(id)));
    },
    async updateAccount(id, change) {
      const former = await present(id);
      const disabled = change.disabled ?? former.disabled;
      const passwordHash = 'passwordHash' in change ? change.passwordHash : former.passwordHash;
      const raised = disabled !== former.disabled || passwordHash !== former.passwordHash ? 1 : 0;
      await session.run(UPDATE, [
        ...[id, storable(change.displayName ?? former.displayName), disabled ? 1 : 0, passwordHash ?? null],
        former.credentialEpoch + raised,
      ]);
      if (change.aliases !== undefined) {
        const aliases = distinct(change.aliases, former.address);
        await free(aliases, id);
        await session.run(REMOVE_ALIASES, [id]);
        await addAliases(id, aliases);
      }
      return await noted(await present(id));
    },
    async removeAccount(id) {
      const former = await reader.account(id);
      if (former !== undefined) await removeAccountTexts(session, former);
      const held = await session.all(HELD, [id]);
      await session.run(REMOVE_HELD, [id]);
      for (const [owner, coll] of held) {
        await noteShared(session, { account: accountId(owner), id: collectionId(coll) });
      }
      for (const each of REMOVE_ACCOUNT) await session.run(each, [id]);
    },
    async setMembers(group, members) {
      await lockAccount(session, group);
      await session.run(REMOVE_MEMBERS, [group]);
      await session.run(lists(session.dialect).setMembers, [group, session.list(members)]);
    },
    async setAdministrators(domain, administrators) {
      const name = storable(domain);
      await session.run(LOCK_DOMAIN, [name]);
      await session.run(REMOVE_ADMINISTRATORS, [name]);
      await session.run(lists(session.dialect).setAdministrators, [name, session.list(administrators)]);
    },
    async setDelegates(delegator, access, delegates) {
      await lockAccount(session, delegator);
      await session.run(REMOVE_DELEGATES, [delegator, access]);
      await session.run(lists(session.dialect).setDelegates, [delegator, access, session.list(delegates)]);
    },
    async setDirectoryPolicy(tenant, policy) {
      if ((await session.run(SET_POLICY, [tenant, policy])) === 0) throw new Error(`no tenant ${tenant}`);
    },
  };
}
