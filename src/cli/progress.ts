/**
 * How far a long command is: one line that changes on a terminal, a line now and then elsewhere. It goes to standard error, so that what the
 * command prints can be read by programs.
 */
import { counted } from '../operations/amounts.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds between two lines. */
const ON_TERMINAL = 200;
const ELSEWHERE = 10_000;

export interface Progress {
  /** So many more are done. */
  add(count: number): void;
  /** Takes the line away, so that something else can be printed. */
  clear(): void;
  /** The same for good; how many were done, and how quickly: `20000 objects in 12 seconds`. */
  end(): string;
}

/** Begins to count things of that name: `object`. */
export function progress(terminal: Terminal, what: string, now: () => number = () => performance.now()): Progress {
  const began = now();
  let told = began;
  let done = 0;
  let shown = false;
  const clear = (): void => {
    if (shown) terminal.error('\r\x1b[2K');
    shown = false;
  };
  return {
    add(count) {
      done += count;
      const at = now();
      if (at - told < (terminal.interactive ? ON_TERMINAL : ELSEWHERE)) return;
      told = at;
      const rate = Math.round((done * 1000) / (at - began));
      const line = `${counted(done, what)}, ${rate} a second`;
      terminal.error(terminal.interactive ? `\r\x1b[2K${line}` : `${line}\n`);
      shown = terminal.interactive;
    },
    clear,
    end() {
      clear();
      const seconds = (now() - began) / 1000;
      return seconds < 1 ? counted(done, what) : `${counted(done, what)} in ${counted(Math.round(seconds), 'second')}`;
    },
  };
}
