/**
 * The log: a line per request, and what an administrator should know. Never credentials, never bodies.
 */
import { pino } from 'pino';

/** One request, answered. */
export interface Access {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly status: number;
  readonly ms: number;
  /** Of the answer's body, as sent. */
  readonly octets: number;
  /** The address of whoever is logged in. */
  readonly user: string | undefined;
  /** The address of the client. */
  readonly client: string | undefined;
  /** User-Agent */
  readonly agent: string | undefined;
}

export interface Log {
  /** Absent where requests are not logged, so that they cost nothing. */
  readonly access?: (line: Access) => void;
  info(message: string): void;
  warn(message: string): void;
  /** `error` with its stack. */
  error(message: string, error?: unknown): void;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LogOptions {
  /** This and what is graver. Requests are at `info`. */
  readonly level: LogLevel;
  /** Lines for people, or JSON for programs. */
  readonly format: 'text' | 'json';
  /** Takes whole lines. */
  readonly write?: (lines: string) => void;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

const RANK: Readonly<Record<LogLevel, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
  silent: 99,
};

/** A log to standard error, or where `write` puts it. */
export function createLog(options: LogOptions): Log {
  const write = options.write ?? lineWriter((lines) => process.stderr.write(lines));
  return options.format === 'json' ? jsonLog(options, write) : textLog(options, write);
}

/** A log that says nothing. */
export const SILENT: Log = { info() {}, warn() {}, error() {} };

// --- JSON ----------------------------------------------------------------------------------------------------------------------------

function jsonLog({ level, clock }: LogOptions, write: (line: string) => void): Log {
  const time = clock === undefined ? {} : { timestamp: () => `,"time":${clock()}` };
  const logger = pino({ level, base: null, ...time }, { write });
  const log: Log = {
    info: (message) => logger.info(message),
    warn: (message) => logger.warn(message),
    error: (message, error) =>
      error === undefined ? logger.error(message) : logger.error({ err: asError(error) }, message),
  };
  if (!logger.isLevelEnabled('info')) return log;
  const access = (line: Access): void => logger.info({ ...line, ms: Math.round(line.ms * 100) / 100 }, 'request');
  return { ...log, access };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

// --- text ----------------------------------------------------------------------------------------------------------------------------

function textLog({ level, clock = Date.now }: LogOptions, write: (line: string) => void): Log {
  const least = RANK[level];
  const say = (rank: number, mark: string, message: string): void => {
    if (rank >= least) write(`${new Date(clock()).toISOString()} ${mark}${harmless(message)}\n`);
  };
  const log: Log = {
    info: (message) => say(RANK.info, '', message),
    warn: (message) => say(RANK.warn, 'warning: ', message),
    error(message, error) {
      say(RANK.error, 'error: ', message);
      if (error === undefined || RANK.error < least) return;
      for (const line of asErrorText(error).split('\n')) write(`    ${harmless(line)}\n`);
    },
  };
  if (RANK.info < least) return log;
  return { ...log, access: (line) => say(RANK.info, '', accessText(line)) };
}

function asErrorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = error.stack ?? error.message;
  return error.cause === undefined ? text : `${text}\ncaused by ${asErrorText(error.cause)}`;
}

function accessText({ method, path, status, ms, octets, user, client, agent }: Access): string {
  const who = `${user ?? '-'} from ${client ?? '-'}`;
  return `${method} ${path} ${status} ${octets} octets ${ms.toFixed(1)} ms ${who} ${JSON.stringify(agent ?? '-')}`;
}

/** On one line, whatever a client has put into it. */
function harmless(text: string): string {
  return text
    .slice(0, 4000)
    .replace(
      /[\0-\x1f\x7f-\x9f\u2028\u2029]/g,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
}

// --- writing -------------------------------------------------------------------------------------------------------------------------

/** Gathers the lines of one turn of the event loop into one write. What was not written yet is written when the program ends. */
function lineWriter(write: (lines: string) => void): (line: string) => void {
  let gathered = '';
  const flush = (): void => {
    const lines = gathered;
    gathered = '';
    if (lines !== '') write(lines);
  };
  process.once('exit', flush);
  return (line) => {
    if (gathered === '') setImmediate(flush);
    gathered += line;
  };
}
