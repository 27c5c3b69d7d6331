/**
 * What fills the directories of tenants, and who is filling one at the moment.
 */

import type { SourceReader, SourceWriter } from '../mounts.ts';
import type { DirectorySource, Origin } from '../records.ts';
import { accountId, collectionId, tenantId } from '../records.ts';
import { NameTaken } from '../store.ts';
import type { Session } from './database.ts';
import { statement, storable } from './database.ts';

type SourceRow = readonly [
  ...[tenant: number, name: string, account: number, collection: number, kind: string, settings: string],
  ...[removed: number, filled: number | null, tried: number | null, fault: string],
];

const COLUMNS = 'tenant, name, account_id, coll, kind, settings, removed, filled, tried, fault';
const ALL = statement<SourceRow>(`select ${COLUMNS} from directory_source order by tenant, name`);
const OF_TENANT = statement<SourceRow>(`select ${COLUMNS} from directory_source where tenant = $1 order by name`);

function source(row: SourceRow): DirectorySource {
  return {
    tenant: tenantId(row[0]),
    name: row[1],
    collection: { account: accountId(row[2]), id: collectionId(row[3]) },
    kind: row[4],
    settings: row[5],
    removed: row[6] === 1,
    filled: row[7] ?? undefined,
    tried: row[8] ?? undefined,
    fault: row[9],
  };
}

/** Reads sources through a session. */
export function sourceReader(session: Session): SourceReader {
  return {
    async list(tenant) {
      const rows = tenant === undefined ? session.all(ALL, []) : session.all(OF_TENANT, [tenant]);
      return (await rows).map(source);
    },
  };
}

const TAKEN = statement<[number]>('select 1 from directory_source where tenant = $1 and name = $2');
const ADD = statement(
  `insert into directory_source (${COLUMNS}, lease_holder, lease_until)
   values ($1, $2, $3, $4, $5, $6, 0, null, null, '', '', 0)`,
);
const END = statement('update directory_source set removed = 1 where tenant = $1 and name = $2');
const REMOVE = statement('delete from directory_source where tenant = $1 and name = $2');
const LEASE = statement(
  `update directory_source set lease_holder = $3, lease_until = $4
   where tenant = $1 and name = $2 and (lease_holder = $3 or lease_until <= $5)`,
);
const RELEASE = statement(
  `update directory_source set lease_until = 0, tried = $4, fault = $5,
     filled = case when $5 = '' then $4 else filled end
   where tenant = $1 and name = $2 and lease_holder = $3`,
);

const LEAVE = statement(
  'update directory_source set lease_until = 0 where tenant = $1 and name = $2 and lease_holder = $3',
);

/** Writes sources in one transaction. */
export function sourceWriter(session: Session, { at }: Origin): SourceWriter {
  return {
    async add({ tenant, name, collection, kind, settings }) {
      if ((await session.one(TAKEN, [tenant, storable(name)])) !== undefined) throw new NameTaken(name);
      const { account, id } = collection;
      await session.run(ADD, [tenant, storable(name), account, id, kind, storable(settings)]);
    },
    async end(tenant, name) {
      await session.run(END, [tenant, storable(name)]);
    },
    async remove(tenant, name) {
      await session.run(REMOVE, [tenant, storable(name)]);
    },
    async lease({ tenant, name }, { holder, until }) {
      return (await session.run(LEASE, [tenant, name, holder, until, at])) > 0;
    },
    async release({ tenant, name }, holder, fault) {
      if (fault === undefined) await session.run(LEAVE, [tenant, name, holder]);
      else await session.run(RELEASE, [tenant, name, holder, at, storable(fault)]);
    },
  };
}
