/**
 * After a start, accounts from before a feature get the home that it brings, while the service answers already.
 */
import type { Administration } from '../operations/administration.ts';
import { counted } from '../operations/amounts.ts';
import { provisionMissing } from '../operations/missing-homes.ts';
import type { Log } from './log.ts';

export interface HomesUnderWay {
  /** Resolves when all that are missing are made. Never rejects. */
  readonly done: Promise<void>;
  /** Ends after the account under way; the next start goes on. */
  close(): Promise<void>;
}

/** Begins, and logs a line when it has made something. */
export function bringHomes(admin: Administration, log: Log): HomesUnderWay {
  let stopped = false;
  const done = provisionMissing(admin, { stopped: () => stopped }).then(
    (count) => {
      if (count > 0) log.info(`${counted(count, 'account')} got the homes that a new feature brings`);
    },
    (error: unknown) =>
      log.error('homes that accounts lack could not be made; it is tried again at the next start', error),
  );
  return {
    done,
    close() {
      stopped = true;
      return done;
    },
  };
}
