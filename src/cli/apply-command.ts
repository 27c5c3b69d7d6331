/**
 * `davit apply FILE`
 */
import { planApply, runApply } from '../operations/apply/apply.ts';
import { readDeclaration } from '../operations/apply/declaration.ts';
import type { Change } from '../operations/apply/plan.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import { confirmed, type Terminal } from './terminal.ts';

export interface ApplyFlags extends ConfigFlags {
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Tells each change when it is made. */
export async function apply(terminal: Terminal, file: string, flags: ApplyFlags): Promise<void> {
  const { prune = false, dryRun = false } = flags;
  const declaration = readDeclaration(file);
  await withAdministration(
    terminal,
    flags,
    'apply',
    async (admin) => {
      const plan = await planApply(admin, declaration, { prune });
      const removals = plan.changes.filter((change) => change.action === 'remove');
      if (removals.length > 0 && !dryRun) {
        const list = removals.map((change) => `  ${line(change)}`).join('\n');
        await confirmed(terminal, `These are not in ${file} and will be removed for good:\n${list}\n`, flags.yes);
      }
      const made: Change[] = [];
      for await (const change of dryRun ? plan.changes : runApply(plan)) {
        made.push(change);
        if (flags.json !== true) terminal.out(`${line(change)}\n`);
      }
      if (flags.json === true) terminal.out(`${JSON.stringify(made, null, 2)}\n`);
      else terminal.out(summary(made.length, dryRun));
    },
    { makes: !dryRun },
  );
}

const WORDS = { add: 'added', change: 'changed', remove: 'removed' } as const;

function line({ action, kind, name, details }: Change): string {
  return `${WORDS[action]} ${kind} ${name}${details.length === 0 ? '' : `: ${details.join(', ')}`}`;
}

function summary(count: number, dryRun: boolean): string {
  if (count === 0) return 'Everything is as the file says.\n';
  const changes = count === 1 ? '1 change' : `${count} changes`;
  return dryRun ? `${changes}, none of them made: this was --dry-run.\n` : `${changes}.\n`;
}
