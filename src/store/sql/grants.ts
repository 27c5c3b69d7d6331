/**
 * Grants: who holds which privileges in somebody's collection. They lie with the owner. RFC 3744 section 5.5.
 */
import type { XmlName } from '../../formats/xml/name.ts';
import type { GrantReader, GrantWriter } from '../access.ts';
import type { CollectionKey, Grant, Grantee, Origin } from '../records.ts';
import { accountId, collectionId } from '../records.ts';
import type { Session } from './database.ts';
import { perDialect, statement, storable } from './database.ts';
import type { Locks } from './revisions.ts';
import { lockOnce, raiseParent } from './revisions.ts';

type GrantRow = readonly [number, number, number, string];

/** Numbers that are no account's. Never to be changed: they are in the database. */
const AUTHENTICATED = 0;
const OWNER = -1;

const COLUMNS = 'account_id, coll, grantee, privileges';
const ON = statement<GrantRow>(
  `select ${COLUMNS} from access_grant where account_id = $1 and coll = $2 order by grantee`,
);
const lists = perDialect(({ isIn }) => ({
  onAll: statement<GrantRow>(
    `select ${COLUMNS} from access_grant where account_id = $1 and ${isIn('coll', '$2', 'bigint')} order by coll, grantee`,
  ),
  between: statement<GrantRow>(
    `select ${COLUMNS} from access_grant where account_id = $1 and ${isIn('grantee', '$2', 'bigint')} order by coll, grantee`,
  ),
  betweenAll: statement<GrantRow>(
    `select ${COLUMNS} from access_grant where ${isIn('account_id', '$1', 'bigint')} and ${isIn('grantee', '$2', 'bigint')}
     order by account_id, coll, grantee`,
  ),
  grantors: statement<[number]>(
    `select distinct account_id from access_grant where ${isIn('grantee', '$1', 'bigint')} order by account_id`,
  ),
}));
const SET = statement(
  `insert into access_grant (${COLUMNS}) values ($1, $2, $3, $4)
   on conflict (account_id, coll, grantee) do update set privileges = excluded.privileges`,
);
const UNSET = statement('delete from access_grant where account_id = $1 and coll = $2 and grantee = $3');
const UNSET_ALL = statement('delete from access_grant where account_id = $1 and coll = $2');
/** What the owner or every user is granted is no sharing: it names nobody. */
const SHARED = statement(
  `update collection set shared = case when exists (select 1 from access_grant g
     where g.account_id = collection.account_id and g.coll = collection.id and g.grantee > 0
     and g.grantee <> g.account_id) then 1 else 0 end
   where account_id = $1 and id = $2`,
);

function grantee(number: number): Grantee {
  return number === AUTHENTICATED ? 'authenticated' : number === OWNER ? 'owner' : accountId(number);
}

function granteeNumber(grantee: Grantee): number {
  return grantee === 'authenticated' ? AUTHENTICATED : grantee === 'owner' ? OWNER : grantee;
}

function isName(text: string): text is XmlName {
  return text.startsWith('{');
}

function grant([account, coll, number, privileges]: GrantRow): Grant {
  return {
    collection: { account: accountId(account), id: collectionId(coll) },
    grantee: grantee(number),
    privileges: privileges.split(' ').filter(isName),
  };
}

/** Notes on the collection whether any other account has a grant on it. No row changes where there is no collection. */
export function noteShared(session: Session, key: CollectionKey): Promise<number> {
  return session.run(SHARED, [key.account, key.id]);
}

/** Reads grants through a session. */
export function grantReader(session: Session): GrantReader {
  const { onAll, between, betweenAll, grantors } = lists(session.dialect);
  return {
    async on(key) {
      return (await session.all(ON, [key.account, key.id])).map(grant);
    },
    async onAll(account, collections) {
      if (collections.length === 0) return [];
      return (await session.all(onAll, [account, session.list(collections)])).map(grant);
    },
    async between(owner, grantees) {
      const all = session.list([...grantees, AUTHENTICATED, OWNER]);
      return (await session.all(between, [owner, all])).map(grant);
    },
    async betweenAll(owners, grantees) {
      if (owners.length === 0) return [];
      const all = session.list([...grantees, AUTHENTICATED, OWNER]);
      return (await session.all(betweenAll, [session.list(owners), all])).map(grant);
    },
    async grantors(grantees) {
      if (grantees.length === 0) return [];
      return (await session.all(grantors, [session.list(grantees)])).map((row) => accountId(row[0]));
    },
  };
}

/** Writes grants in one transaction; `locks` says which rows it holds already. */
export function grantWriter(session: Session, origin: Origin, locks: Locks): GrantWriter {
  const put = ({ account, id }: CollectionKey, to: Grantee, privileges: ReadonlySet<XmlName>): Promise<number> =>
    privileges.size === 0
      ? session.run(UNSET, [account, id, granteeNumber(to)])
      : session.run(SET, [account, id, granteeNumber(to), storable([...privileges].sort().join(' '))]);
  const note = async (key: CollectionKey): Promise<void> => {
    if ((await noteShared(session, key)) === 0) throw new Error(`no collection ${key.account}/${key.id}`);
  };
  return {
    async set(key, to, privileges) {
      await lockOnce(session, locks, key);
      await put(key, to, new Set(privileges));
      await note(key);
    },
    async replace(key, grants) {
      await raiseParent(session, locks, key, origin.at);
      await session.run(UNSET_ALL, [key.account, key.id]);
      const privileges = new Map<Grantee, Set<XmlName>>();
      for (const each of grants) {
        privileges.set(each.grantee, new Set([...(privileges.get(each.grantee) ?? []), ...each.privileges]));
      }
      await Promise.all([...privileges].map(([to, held]) => put(key, to, held)));
      await note(key);
    },
  };
}
