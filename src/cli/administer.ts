/**
 * What commands that work on the store have in common: the configuration, the data folder, the open store, and its closing whatever happens.
 */
import { existsSync } from 'node:fs';
import { catalogue } from '../dav/catalogue.ts';
import { type Administration, administration } from '../operations/administration.ts';
import { prepareDataFolder } from '../operations/data-folder.ts';
import { Refusal } from '../operations/refusal.ts';
import { type LoadedConfig, loadConfig } from '../server/config.ts';
import { standardFeatures } from '../server/features.ts';
import { openStore } from '../server/open-store.ts';
import type { Terminal } from './terminal.ts';

/** Flags of commands that read the configuration. */
export interface ConfigFlags {
  readonly data?: string;
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
}

/** The configuration as these flags, the environment and the file have it. @throws Refusal */
export function configFor(terminal: Terminal, flags: ConfigFlags): LoadedConfig {
  const { environment, directory } = terminal;
  const { data, host, port, config: file } = flags;
  return loadConfig({ directory, environment, file, flags: { data, host, port } });
}

/**
 * Opens the store for a command and closes it afterwards. Unless the command `makes` data, there must be some already: a slip in a path
 * shall not become an empty database.
 * @throws Refusal
 */
export async function withAdministration<T>(
  terminal: Terminal,
  flags: ConfigFlags,
  command: string,
  work: (admin: Administration, loaded: LoadedConfig) => Promise<T>,
  { makes = false }: { readonly makes?: boolean } = {},
): Promise<T> {
  const loaded = configFor(terminal, flags);
  const { store: location, data, limits, quota, files } = loaded.config;
  if (location.engine === 'sqlite') {
    if (!makes && !existsSync(location.file)) {
      throw new Refusal(
        `There is no Davit data in ${data}: choose the folder with --data DIR, or make it with davit serve.`,
      );
    }
    prepareDataFolder(data);
  }
  const store = await openStore(location, { quota });
  const admin = administration(store, catalogue(standardFeatures({ files })), `davit ${command}`, { limits, quota });
  try {
    return await work(admin, loaded);
  } finally {
    await admin.store.close();
  }
}
