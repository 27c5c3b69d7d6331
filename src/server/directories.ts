/**
 * Keeps the directories of tenants: fills each from its source as often as the settings say, lists it with whoever lacks it, and goes on
 * with what was broken off. Of several programs on one store, one at a time fills a directory.
 */
import type { Administration } from '../operations/administration.ts';
import { counted } from '../operations/amounts.ts';
import { finishRemovals } from '../operations/directories/directories.ts';
import { type FillReport, fillDirectory } from '../operations/directories/fill.ts';
import { mountEverywhere } from '../operations/directory-mounts.ts';
import type { DirectorySource } from '../store/records.ts';
import type { Log } from './log.ts';
import { type Repeating, repeating } from './repeating.ts';

export interface DirectoryOptions {
  readonly admin: Administration;
  readonly log: Log;
  /** How often a directory is filled. */
  readonly everyMinutes: number;
  /** Seconds since 1970. */
  readonly clock: () => number;
  /** Milliseconds until it is first looked what is due, and then again. */
  readonly first?: number;
  readonly every?: number;
}

/** Starts the timer, which does not keep the program alive. */
export function keepDirectories(options: DirectoryOptions): Repeating {
  const { admin, log, everyMinutes, clock, first = 5_000, every = 60_000 } = options;

  async function keep(stopped: () => boolean): Promise<void> {
    try {
      const sources = await admin.store.read((tx) => tx.sources.list());
      for (const source of sources) if (!source.removed && !stopped()) await keepOne(source, stopped);
      if (sources.some(({ removed }) => removed)) await finishRemovals(admin, stopped);
    } catch (error) {
      log.error('the directories of tenants could not be kept; it is tried again later', error);
    }
  }

  async function keepOne(source: DirectorySource, stopped: () => boolean): Promise<void> {
    if (source.tried !== undefined && clock() - source.tried < everyMinutes * 60) return;
    // What goes wrong with one keeps no other from being filled.
    const report = await fillDirectory(admin, source, { stopped }).catch((error: unknown) => {
      log.error(`the directory ${source.name} could not be filled`, error);
      return undefined;
    });
    if (report !== undefined) told(source, report);
    await mountEverywhere(admin, source, { stopped });
  }

  function told({ name, fault }: DirectorySource, report: FillReport): void {
    if (report.fault !== undefined && report.fault !== fault) {
      log.warn(`the directory ${name} is not whole, and nothing was removed from it: ${report.fault}`);
    }
    const { added, changed, removed } = report;
    if (added.count + changed.count + removed.count === 0) return;
    log.info(
      `directory ${name}: ${counted(added.count, 'card')} added, ${changed.count} changed, ${removed.count} removed`,
    );
  }

  return repeating({ first, every }, keep);
}
