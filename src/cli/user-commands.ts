/**
 * `davit user add|list|passwd|disable|enable|remove`
 */
import {
  addUser,
  checkFree,
  disable,
  enable,
  holdingsOf,
  listAccounts,
  removeUser,
  setPassword,
} from '../operations/accounts.ts';
import { normalAddress } from '../operations/addresses.ts';
import { counted } from '../operations/apply.ts';
import type { Account } from '../store/records.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import type { ListFlags } from './domain-commands.ts';
import { table } from './table.ts';
import { confirmed, newPassword, type Terminal } from './terminal.ts';

export interface UserAddFlags extends ConfigFlags {
  readonly name?: string;
  readonly alias?: readonly string[];
  readonly passwordStdin?: boolean;
  /** False with `--no-password`. */
  readonly password?: boolean;
}

/** `davit user add` */
export async function userAdd(terminal: Terminal, given: string, flags: UserAddFlags): Promise<void> {
  const address = normalAddress(given);
  const { name, alias: aliases } = flags;
  const withPassword = flags.password !== false;
  await withAdministration(terminal, flags, 'user add', async (admin) => {
    await checkFree(admin, address);
    const password = withPassword ? await newPassword(terminal, address, flags.passwordStdin) : undefined;
    await addUser(admin, {
      address,
      ...(name === undefined ? {} : { name }),
      ...(aliases === undefined ? {} : { aliases }),
      ...(password === undefined ? {} : { credential: { password } }),
    });
  });
  const later = withPassword ? '' : ` A password comes with: davit user passwd ${address}`;
  terminal.out(`Added ${address}.${later}\n`);
}

export interface UserListFlags extends ListFlags {
  readonly domain?: string;
}

/** `davit user list` */
export async function userList(terminal: Terminal, flags: UserListFlags): Promise<void> {
  await withAdministration(terminal, flags, 'user list', async (admin) => {
    const which = flags.domain === undefined ? {} : { domain: flags.domain };
    const rows = table(['ADDRESS', 'NAME', 'KIND', 'STATE', 'ALIASES'], terminal.colour);
    let count = 0;
    for await (const page of listAccounts(admin, which)) {
      if (flags.json === true)
        terminal.out(page.map((one, i) => `${count + i === 0 ? '[' : ','}\n  ${json(one)}`).join(''));
      else terminal.out(rows.rows(page.map(row)));
      count += page.length;
      await terminal.flushed();
    }
    if (flags.json === true) terminal.out(count === 0 ? '[]\n' : '\n]\n');
    else if (count === 0) terminal.out('There are no accounts yet. Add one: davit user add user@example.com\n');
  });
}

function json({ address, aliases, displayName, kind, disabled, passwordHash, created }: Account): string {
  const at = new Date(created * 1000).toISOString();
  const hasPassword = passwordHash !== undefined;
  return JSON.stringify({ address, aliases, name: displayName, kind, disabled, hasPassword, created: at });
}

function row({ address, displayName, kind, disabled, passwordHash, aliases }: Account): readonly string[] {
  const open = passwordHash === undefined && kind === 'individual' ? 'no password' : '';
  return [address, displayName, kind, disabled ? 'disabled' : open, aliases.join(', ')];
}

export interface PasswordFlags extends ConfigFlags {
  readonly passwordStdin?: boolean;
}

/** `davit user passwd` */
export async function userPasswd(terminal: Terminal, given: string, flags: PasswordFlags): Promise<void> {
  const address = normalAddress(given);
  await withAdministration(terminal, flags, 'user passwd', async (admin) => {
    // Whoever mistypes the address learns it before typing a password twice.
    await holdingsOf(admin, address);
    await setPassword(admin, address, await newPassword(terminal, address, flags.passwordStdin));
  });
  terminal.out(`${address} has a new password; the former one is void.\n`);
}

/** `davit user disable` and `davit user enable` */
export async function userState(
  terminal: Terminal,
  given: string,
  flags: ConfigFlags,
  disabled: boolean,
): Promise<void> {
  const change = disabled ? disable : enable;
  const command = `user ${disabled ? 'disable' : 'enable'}`;
  const { address } = await withAdministration(terminal, flags, command, (admin) => change(admin, given));
  terminal.out(
    disabled ? `${address} cannot log in any more; nothing was removed.\n` : `${address} can log in again.\n`,
  );
}

export interface UserRemoveFlags extends ConfigFlags {
  readonly yes?: boolean;
}

/** `davit user remove` */
export async function userRemove(terminal: Terminal, given: string, flags: UserRemoveFlags): Promise<void> {
  await withAdministration(terminal, flags, 'user remove', async (admin) => {
    const { account, collections, objects } = await holdingsOf(admin, given);
    const { address } = account;
    const what = `${address} with ${counted(collections, 'collection')} and ${counted(objects, 'object')}`;
    await confirmed(terminal, `${what} will be removed for good.`, flags.yes);
    await removeUser(admin, address);
    terminal.out(`Removed ${what}.\n`);
  });
}
