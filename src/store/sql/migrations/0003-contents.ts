/**
 * Large contents, in pieces, and what each account takes up.
 */
import type { Dialect } from '../database.ts';

export function contents({ type: { integer, bytes }, table }: Dialect): readonly string[] {
  return [
    `alter table object add column content ${integer}`,
    `create index object_content on object (account_id, coll, content) where content is not null`,
    // `links` counts the objects that have it; -1 where its pieces are being removed. `at` is when it was last written or lost an object.
    `create table content (
      account_id ${integer} not null,
      id ${integer} not null,
      links ${integer} not null,
      at ${integer} not null,
      primary key (account_id, id)
    ) ${table.clustered}`,
    `create index content_unused on content (at) where links <= 0`,
    `create table content_piece (
      account_id ${integer} not null,
      content ${integer} not null,
      number ${integer} not null,
      data ${bytes} not null,
      primary key (account_id, content, number)
    ) ${table.heap}`,
    `create table usage_of_account (
      account_id ${integer} primary key,
      octets ${integer} not null,
      quota ${integer}
    ) ${table.clustered} ${table.hot}`,
    `insert into usage_of_account (account_id, octets)
      select account_id, cast(sum(size) as bigint) from object group by account_id`,
  ];
}
