/**
 * `davit group add|list|remove` and `davit group member add|remove|list`
 */
import { holdingsOf, removeUser } from '../operations/accounts.ts';
import { counted } from '../operations/amounts.ts';
import {
  addGroup,
  addMembers,
  groupWithMembers,
  listGroups,
  type MembersChanged,
  removeMembers,
} from '../operations/groups.ts';
import { Refusal } from '../operations/refusal.ts';
import type { Account } from '../store/records.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import type { ListFlags } from './domain-commands.ts';
import { table } from './table.ts';
import { confirmed, type Terminal } from './terminal.ts';
import type { UserListFlags, UserRemoveFlags } from './user-commands.ts';

export interface GroupAddFlags extends ConfigFlags {
  readonly name?: string;
  readonly alias?: readonly string[];
}

/** `davit group add` */
export async function groupAdd(terminal: Terminal, given: string, flags: GroupAddFlags): Promise<void> {
  const { name, alias: aliases } = flags;
  const group = {
    address: given,
    ...(name === undefined ? {} : { name }),
    ...(aliases === undefined ? {} : { aliases }),
  };
  const { address } = await withAdministration(terminal, flags, 'group add', (admin) => addGroup(admin, group));
  terminal.out(`Added the group ${address}. Members come with: davit group member add ${address} ADDRESS...\n`);
}

/** `davit group list` */
export async function groupList(terminal: Terminal, flags: UserListFlags): Promise<void> {
  await withAdministration(terminal, flags, 'group list', async (admin) => {
    const which = flags.domain === undefined ? {} : { domain: flags.domain };
    const rows = table(['ADDRESS', 'NAME', 'MEMBERS', 'ALIASES'], terminal.colour);
    let count = 0;
    for await (const page of listGroups(admin, which)) {
      if (page.length === 0) continue;
      if (flags.json === true) {
        const one = page.map(({ group: { address, aliases, displayName }, members }) =>
          JSON.stringify({ address, aliases, name: displayName, members }),
        );
        terminal.out(one.map((text, i) => `${count + i === 0 ? '[' : ','}\n  ${text}`).join(''));
      } else {
        terminal.out(
          rows.rows(
            page.map(({ group, members }) => [
              group.address,
              group.displayName,
              String(members),
              group.aliases.join(', '),
            ]),
          ),
        );
      }
      count += page.length;
      await terminal.flushed();
    }
    if (flags.json === true) terminal.out(count === 0 ? '[]\n' : '\n]\n');
    else if (count === 0) terminal.out('There are no groups yet. Add one: davit group add team@example.com\n');
  });
}

/** `davit group remove` */
export async function groupRemove(terminal: Terminal, given: string, flags: UserRemoveFlags): Promise<void> {
  await withAdministration(terminal, flags, 'group remove', async (admin) => {
    const { account } = await holdingsOf(admin, given);
    if (account.kind !== 'group') {
      throw new Refusal(`${account.address} is no group. A user is removed with: davit user remove ${account.address}`);
    }
    const { members } = await groupWithMembers(admin, account.address);
    const what = `the group ${account.address} with ${counted(members.length, 'member')}`;
    await confirmed(
      terminal,
      `T${what.slice(1)} will be removed for good; the members themselves stay, without what was shared with the group.`,
      flags.yes,
    );
    await removeUser(admin, account.address);
    terminal.out(`Removed ${what}.\n`);
  });
}

/** `davit group member add` and `davit group member remove` */
export async function groupMemberChange(
  terminal: Terminal,
  group: string,
  addresses: readonly string[],
  flags: ConfigFlags,
  removing: boolean,
): Promise<void> {
  const change = removing ? removeMembers : addMembers;
  const command = `group member ${removing ? 'remove' : 'add'}`;
  const result = await withAdministration(terminal, flags, command, (admin) => change(admin, group, addresses));
  terminal.out(removing ? `${named(result.changed)} left ${result.group.address}.\n` : added(result));
}

function added({ group: { address }, changed, already }: MembersChanged): string {
  const lines = [];
  if (changed.length > 0) {
    lines.push(`${named(changed)} ${changed.length === 1 ? 'is a member' : 'are members'} of ${address} now.\n`);
  }
  if (already.length > 0) {
    const were = already.length === 1 ? 'was one' : 'were members';
    lines.push(
      changed.length > 0
        ? `${named(already)} ${were} already.\n`
        : `${named(already)} ${already.length === 1 ? 'was a member' : 'were members'} of ${address} already.\n`,
    );
  }
  return lines.join('');
}

/** `a`, `a and b`, `a, b and c` */
function named(accounts: readonly Account[]): string {
  const addresses = accounts.map(({ address }) => address);
  const last = addresses.pop() ?? '';
  return addresses.length === 0 ? last : `${addresses.join(', ')} and ${last}`;
}

/** `davit group member list` */
export async function groupMemberList(terminal: Terminal, given: string, flags: ListFlags): Promise<void> {
  const { group, members } = await withAdministration(terminal, flags, 'group member list', (admin) =>
    groupWithMembers(admin, given),
  );
  if (flags.json === true) {
    const listed = members.map(({ address, displayName, kind }) => ({ address, name: displayName, kind }));
    terminal.out(`${JSON.stringify(listed, null, 2)}\n`);
  } else if (members.length === 0) {
    terminal.out(
      `${group.address} has no members yet. Add one: davit group member add ${group.address} user@example.com\n`,
    );
  } else {
    const rows = members.map(({ address, displayName, kind }) => [address, displayName, kind]);
    terminal.out(table(['ADDRESS', 'NAME', 'KIND'], terminal.colour).rows(rows));
  }
}
