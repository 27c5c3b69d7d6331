/**
 * `davit directory add|list|sync|remove` and `davit user directory`
 */
import { resolve } from 'node:path';
import { normalAddress } from '../operations/addresses.ts';
import type { Administration } from '../operations/administration.ts';
import { counted } from '../operations/amounts.ts';
import {
  addDirectory,
  directoriesOf,
  findDirectory,
  type ListedDirectory,
  listDirectories,
  type NewDirectory,
  removeDirectory,
  showDirectory,
  syncDirectory,
} from '../operations/directories/directories.ts';
import type { FillReport, Names } from '../operations/directories/fill.ts';
import { attributesFrom, checkUrl, type LdapSettings, STANDARD_FILTER } from '../operations/directories/settings.ts';
import { printable } from '../operations/discovery/wording.ts';
import { Refusal } from '../operations/refusal.ts';
import type { DirectoryPolicy, DirectorySource } from '../store/records.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import type { ListFlags } from './domain-commands.ts';
import { table } from './table.ts';
import { confirmed, type Terminal } from './terminal.ts';

export interface DirectoryAddFlags extends ConfigFlags {
  readonly tenant?: string;
  readonly from?: string;
  readonly title?: string;
  readonly url?: string;
  readonly base?: string;
  readonly filter?: string;
  readonly oneLevel?: boolean;
  readonly bindDn?: string;
  readonly passwordFile?: string;
  readonly caFile?: string;
  /** False with `--no-tls`. */
  readonly tls?: boolean;
  readonly attribute?: readonly string[];
}

/** `davit directory add`. False when it could not be filled; it is there then, and will be tried again. */
export async function directoryAdd(terminal: Terminal, name: string, flags: DirectoryAddFlags): Promise<boolean> {
  const { title, tenant } = flags;
  const from = sourceOf(flags, terminal.directory);
  return withAdministration(terminal, flags, 'directory add', async (admin) => {
    const source = await addDirectory(admin, { name, title, tenant, from });
    terminal.out(`Added the directory ${name}.\n`);
    if (from.kind === 'principals' && (await policyOf(admin, source)) === 'acquaintances') {
      terminal.out(
        'It shows all users of the tenant to one another, who else look up only whom they share something with.\n',
      );
    }
    return filled(terminal, admin, source, false);
  });
}

async function policyOf({ store }: Administration, { tenant }: DirectorySource): Promise<DirectoryPolicy | undefined> {
  return (await store.read((tx) => tx.directory.tenant(tenant)))?.directory;
}

/** @throws Refusal */
function sourceOf(flags: DirectoryAddFlags, folder: string): NewDirectory['from'] {
  const { from, url, base, bindDn, passwordFile, caFile } = flags;
  if (from === undefined) throw new Refusal('What fills it? Say --from principals or --from ldap.');
  if (from !== 'ldap') {
    const stray = url ?? base ?? flags.filter ?? bindDn ?? passwordFile ?? caFile ?? flags.attribute?.[0];
    if (stray !== undefined) throw new Refusal('Flags of LDAP need --from ldap.');
    return { kind: 'principals' };
  }
  if (url === undefined || base === undefined) {
    throw new Refusal('Where is it? Say --url ldaps://HOST and --base DN.');
  }
  if ((bindDn === undefined) !== (passwordFile === undefined)) {
    throw new Refusal('--bind-dn and --password-file belong together: say both, or neither for an anonymous search.');
  }
  const plain = flags.tls === false;
  const settings: LdapSettings = {
    ...{ url: checkUrl(url, plain), base, plain, bindDn, attributes: attributesFrom(flags.attribute ?? []) },
    scope: flags.oneLevel === true ? 'one' : 'sub',
    filter: flags.filter ?? STANDARD_FILTER,
    passwordFile: passwordFile === undefined ? undefined : resolve(folder, passwordFile),
    certificates: caFile === undefined ? undefined : resolve(folder, caFile),
  };
  return { kind: 'ldap', ...settings };
}

export interface DirectoryListFlags extends ListFlags {
  readonly tenant?: string;
}

/** `davit directory list` */
export async function directoryList(terminal: Terminal, flags: DirectoryListFlags): Promise<void> {
  const listed = await withAdministration(terminal, flags, 'directory list', (admin) =>
    listDirectories(admin, flags.tenant),
  );
  if (flags.json === true) terminal.out(`${JSON.stringify(listed.map(json), null, 2)}\n`);
  else if (listed.length === 0) {
    terminal.out('There are no directories yet. Add one: davit directory add company --from principals\n');
  } else {
    const rows = table(['DIRECTORY', 'TENANT', 'TITLE', 'FROM', 'CARDS', 'FILLED', 'FAULT'], terminal.colour);
    terminal.out(rows.rows(listed.map(row)));
  }
}

