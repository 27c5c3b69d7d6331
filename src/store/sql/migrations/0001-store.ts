/**
 * The first schema. Every key of an account's rows begins with the account's number, so that accounts can be spread over machines;
 * `object` is narrow and `body` apart, so that listings read little.
 */
import type { Dialect } from '../database.ts';

export function store({
  type: { text, integer, bytes, identity },
  table,
  covering,
  preferKey,
}: Dialect): readonly string[] {
  return [
    `create table meta (name ${text} primary key, value ${text} not null) ${table.clustered}`,
    `create table tenant (id ${identity}, name ${text} not null unique) ${table.heap}`,
    `create table domain (name ${text} primary key, tenant ${integer} not null references tenant (id)) ${table.clustered}`,
    `create table account (
      id ${identity},
      tenant ${integer} not null references tenant (id),
      kind ${text} not null,
      address ${text} not null,
      domain ${text} not null,
      display_name ${text} not null,
      disabled ${integer} not null,
      password_hash ${text},
      credential_epoch ${integer} not null,
      created ${integer} not null,
      last_collection ${integer} not null
    ) ${table.heap}`,
    `create unique index account_address on account (address)`,
    `create index account_domain on account (domain, address)`,
    // Position 0 is the primary address, the others are aliases.
    `create table login (
      address ${text} primary key,
      account_id ${integer} not null,
      position ${integer} not null
    ) ${table.clustered}`,
    `create index login_account on login (account_id, position)`,
    `create table membership (
      group_id ${integer} not null,
      member_id ${integer} not null,
      primary key (group_id, member_id)
    ) ${table.clustered}`,
    `create index membership_member on membership (member_id, group_id)`,
    `create table collection (
      account_id ${integer} not null,
      id ${integer} not null,
      parent ${integer} not null,
      name ${text} not null,
      kind ${text} not null,
      revision ${integer} not null,
      pruned_to ${integer} not null,
      parent_revision ${integer} not null,
      objects ${integer} not null,
      created ${integer} not null,
      modified ${integer} not null,
      shared ${integer} not null,
      properties ${text} not null,
      primary key (account_id, id)
    ) ${table.clustered} ${table.hot}`,
    `create unique index collection_name on collection (account_id, parent, name)`,
    `create table access_grant (
      account_id ${integer} not null,
      coll ${integer} not null,
      grantee ${integer} not null,
      access ${text} not null,
      primary key (account_id, coll, grantee)
    ) ${table.clustered}`,
    `create index access_grant_grantee on access_grant (grantee, account_id, coll)`,
    // The number is the collection's revision at which the object was created: unique there, never used again, short.
    `create table object (
      account_id ${integer} not null,
      coll ${integer} not null,
      name ${text} not null,
      number ${integer} not null,
      uid ${text} not null,
      etag ${text} not null,
      size ${integer} not null,
      component ${text} not null,
      span ${integer} not null,
      first_at ${integer} not null,
      last_at ${integer} not null,
      weeks ${integer} not null,
      texts ${integer} not null,
      revision ${integer} not null,
      created ${integer} not null,
      modified ${integer} not null,
      properties ${text} not null,
      primary key (account_id, coll, name)
    ) ${table.clustered} ${table.hot}`,
    `create index object_uid on object (account_id, coll, substr(uid, 1, 200))`,
    `create index object_revision on object (account_id, coll, revision)`,
    `create index object_time on object (account_id, coll, component, span, first_at, last_at, weeks) ${covering('name')}`,
    `create table body (
      account_id ${integer} not null,
      coll ${integer} not null,
      number ${integer} not null,
      data ${bytes} not null,
      primary key (account_id, coll, number)
    ) ${table.heap}`,
    `create table object_text (
      account_id ${integer} not null,
      coll ${integer} not null,
      number ${integer} not null,
      property ${text} not null,
      name ${text} not null,
      value ${text},
      primary key (account_id, coll, number, property)
    ) ${table.clustered}`,
    // Identifiers are looked for whole: only a longer one can hold the one that is looked for. One that is not kept counts as longer.
    `create index object_text_uid on object_text (account_id, coll, coalesce(length(value), 100000), substr(value, 1, 200))
      where property = 'UID'`,
    `create table object_gram (
      account_id ${integer} not null,
      coll ${integer} not null,
      gram ${integer} not null,
      number ${integer} not null,
      primary key (account_id, coll, gram, number)
    ) ${table.clustered}`,
    // What went: objects (member 0) and collections (member 1) of this collection.
    `create table tombstone (
      account_id ${integer} not null,
      coll ${integer} not null,
      member ${integer} not null,
      name ${text} not null,
      revision ${integer} not null,
      at ${integer} not null,
      primary key (account_id, coll, member, name)
    ) ${table.clustered}`,
    `create index tombstone_revision on tombstone (account_id, coll, member, revision)`,
    `create index tombstone_at on tombstone (at)`,
    `create table history (
      account_id ${integer} not null,
      coll ${integer} not null,
      name ${text} not null,
      revision ${integer} not null,
      uid ${text} not null,
      etag ${text} not null,
      data ${bytes} not null,
      ended_at_revision ${integer} not null,
      removed ${integer} not null,
      ended_at ${integer} not null,
      by_account ${integer},
      client ${text} not null,
      primary key (account_id, coll, name, revision)
    ) ${table.heap}`,
    `create index history_ended on history (ended_at)`,
    ...preferKey('object', 'account_id, coll, name'),
    ...preferKey('body', 'account_id, coll, number'),
    ...preferKey('object_text', 'account_id, coll, number, property'),
    ...preferKey('object_gram', 'account_id, coll, gram, number'),
    ...preferKey('tombstone', 'account_id, coll, member, name'),
    ...preferKey('history', 'account_id, coll, name, revision'),
  ];
}
