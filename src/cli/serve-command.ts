/**
 * `davit serve`: makes the demo where there is nothing yet, starts the service, says what a newcomer needs, and runs until it is stopped.
 */
import { performance } from 'node:perf_hooks';
import { catalogue } from '../dav/catalogue.ts';
import { type Administration, administration } from '../operations/administration.ts';
import { prepareDataFolder } from '../operations/data-folder.ts';
import { demoPasswordsFile, hasDemo, isUntouched, keptLogins, makeDemo, refuseOpenDemo } from '../operations/demo.ts';
import { type Config, isOpen } from '../server/config.ts';
import { standardFeatures } from '../server/features.ts';
import { createLog } from '../server/log.ts';
import { openStore } from '../server/open-store.ts';
import { type Serving, type Signals, serve as startService, untilStopped } from '../server/serve.ts';
import type { Store } from '../store/store.ts';
import { type ConfigFlags, configFor } from './administer.ts';
import type { Terminal } from './terminal.ts';
import { type Welcome, welcomeText } from './welcome.ts';

/** Resolves when the service has been stopped. */
export async function serve(terminal: Terminal, flags: ConfigFlags): Promise<void> {
  const { config } = configFor(terminal, flags);
  const log = createLog(config.log);
  prepareDataFolder(config.data);
  const store = await openStore(config.store, { quota: config.quota });
  const { serving, welcome } = await start(config, store, log).catch(async (error: unknown) => {
    // The service may have closed it already; what matters is why it did not start.
    await store.close().catch(() => {});
    throw error;
  });
  // Whoever reads that it runs may stop it at once.
  const stopped = untilStopped(serving, log, oncePerKeyPress(process));
  terminal.out(welcomeText(welcome, terminal.colour));
  await stopped;
}

async function start(
  config: Config,
  store: Store,
  log: ReturnType<typeof createLog>,
): Promise<{ readonly serving: Serving; readonly welcome: Welcome }> {
  const { files, limits, quota } = config;
  const admin = administration(store, catalogue(standardFeatures({ files })), 'davit serve', { limits, quota });
  const demo = await demoFor(config, admin);
  const serving = await startService(config, log, { openedStore: store });
  const { certificate } = serving;
  const welcome = {
    origin: serving.origin,
    addresses: serving.addresses,
    data: config.store.engine === 'sqlite' ? config.data : `PostgreSQL, certificate and passwords in ${config.data}`,
    engine: store.engine,
    certificate: certificate?.selfSigned === true ? certificate : undefined,
    demo,
    empty: demo === undefined && (await isUntouched(admin)),
  };
  return { serving, welcome };
}

/** The demo's logins where the demo is to be or is already. @throws Refusal when it would be reached from the network */
async function demoFor(config: Config, admin: Administration): Promise<Welcome['demo']> {
  const file = demoPasswordsFile(config.data);
  if (isOpen(config)) {
    await refuseOpenDemo(admin, config.host);
    return undefined;
  }
  if (config.demo === 'auto' && (await isUntouched(admin))) return { logins: await makeDemo(admin, config.data), file };
  if (!(await hasDemo(admin))) return undefined;
  const logins = keptLogins(config.data);
  return logins === undefined ? undefined : { logins, file };
}

/** Signals that arrive within this time are one, in milliseconds. */
const ONE_PRESS = 300;

/**
 * Ctrl-C reaches every program of the terminal, and those that started this one (npm, the launcher) pass theirs on: one key press arrives
 * two or three times. A second signal that a person means comes later.
 */
export function oncePerKeyPress(signals: Signals, now: () => number = () => performance.now()): Signals {
  const wrapped = new Map<string, () => void>();
  let last = Number.NEGATIVE_INFINITY;
  return {
    on(signal, listener) {
      const calm = (): void => {
        const at = now();
        if (at - last < ONE_PRESS) return;
        last = at;
        listener();
      };
      wrapped.set(signal, calm);
      return signals.on(signal, calm);
    },
    off: (signal, listener) => signals.off(signal, wrapped.get(signal) ?? listener),
    exit: (code) => signals.exit(code),
  };
}
