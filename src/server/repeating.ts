/**
 * Work that is done from time to time, not for a request: never twice at once, and ended by whoever ends the program.
 */

/** What was started, and goes on. */
export interface Repeating {
  /** Does now what is due, or waits for what is under way. */
  run(): Promise<void>;
  /** Starts nothing more, and waits for what is under way. */
  close(): Promise<void>;
}

/** In milliseconds. */
export interface Rhythm {
  /** Until it is done the first time. */
  readonly first: number;
  /** From the end of one time to the next one. */
  readonly every: number;
}

/** Starts the timer, which does not keep the program alive. The work itself looks now and then whether it is to stop, and never rejects. */
export function repeating({ first, every }: Rhythm, work: (stopped: () => boolean) => Promise<void>): Repeating {
  let stopped = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  function run(): Promise<void> {
    running ??= work(() => stopped).finally(() => {
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
