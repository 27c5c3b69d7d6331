/**
 * Large contents: bytes in pieces, filled and read a few at a time, and shared by the objects that have them. Links are counted; what has
 * none is removed after a while, in small steps, because its pieces may be many.
 */

import type { ContentReader, ContentWriter } from '../contents.ts';
import type { AccountId, ContentId, Origin } from '../records.ts';
import { accountId, contentId, PIECE } from '../records.ts';
import type { Database, Session } from './database.ts';
import { perDialect, statement } from './database.ts';
import { nextNumber } from './numbers.ts';

const PIECES = statement<[Uint8Array]>(
  `select data from content_piece where account_id = $1 and content = $2 and number >= $3 and number < cast($3 as bigint) + cast($4 as bigint)
   order by number`,
);

/** Reads contents through a session. */
export function contentReader(session: Session): ContentReader {
  return {
    async pieces(account, content, first, count) {
      return (await session.all(PIECES, [account, content, first, count])).map((row) => row[0]);
    },
  };
}

const BEGIN = statement('insert into content (account_id, id, links, at) values ($1, $2, 0, $3)');
/** What an object has is not changed any more. */
const TOUCH = statement('update content set at = $3 where account_id = $1 and id = $2 and links = 0');
const APPEND = statement('insert into content_piece (account_id, content, number, data) values ($1, $2, $3, $4)');

/** Writes contents in one transaction. */
export function contentWriter(session: Session, origin: Origin): ContentWriter {
  return {
    async begin(account) {
      const number = await nextNumber(session, account);
      await session.run(BEGIN, [account, number, origin.at]);
      return contentId(number);
    },
    async append(account, content, first, pieces) {
      for (const [at, { byteLength }] of pieces.entries()) {
        if (byteLength > PIECE || (byteLength < PIECE && at < pieces.length - 1)) throw new Error('not a piece');
      }
      const [touched] = await Promise.all([
        session.run(TOUCH, [account, content, origin.at]),
        ...pieces.map((piece, at) => session.run(APPEND, [account, content, first + at, piece])),
      ]);
      if (touched === 0) throw new Error(`no content ${account}/${content} to be filled`);
    },
  };
}

const LINK = statement('update content set links = links + 1 where account_id = $1 and id = $2 and links >= 0');
const UNLINK = statement('update content set links = links - 1, at = $3 where account_id = $1 and id = $2');
const unlinking = perDialect(({ isIn }) =>
  statement(
    `update content set links = links - cast($4 as bigint), at = $3 where account_id = $1 and ${isIn('id', '$2', 'bigint')}`,
  ),
);

/** One object's content becomes another, either of which may be none; the content's removal begins to be due at `at`. */
export async function relink(
  session: Session,
  account: AccountId,
  from: ContentId | undefined,
  to: ContentId | undefined,
  at: number,
): Promise<void> {
  if (from === to) return;
  const [linked] = await Promise.all([
    to === undefined ? 1 : session.run(LINK, [account, to]),
    from === undefined ? undefined : session.run(UNLINK, [account, from, at]),
  ]);
  if (linked === 0) throw new Error(`no content ${account}/${to}`);
}

/** A content, and how many objects of some have it. */
export type Links = readonly [content: number, objects: number];

/** So many objects lose their contents. A statement for each number of objects: nearly always one. */
export async function unlinkAll(
  session: Session,
  account: AccountId,
  lost: readonly Links[],
  at: number,
): Promise<void> {
  for (const [objects, some] of Map.groupBy(lost, (each) => each[1])) {
    const list = session.list(some.map(([content]) => content));
    await session.run(unlinking(session.dialect), [account, list, at, objects]);
  }
}

const UNUSED = statement<[number, number]>(
  'select account_id, id from content where links <= 0 and at < $1 order by at, account_id, id limit $2',
);
/** From here on it cannot become an object's again. */
const CONDEMN = statement('update content set links = -1 where account_id = $1 and id = $2 and links <= 0 and at < $3');
const REMOVE_PIECES = statement(
  `delete from content_piece where account_id = $1 and content = $2 and number in (
     select p.number from content_piece p where p.account_id = $1 and p.content = $2 order by p.number desc limit $3)`,
);
const REMOVE = statement('delete from content where account_id = $1 and id = $2');

/** Rows removed in one transaction: some 10 MB. */
const STEP = 40;

/** Removes at most `limit` rows, pieces included, of contents that nothing has used since that second; says how many. */
export async function pruneContents(database: Database, before: number, limit: number): Promise<number> {
  const unused = await database.read((session) => session.all(UNUSED, [before, limit]));
  let removed = 0;
  for (const [account, content] of unused) {
    for (let whole = false; !whole && removed < limit; ) {
      const most = Math.min(STEP, limit - removed);
      const step = await database.write((session) => removeStep(session, accountId(account), content, before, most));
      removed += step.rows;
      whole = step.whole;
    }
  }
  return removed;
}

async function removeStep(session: Session, account: AccountId, content: number, before: number, most: number) {
  if ((await session.run(CONDEMN, [account, content, before])) === 0) return { rows: 0, whole: true };
  const rows = await session.run(REMOVE_PIECES, [account, content, most]);
  // The row goes when there is still room for it, and surely nothing is left.
  if (rows === most) return { rows, whole: false };
  return { rows: rows + (await session.run(REMOVE, [account, content])), whole: true };
}
