/**
 * What is done from time to time, not for a request: forgetting removals and former versions that are older than the settings say, and
 * clearing away locks that have expired, attachments that nothing uses and contents that were uploaded in vain.
 */
import type { Store } from '../store/store.ts';
import type { Log } from './log.ts';

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
  /** Seconds since 1970. */
  readonly clock?: () => number;
  /** Milliseconds. */
  readonly first?: number;
  readonly every?: number;
  /** Rows removed in one transaction. */
  readonly batch?: number;
}

export interface Jobs {
  /** Does now what is due. Never rejects. */
  run(): Promise<void>;
  /** Starts nothing more, and waits for the batch under way. */
  close(): Promise<void>;
}

/** Starts the timer, which does not keep the program alive. */
export function startJobs(options: JobOptions): Jobs {
  const { store, retention, log, first = 60_000, every = 300_000, batch = 500 } = options;
  const clock = options.clock ?? (() => Math.floor(Date.now() / 1000));
  let stopped = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function prune(): Promise<void> {
    const now = clock();
    const before = {
      tombstones: now - retention.tombstoneDays * DAY,
      history: now - retention.historyDays * DAY,
      locks: now - EXPIRED,
      attachments: now - UNATTACHED,
      contents: now - UNUSED,
    };
    try {
      while (!stopped) {
        const gone = await store.prune(before, batch);
        if (Object.values(gone).every((rows) => rows < batch)) return;
        // Requests come first.
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      log.error('what is old and of no use could not be cleared away; it is tried again later', error);
    }
  }

  function run(): Promise<void> {
    running ??= prune().finally(() => {
      running = undefined;
    });
    return running;
  }

  function schedule(after: number): void {
    if (stopped) return;
    timer = setTimeout(() => void run().then(() => schedule(every)), after);
    timer.unref();
  }

  schedule(first);
  return {
    run,
    async close() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
