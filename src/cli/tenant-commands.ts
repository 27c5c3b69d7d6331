/**
 * `davit tenant list` and `davit tenant set`
 */
import { suggestion } from '../operations/nearest.ts';
import { Refusal } from '../operations/refusal.ts';
import { listTenants, POLICIES, policyOf, setDirectoryPolicy } from '../operations/tenants.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import type { ListFlags } from './domain-commands.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

/** `davit tenant list` */
export async function tenantList(terminal: Terminal, flags: ListFlags): Promise<void> {
  const tenants = await withAdministration(terminal, flags, 'tenant list', listTenants);
  if (flags.json === true) terminal.out(`${JSON.stringify(tenants, null, 2)}\n`);
  else if (tenants.length === 0)
    terminal.out('There are no tenants yet. One comes with its first domain: davit domain add example.com\n');
  else {
    const rows = tenants.map(({ name, directory, domains }) => [name, directory, domains.join(', ')]);
    terminal.out(table(['TENANT', 'DIRECTORY', 'DOMAINS'], terminal.colour).rows(rows));
  }
}

export interface TenantSetFlags extends ConfigFlags {
  readonly directory: string;
}

/** `davit tenant set` */
export async function tenantSet(terminal: Terminal, name: string, flags: TenantSetFlags): Promise<void> {
  const policy = policyOf(flags.directory);
  if (policy === undefined) {
    const words = Object.keys(POLICIES);
    const near = suggestion(flags.directory, words) || '.';
    throw new Refusal(`--directory is ${words.join(' or ')}, not ${JSON.stringify(flags.directory)}${near}`);
  }
  const changed = await withAdministration(terminal, flags, 'tenant set', (admin) =>
    setDirectoryPolicy(admin, name, policy),
  );
  terminal.out(`${name}: ${POLICIES[policy]}${changed ? '' : ', as before'}.\n`);
}
