/**
 * Collections of other accounts in somebody's home, and the directories that tenants offer.
 */
import type { Dialect } from '../database.ts';

export function mounts({ type: { text, integer }, table }: Dialect): readonly string[] {
  return [
    `alter table collection add column target_account ${integer}`,
    `alter table collection add column target_collection ${integer}`,
    `create index collection_target on collection (target_account, target_collection, account_id)
      where target_account is not null`,
    `create table declined_mount (
      account_id ${integer} not null,
      target_account ${integer} not null,
      target_collection ${integer} not null,
      primary key (account_id, target_account, target_collection)
    ) ${table.clustered}`,
    'create index declined_mount_target on declined_mount (target_account, target_collection)',
    `create unique index account_directory on account (tenant) where kind = 'directory'`,
    // `settings` is JSON. `removed` is 1 while mounts of it are being taken away.
    `create table directory_source (
      tenant ${integer} not null,
      name ${text} not null,
      account_id ${integer} not null,
      coll ${integer} not null,
      kind ${text} not null,
      settings ${text} not null,
      removed ${integer} not null,
      filled ${integer},
      tried ${integer},
      fault ${text} not null,
      lease_holder ${text} not null,
      lease_until ${integer} not null,
      primary key (tenant, name)
    ) ${table.clustered}`,
  ];
}
