/**
 * `davit lock list` and `davit lock break`
 */
import { normalAddress } from '../operations/addresses.ts';
import { counted } from '../operations/amounts.ts';
import { printable } from '../operations/discovery/wording.ts';
import { breakLocks, type ListedLock, listLocks, locksOn, lockWithToken } from '../operations/locks.ts';
import { Refusal } from '../operations/refusal.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import type { ListFlags } from './domain-commands.ts';
import { table } from './table.ts';
import { confirmed, type Terminal } from './terminal.ts';

/** Letters of what a client says about itself that a table shows. */
const OWNER = 40;

/** `davit lock list` */
export async function lockList(terminal: Terminal, given: string | undefined, flags: ListFlags): Promise<void> {
  const address = given === undefined ? undefined : normalAddress(given);
  await withAdministration(terminal, flags, 'lock list', async (admin) => {
    const rows = table(['PATH', 'HOLDER', 'SCOPE', 'DEPTH', 'EXPIRES', 'OWNER', 'TOKEN'], terminal.colour);
    let count = 0;
    for await (const page of listLocks(admin, address)) {
      if (page.length === 0) continue;
      if (flags.json === true)
        terminal.out(page.map((one, i) => `${count + i === 0 ? '[' : ','}\n  ${json(one)}`).join(''));
      else terminal.out(rows.rows(page.map(row)));
      count += page.length;
      await terminal.flushed();
    }
    if (flags.json === true) terminal.out(count === 0 ? '[]\n' : '\n]\n');
    else if (count === 0) terminal.out(`Nothing is locked${address === undefined ? '' : ` at ${address}`}.\n`);
  });
}

function json({ record, path, holder, owner }: ListedLock): string {
  const { scope, depth, token } = record;
  const created = time(record.created);
  return JSON.stringify({ path, holder, scope, depth, owner, created, expires: time(record.expires), token });
}

function row({ record, path, holder = '', owner }: ListedLock): readonly string[] {
  const { scope, depth, token, expires } = record;
  return [path, holder, scope, String(depth), time(expires), printable(owner, OWNER), token];
}

/** `2026-11-22T18:04:05Z` */
function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

export interface LockBreakFlags extends ConfigFlags {
  readonly token?: string;
  readonly yes?: boolean;
}

/** `davit lock break` */
export async function lockBreak(terminal: Terminal, path: string | undefined, flags: LockBreakFlags): Promise<void> {
  const { token } = flags;
  if ((path === undefined) === (token === undefined)) {
    throw new Refusal('Say which lock to break: the path of what is locked, or --token TOKEN.');
  }
  await withAdministration(terminal, flags, 'lock break', async (admin) => {
    const locks = token === undefined ? await locksOn(admin, path ?? '') : [await lockWithToken(admin, token)];
    const list = locks.map((lock) => `  ${sentence(lock)}\n`).join('');
    const [{ path: on } = { path: '' }] = locks;
    const what = locks.length === 1 ? 'This lock' : `These ${locks.length} locks`;
    await confirmed(terminal, `${what} on ${on} will be broken; who holds it may lose work:\n${list}`, flags.yes);
    const broken = await breakLocks(admin, locks);
    if (broken.length === 0) throw new Refusal(`${on} is not locked any more: there was nothing left to break.`);
    terminal.out(`Broke ${counted(broken.length, 'lock')} on ${on}:\n`);
    for (const lock of broken) terminal.out(`  ${sentence(lock)}\n`);
  });
}

/** `exclusive, by jane@example.com until 2026-11-22T18:04:05Z` */
function sentence({ record, holder, owner }: ListedLock): string {
  const below = record.depth === 'infinity' && record.name === '' ? ' with everything in it' : '';
  const says = owner === '' ? '' : ` (${printable(owner, OWNER)})`;
  return `${record.scope}${below}, held by ${holder ?? 'an account that is gone'}${says} until ${time(record.expires)}`;
}
