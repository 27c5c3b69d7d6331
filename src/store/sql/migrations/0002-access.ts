/**
 * Who may do what: privileges instead of two sorts of access, write locks, delegates, administrators of domains, and an index by which
 * a directory is searched.
 */
import type { Dialect } from '../database.ts';

const READING = '{DAV:}read {DAV:}read-current-user-privilege-set';

export function access({ type: { text, integer }, table }: Dialect): readonly string[] {
  return [
    `alter table tenant add column directory ${text} not null default 'everyone'`,
    'create index account_tenant on account (tenant, id)',
    // Clark names, sorted, with a space in between. The grantee 0 is every user of the tenant, -1 the owner.
    'alter table access_grant rename column access to privileges',
    `update access_grant set privileges =
       case privileges when 'read-write' then '${READING} {DAV:}write' else '${READING}' end`,
    `create table write_lock (
      account_id ${integer} not null,
      token ${text} not null,
      coll ${integer} not null,
      name ${text} not null,
      path ${text} not null,
      depth ${text} not null,
      scope ${text} not null,
      holder ${integer} not null,
      owner ${text} not null,
      created ${integer} not null,
      expires ${integer} not null,
      primary key (account_id, token)
    ) ${table.clustered}`,
    'create index write_lock_place on write_lock (account_id, coll)',
    'create index write_lock_holder on write_lock (holder)',
    'create index write_lock_expires on write_lock (expires)',
    `create table delegation (
      account_id ${integer} not null,
      access ${text} not null,
      delegate ${integer} not null,
      primary key (account_id, access, delegate)
    ) ${table.clustered}`,
    'create index delegation_delegate on delegation (delegate, account_id)',
    `create table domain_administrator (
      domain ${text} not null,
      account_id ${integer} not null,
      primary key (domain, account_id)
    ) ${table.clustered}`,
    'create index domain_administrator_account on domain_administrator (account_id, domain)',
    // Name and addresses, folded, a line each; null when they are too long to keep.
    `create table account_text (
      tenant ${integer} not null,
      account_id ${integer} not null,
      value ${text},
      primary key (tenant, account_id)
    ) ${table.clustered}`,
    `create table account_gram (
      tenant ${integer} not null,
      gram ${integer} not null,
      account_id ${integer} not null,
      primary key (tenant, gram, account_id)
    ) ${table.clustered}`,
  ];
}
