/**
 * `davit user add|list|passwd|quota|birthdays|disable|enable|remove`
 */
import {
  type AccountUsage,
  addUser,
  changeAccount,
  checkFree,
  disable,
  enable,
  holdingsOf,
  listAccounts,
  removeUser,
  setPassword,
  usageOf,
  usageOfAll,
} from '../operations/accounts.ts';
import { normalAddress } from '../operations/addresses.ts';
import { counted, octetsInWords } from '../operations/amounts.ts';
import { birthdaysOf, switchBirthdays } from '../operations/birthdays.ts';
import { quotaOf } from '../operations/quotas.ts';
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
    const rows = table(['ADDRESS', 'NAME', 'KIND', 'STATE', 'USED', 'QUOTA', 'ALIASES'], terminal.colour);
    let count = 0;
    for await (const accounts of listAccounts(admin, which)) {
      const page = await usageOfAll(admin, accounts);
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

function json(account: AccountUsage): string {
  const { address, aliases, displayName, kind, disabled, passwordHash, created } = account.account;
  const at = new Date(created * 1000).toISOString();
  const hasPassword = passwordHash !== undefined;
  const { used, quota = null } = account;
  return JSON.stringify({ address, aliases, name: displayName, kind, disabled, hasPassword, used, quota, created: at });
}

function row({ account, used, quota }: AccountUsage): readonly string[] {
  const { address, displayName, kind, disabled, passwordHash, aliases } = account;
  const open = passwordHash === undefined && kind === 'individual' ? 'no password' : '';
  const room = kind === 'group' ? ['', ''] : [octetsInWords(used), quota === undefined ? 'none' : octetsInWords(quota)];
  return [address, displayName, kind, disabled ? 'disabled' : open, ...room, aliases.join(', ')];
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

/** `davit user quota` */
export async function userQuota(
  terminal: Terminal,
  given: string,
  size: string | undefined,
  flags: ListFlags,
): Promise<void> {
  const quota = size === undefined ? undefined : quotaOf(size);
  const usage = await withAdministration(terminal, flags, 'user quota', async (admin) => {
    // Groups hold nothing: that is said before anything is changed.
    const { account } = await usageOf(admin, given);
    if (quota !== undefined) await changeAccount(admin, account.address, { quota });
    return usageOf(admin, account.address);
  });
  const { address } = usage.account;
  if (flags.json === true) {
    terminal.out(`${JSON.stringify({ address, used: usage.used, quota: usage.quota ?? null })}\n`);
    return;
  }
  const bound = usage.quota === undefined ? 'there is no bound' : `the quota is ${octetsInWords(usage.quota)}`;
  const full = usage.quota !== undefined && usage.used >= usage.quota ? '; nothing more can be stored' : '';
  terminal.out(`${address} uses ${octetsInWords(usage.used)}; ${bound}${full}.\n`);
}

/** `davit user birthdays` */
export async function userBirthdays(
  terminal: Terminal,
  given: string,
  state: string | undefined,
  flags: ListFlags,
): Promise<void> {
  const { address, on, events } = await withAdministration(terminal, flags, 'user birthdays', (admin) =>
    state === undefined ? birthdaysOf(admin, given) : switchBirthdays(admin, given, state === 'on'),
  );
  if (flags.json === true) terminal.out(`${JSON.stringify({ address, birthdays: on, events })}\n`);
  else if (on) terminal.out(`${address} has a birthdays calendar with ${counted(events, 'event')}.\n`);
  else terminal.out(`${address} has no birthdays calendar.\n`);
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
