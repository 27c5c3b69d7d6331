/**
 * `davit config`: what is in force, and where it comes from.
 */
import { type ConfigFlags, configFor } from './administer.ts';
import { table } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface ShowConfigFlags extends ConfigFlags {
  readonly json?: boolean;
}

/** Prints every key; secrets are covered. */
export async function showConfig(terminal: Terminal, flags: ShowConfigFlags): Promise<void> {
  const { values } = configFor(terminal, flags);
  if (flags.json === true) {
    terminal.out(`${JSON.stringify(values, null, 2)}\n`);
    return;
  }
  const rows = values.map(({ key, value, source }) => [key, value === '' ? 'not set' : value, source]);
  terminal.out(table(['KEY', 'VALUE', 'FROM'], terminal.colour).rows(rows));
}