function row({ name, tenant, title, from, entries, filled: at, fault }: ListedDirectory): readonly string[] {
  return [name, tenant, title, from, String(entries), at === undefined ? 'never' : time(at), printable(fault, 80)];
}

function json({ filled: at, tried, ...rest }: ListedDirectory) {
  const when = (seconds: number | undefined) => (seconds === undefined ? null : time(seconds));
  return { ...rest, filled: when(at), tried: when(tried) };
}

/** `2026-11-22T18:04:05Z` */
function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** `davit directory sync`. False when it is not whole. */
export async function directorySync(terminal: Terminal, name: string, flags: DirectoryListFlags): Promise<boolean> {
  return withAdministration(terminal, flags, 'directory sync', async (admin) =>
    filled(terminal, admin, await findDirectory(admin, name, flags.tenant), flags.json === true),
  );
}

async function filled(
  terminal: Terminal,
  admin: Administration,
  source: DirectorySource,
  asJson: boolean,
): Promise<boolean> {
  const report = await syncDirectory(admin, source);
  if (report === undefined) throw new Refusal(`Another program is filling ${source.name} at the moment.`);
  if (asJson) terminal.out(`${JSON.stringify({ ...report, fault: report.fault ?? null }, null, 2)}\n`);
  else {
    terminal.out(reportText(report));
    if (report.fault !== undefined) {
      terminal.error(
        `${source.name} is not whole, and nothing was removed from it: ${printable(report.fault, 500)}.\n`,
      );
    }
  }
  return report.fault === undefined;
}

/** Names of one sort that are printed. */
const SHOWN = 20;

function reportText(report: FillReport): string {
  const { added, changed, removed, unreadable, unchanged } = report;
  const summary = `${counted(added.count, 'card')} added, ${changed.count} changed, ${removed.count} removed, ${unchanged} as before`;
  const unread =
    unreadable.count === 0
      ? ''
      : `; ${unreadable.count === 1 ? '1 entry' : `${unreadable.count} entries`} could not be read`;
  const lists = [
    listOf('added', added),
    listOf('changed', changed),
    listOf('removed', removed),
    listOf('not read', unreadable),
  ];
  return `${lists.join('')}${summary}${unread}.\n`;
}

function listOf(what: string, { count, names }: Names): string {
  const shown = names.slice(0, SHOWN).map((name) => `${what.padEnd(9)} ${printable(name, 200)}\n`);
  return shown.join('') + (count > shown.length ? `${what.padEnd(9)} and ${count - shown.length} more\n` : '');
}

export interface DirectoryRemoveFlags extends ConfigFlags {
  readonly tenant?: string;
  readonly yes?: boolean;
}

/** `davit directory remove` */
export async function directoryRemove(terminal: Terminal, name: string, flags: DirectoryRemoveFlags): Promise<void> {
  await withAdministration(terminal, flags, 'directory remove', async (admin) => {
    const source = await findDirectory(admin, name, flags.tenant);
    await confirmed(terminal, `The directory ${name} will be removed, for all users.`, flags.yes);
    await removeDirectory(admin, source);
    terminal.out(`Removed the directory ${name}.\n`);
  });
}

/** `davit user directory` */
export async function userDirectory(
  terminal: Terminal,
  given: string,
  { name, choice }: { readonly name: string | undefined; readonly choice: string | undefined },
  flags: ListFlags,
): Promise<void> {
  const address = normalAddress(given);
  if (name !== undefined && choice !== 'shown' && choice !== 'hidden') {
    throw new Refusal('Say whether it shall be shown or hidden: davit user directory ADDRESS NAME shown');
  }
  const seen = await withAdministration(terminal, flags, 'user directory', async (admin) => {
    if (name !== undefined) await showDirectory(admin, { address, name, shown: choice === 'shown' });
    return directoriesOf(admin, address);
  });
  if (flags.json === true) {
    terminal.out(`${JSON.stringify(seen.map((one) => ({ ...one, shownAs: one.shownAs ?? null })))}\n`);
  } else if (seen.length === 0) terminal.out(`There is no directory for ${address}.\n`);
  else {
    const state = (shownAs: string | undefined) => (shownAs === undefined ? 'hidden' : `shown as ${shownAs}`);
    for (const one of seen) terminal.out(`${one.name} is ${state(one.shownAs)}.\n`);
  }
}
