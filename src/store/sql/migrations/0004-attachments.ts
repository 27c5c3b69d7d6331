/**
 * Managed attachments, and which objects use them.
 */
import type { Dialect } from '../database.ts';

export function attachments({ type: { text, integer }, table }: Dialect): readonly string[] {
  return [
    // How many attachments an object uses: nearly always none, and then nobody looks for them.
    `alter table object add column attachments ${integer} not null default 0`,
    // `uses` counts the objects that use it; `at` is when it was made or lost an object.
    `create table attachment (
      account_id ${integer} not null,
      managed_id ${text} not null,
      content ${integer},
      etag ${text} not null,
      size ${integer} not null,
      media_type ${text} not null,
      name ${text} not null,
      creator ${integer},
      created ${integer} not null,
      uses ${integer} not null,
      at ${integer} not null,
      primary key (account_id, managed_id)
    ) ${table.clustered}`,
    `create index attachment_bytes on attachment (account_id, etag, size)`,
    `create index attachment_unused on attachment (at) where uses <= 0`,
    `create table attachment_use (
      account_id ${integer} not null,
      coll ${integer} not null,
      number ${integer} not null,
      managed_id ${text} not null,
      primary key (account_id, coll, number, managed_id)
    ) ${table.clustered}`,
    `create index attachment_use_of on attachment_use (account_id, managed_id, coll)`,
  ];
}
