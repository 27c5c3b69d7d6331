/**
 * What the times of objects are like, in three columns in place of their weeks of the year. What is there already may be like anything, so that it
 * is found as before; it gets its own when it is written, or when somebody goes on from the mark that is left here.
 */
import type { Dialect } from '../database.ts';

export function days({ type: { integer }, covering, preferKeyAgain }: Dialect): readonly string[] {
  const anything = 2 ** 53 - 1;
  return [
    'drop index object_time',
    'alter table object drop column weeks',
    // As `renewedTo` reads it: before the first object.
    `insert into meta (name, value) select 'times', '0 0 ' where exists (select 1 from object)`,
    ...['years', 'days', 'hours'].map(
      (column) => `alter table object add column ${column} ${integer} not null default ${anything}`,
    ),
    `create index object_time on object (account_id, coll, component, span, first_at, last_at, years, days, hours)
      ${covering('name')}`,
    ...preferKeyAgain('object', 'account_id, coll, name'),
  ];
}
