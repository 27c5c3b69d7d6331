/**
 * `davit verify [ADDRESS]`
 */
import { counted } from '../operations/amounts.ts';
import { printable } from '../operations/discovery/wording.ts';
import { isBeingRenewed, verifyStore } from '../operations/verify.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import { progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

export interface VerifyFlags extends ConfigFlags {
  readonly json?: boolean;
}

/** Letters of a path and of a reason that are shown. */
const PATH = 300;
const REASON = 300;

/** Tells each fault when it is found, and returns whether there is none. @throws Refusal */
export async function verifyCommand(
  terminal: Terminal,
  address: string | undefined,
  flags: VerifyFlags,
): Promise<boolean> {
  return withAdministration(terminal, flags, 'verify', async (admin) => {
    const done = progress(terminal, 'object');
    let [found, objects] = [0, 0];
    for await (const verified of verifyStore(admin, address)) {
      objects += verified.objects;
      done.add(verified.objects);
      for (const fault of verified.faults) {
        done.clear();
        if (flags.json === true) terminal.out(`${found === 0 ? '{ "faults": [' : ','}\n  ${JSON.stringify(fault)}`);
        else terminal.out(`${printable(fault.path, PATH)}: ${printable(fault.reason, REASON)}\n`);
        found++;
      }
      await terminal.flushed();
    }
    const all = done.end();
    if (flags.json === true) {
      terminal.out(`${found === 0 ? '{ "faults": [' : '\n'}], "objects": ${objects} }\n`);
    } else terminal.out(`${all}: ${found === 0 ? 'all is well' : counted(found, 'fault')}.\n`);
    if (flags.json !== true && (await isBeingRenewed(admin))) {
      terminal.out('The index of times is still being made anew after an update: davit serve goes on with it.\n');
    }
    return found === 0;
  });
}
