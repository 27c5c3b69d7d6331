/**
 * `davit domain add|list|remove` and `davit domain administrator add|remove`
 */
import { addAdministrator, removeAdministrator } from '../operations/administrators.ts';
import { counted } from '../operations/amounts.ts';
import { addDomain, type DomainHoldings, domainHoldings, listDomains, removeDomain } from '../operations/domains.ts';
import { Refusal } from '../operations/refusal.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import { table } from './table.ts';
import { confirmed, type Terminal } from './terminal.ts';

export interface DomainAddFlags extends ConfigFlags {
  readonly tenant?: string;
}

/** `davit domain add` */
export async function domainAdd(terminal: Terminal, domain: string, flags: DomainAddFlags): Promise<void> {
  const work = withAdministration(terminal, flags, 'domain add', (admin) => addDomain(admin, domain, flags.tenant), {
    makes: true,
  });
  const { name, tenant } = await work;
  terminal.out(`Added the domain ${name}${tenant === name ? '' : ` of the tenant ${tenant}`}.\n`);
}

export interface ListFlags extends ConfigFlags {
  readonly json?: boolean;
}

/** `davit domain list` */
export async function domainList(terminal: Terminal, flags: ListFlags): Promise<void> {
  const domains = await withAdministration(terminal, flags, 'domain list', listDomains);
  if (flags.json === true) terminal.out(`${JSON.stringify(domains, null, 2)}\n`);
  else if (domains.length === 0) terminal.out('There are no domains yet. Add one: davit domain add example.com\n');
  else {
    const rows = domains.map(({ name, tenant, administrators }) => [name, tenant, administrators.join(', ')]);
    terminal.out(table(['DOMAIN', 'TENANT', 'ADMINISTRATORS'], terminal.colour).rows(rows));
  }
}

/** `davit domain administrator add` and `davit domain administrator remove` */
export async function domainAdministrator(
  terminal: Terminal,
  domain: string,
  address: string,
  flags: ConfigFlags,
  removing: boolean,
): Promise<void> {
  const change = removing ? removeAdministrator : addAdministrator;
  const command = `domain administrator ${removing ? 'remove' : 'add'}`;
  const result = await withAdministration(terminal, flags, command, (admin) => change(admin, domain, address));
  if (removing) terminal.out(`${result.account.address} is no administrator of ${result.domain} any more.\n`);
  else if (result.changed) {
    const { address, kind } = result.account;
    const who = kind === 'group' ? `The members of ${address} are administrators` : `${address} is an administrator`;
    terminal.out(`${who} of ${result.domain} now, with every privilege on everything in it.\n`);
  } else terminal.out(`${result.account.address} is an administrator of ${result.domain} already.\n`);
}

export interface DomainRemoveFlags extends ConfigFlags {
  readonly withAccounts?: boolean;
  readonly yes?: boolean;
}

/** `davit domain remove` */
export async function domainRemove(terminal: Terminal, domain: string, flags: DomainRemoveFlags): Promise<void> {
  const { withAccounts = false } = flags;
  await withAdministration(terminal, flags, 'domain remove', async (admin) => {
    const held = await domainHoldings(admin, domain);
    if (!withAccounts && held.accounts + held.aliases > 0) {
      throw new Refusal(
        `${held.name} is in use by ${inUse(held)}. Remove these first, or all of it with --with-accounts.`,
      );
    }
    const what = held.accounts + held.aliases === 0 ? '' : ` with ${inUse(held)}`;
    await confirmed(terminal, `The domain ${held.name}${what} will be removed for good.`, flags.yes);
    await removeDomain(admin, held.name, { withAccounts });
    terminal.out(`Removed the domain ${held.name}${what}.\n`);
  });
}

function inUse({ accounts, collections, objects, aliases }: DomainHoldings): string {
  const held = `${counted(accounts, 'account')} (${counted(collections, 'collection')} with ${counted(objects, 'object')})`;
  return aliases === 0 ? held : `${held} and ${aliases} alias${aliases === 1 ? '' : 'es'} of accounts elsewhere`;
}
