/**
 * The port that a database driver implements. SQL is written once, in the common language of SQLite and PostgreSQL, with `$1`, `$2` for parameters;
 * what the engines say differently has a name in `Dialect`.
 */

/** What a column holds. Numbers are whole and below 2^53. */
export type Cell = string | number | Uint8Array | null;
export type Row = readonly Cell[];

declare const answer: unique symbol;
/** SQL text that answers rows of this shape. It is prepared once per connection, so texts are few and fixed. */
export type Statement<R extends Row = Row> = string & { readonly [answer]?: R };

/** Names the shape of a statement's rows; the contract's suite runs each on each engine. */
export function statement<R extends Row = Row>(text: string): Statement<R> {
  return text as Statement<R>;
}

/** A list bound to one parameter, in the driver's own form: for `Dialect.isIn` and `Dialect.each`. */
declare const listed: unique symbol;
export type List = { readonly [listed]: true } | string;
export type Parameter = Cell | List;

/** The type of a list's elements. */
export type Element = 'text' | 'bigint';

/** Where the engines' languages differ. Every member is SQL text. */
export interface Dialect {
  /** Column types. `text` compares octet by octet. */
  readonly type: { readonly text: string; readonly integer: string; readonly bytes: string; readonly identity: string };
  /** Table options: rows lie in the order of their primary key; rows lie apart; rows are updated often. */
  readonly table: { readonly clustered: string; readonly heap: string; readonly hot: string };
  /** Ends an index that also holds columns of the primary key, where clustered tables do not see to that. */
  covering(columns: string): string;
  /** Statements, after a table's indexes, for a planner that would guess: a full primary key is the way to a row. */
  preferKey(table: string, key: string): readonly string[];
  /** The same, after another index is made on such a table. */
  preferKeyAgain(table: string, key: string): readonly string[];
  /** Ends a select whose row stays locked until the end of the transaction; empty where a writer is alone. */
  readonly lockRow: string;
  /** Keeps other programs from migrating until the end of the transaction, where BEGIN does not. */
  readonly lockSchema: string | undefined;
  /** After a table's alias: the index to take, for a planner that would guess; empty where statistics see to that. */
  indexedBy(index: string): string;
  /** Whether the expression is one of a bound list. */
  isIn(expression: string, list: string, element: Element): string;
  /**
   * FROM and WHERE for the rows that fulfil `where` and whose text column is in a bound list, each looked up by its key.
   * `table` is a name with its alias; further conditions follow with `and`.
   */
  rowsIn(table: `${string} ${string}`, where: string, column: string, list: string): string;
  /** A table with one column `value`, the elements of a bound list. */
  each(list: string, element: Element): string;
  /** Whether a text contains another. The empty text is contained in every text. */
  contains(text: string, part: string): string;
}

/** A transaction in the making. Statements that do not need one another's answers may be sent without waiting in between; they run in order. */
export interface Session {
  readonly dialect: Dialect;
  /** How many rows changed. */
  run(statement: Statement, parameters: readonly Parameter[]): Promise<number>;
  one<R extends Row>(statement: Statement<R>, parameters: readonly Parameter[]): Promise<R | undefined>;
  all<R extends Row>(statement: Statement<R>, parameters: readonly Parameter[]): Promise<readonly R[]>;
  list(values: readonly string[] | readonly number[]): List;
}

export interface Database {
  /** For people: `SQLite 3.54.1`. */
  readonly engine: string;
  /** One snapshot. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** All or nothing, durable when it resolves. May run `work` again. */
  write<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Builds statements once for each dialect. */
export function perDialect<T>(build: (dialect: Dialect) => T): (dialect: Dialect) => T {
  const built = new Map<Dialect, T>();
  return (dialect) => {
    let statements = built.get(dialect);
    if (statements === undefined) {
      statements = build(dialect);
      built.set(dialect, statements);
    }
    return statements;
  };
}

/** A text that both engines keep as it is: no U+0000, which PostgreSQL refuses, and no lone surrogates, which UTF-8 cannot say. */
export function storable(text: string): string {
  const formed = text.isWellFormed() ? text : text.toWellFormed();
  return formed.includes('\0') ? formed.replaceAll('\0', '\ufffd') : formed;
}
