/**
 * What an administrator's act refuses: a sentence for the person who asked, without a stack trace. It says what is wrong, where, and what to
 * do; the command line prints it as it is.
 */

/** An act that cannot be done as asked. Nothing has been changed. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
}

/** Several refusals at once, a line each: all that is wrong with a file. */
export function refuseAll(problems: readonly string[]): void {
  if (problems.length > 0) throw new Refusal(problems.join('\n'));
}
