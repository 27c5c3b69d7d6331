/**
 * What is done from time to time, not for a request: forgetting removals and former versions that are older than the settings say, and
 * clearing away locks that have expired, attachments that nothing uses and contents that were uploaded in vain; and, after an update, making anew
 * what the former version wrote into the index.
 */
import type { Store } from '../store/store.ts';
import type { Log } from './log.ts';
import { type Repeating, repeating } from './repeating.ts';

const DAY = 86_400;
/** A lock that has expired is none; its row is kept a little for whoever looks into what happened. In seconds. */
const EXPIRED = 3600;
/** So long a managed attachment that nothing uses can be put back: into an event that is undone, or sent again by another client. In seconds. */
const UNATTACHED = DAY;
/** Longer than an upload may pause. Whoever reads what was replaced meanwhile has so long; so long it takes room beside the quota. In seconds. */
const UNUSED = 900;

export interface JobOptions {
  readonly store: Pick<Store, 'prune'>;
  readonly retention: { readonly tombstoneDays: number; readonly historyDays: number };
  readonly log: Log;
  /** Makes a few rows of the index anew; false when there are none left to be. */
  readonly renew?: () => Promise<boolean>;
  /** Seconds since 1970. */
  readonly clock?: () => number;
  /** Milliseconds. */
  readonly first?: number;
  readonly every?: number;
  /** Rows removed in one transaction. */
  readonly batch?: number;
}

/** Requests that have arrived are answered before anything more is done. */
function requestsFirst(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Starts the timer, which does not keep the program alive. */
export function startJobs(options: JobOptions): Repeating {
  const { store, retention, log, renew, first = 60_000, every = 300_000, batch = 500 } = options;
  const clock = options.clock ?? (() => Math.floor(Date.now() / 1000));

  async function prune(stopped: () => boolean): Promise<void> {
    const now = clock();
    const before = {
      tombstones: now - retention.tombstoneDays * DAY,
      history: now - retention.historyDays * DAY,
      locks: now - EXPIRED,
      attachments: now - UNATTACHED,
      contents: now - UNUSED,
    };
    try {
      while (!stopped()) {
        const gone = await store.prune(before, batch);
        if (Object.values(gone).every((rows) => rows < batch)) return;
        await requestsFirst();
      }
    } catch (error) {
      log.error('what is old and of no use could not be cleared away; it is tried again later', error);
    }
  }

  async function renewAll(stopped: () => boolean): Promise<void> {
    let pages = 0;
    try {
      while (!stopped() && (await renew?.()) === true) {
        pages++;
        await requestsFirst();
      }
      if (pages > 0 && !stopped()) log.info('the index of times from before the update has been made anew');
    } catch (error) {
      log.error('the index of times from before the update could not be made anew; it is tried again later', error);
    }
  }

  return repeating({ first, every }, async (stopped) => {
    await prune(stopped);
    await renewAll(stopped);
  });
}
