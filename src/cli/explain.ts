/**
 * What is said of an error: the sentence of a refusal as it is; of anything else its message. A stack trace only for those who ask for it.
 */

/** Text for standard error, ending in a line feed. With `DAVIT_DEBUG` set, with the stack. */
export function explain(error: unknown, environment: Readonly<Record<string, string | undefined>>): string {
  const debug = (environment.DAVIT_DEBUG ?? '') !== '';
  if (debug && error instanceof Error) return `davit: ${error.stack ?? error.message}\n`;
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.trim().split('\n');
  // Refusals are written for people, whole sentences; they are known by name so that this file need not load what throws them.
  const known = error instanceof Error && ['Refusal', 'StartError', 'InvalidOption'].includes(error.name);
  if (known) return lines.map((line, index) => `${index === 0 ? 'davit: ' : ''}${line}\n`).join('');
  const [first = 'something went wrong'] = lines;
  return `davit: ${first} (this should not happen; DAVIT_DEBUG=1 shows where it did)\n`;
}
