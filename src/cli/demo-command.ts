/**
 * `davit demo`
 */
import { demoPasswordsFile, makeDemo, refuseOpenDemo } from '../operations/demo.ts';
import { Refusal } from '../operations/refusal.ts';
import { isOpen } from '../server/config.ts';
import { type ConfigFlags, withAdministration } from './administer.ts';
import type { Terminal } from './terminal.ts';
import { loginLines } from './welcome.ts';

/** Fills the data folder with the demo domain. */
export async function demo(terminal: Terminal, flags: ConfigFlags): Promise<void> {
  await withAdministration(
    terminal,
    flags,
    'demo',
    async (admin, { config }) => {
      if (isOpen(config)) {
        await refuseOpenDemo(admin, config.host);
        throw new Refusal(
          `The demo is for this machine alone, and host ${config.host} opens it to the network: set host to 127.0.0.1.`,
        );
      }
      const logins = await makeDemo(admin, config.data);
      terminal.out(`The demo is in ${config.data}. Its logins, also kept in ${demoPasswordsFile(config.data)}:\n`);
      terminal.out(loginLines(logins));
      terminal.out('Start it: davit serve\n');
    },
    { makes: true },
  );
}
