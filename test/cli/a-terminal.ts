/**
 * A terminal for tests: what a command prints is kept, and answers are given beforehand.
 */
import assert from 'node:assert/strict';
import { run as runProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export interface Answers {
  /** What standard input gives. */
  readonly input?: string;
  /** Answers to questions for passwords, in order; with any answers, somebody is there. */
  readonly passwords?: readonly (string | undefined)[];
  readonly yes?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
  /** What was asked. */
  readonly questions: readonly string[];
}

/** Command lines in a folder, as they are typed: words with spaces between them. */
export interface CommandLine {
  run(args: string, answers?: Answers): Promise<Ran>;
  /** Runs what must go well and answers what it prints. */
  well(args: string, answers?: Answers): Promise<string>;
  /** Runs what must fail: one line that says why, and nothing is printed. */
  refused(args: string, reason: RegExp, answers?: Answers): Promise<void>;
}

/** Types in a folder. */
export function commandLine(folder: string): CommandLine {
  const run = (args: string, answers: Answers = {}): Promise<Ran> => davit(folder, args.split(' '), answers);
  return {
    run,
    async well(args, answers) {
      const { code, out, error } = await run(args, answers);
      assert.deepEqual({ code, error }, { code: 0, error: '' });
      return out;
    },
    async refused(args, reason, answers) {
      const { code, out, error } = await run(args, answers);
      assert.deepEqual({ code, out }, { code: 1, out: '' });
      assert.match(error, /^davit: [^\n]+\n$/);
      assert.match(error, reason);
    },
  };
}

/** Runs a command line in a folder. */
export async function davit(directory: string, args: readonly string[], answers: Answers = {}): Promise<Ran> {
  const passwords = [...(answers.passwords ?? [])];
  const questions: string[] = [];
  let [out, error] = ['', ''];
  const terminal: Terminal = {
    environment: answers.environment ?? {},
    directory,
    interactive: answers.passwords !== undefined || answers.yes !== undefined,
    colour: false,
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    flushed: async () => {},
    input: async () => answers.input ?? '',
    async askPassword(question) {
      questions.push(question);
      return passwords.shift();
    },
    async confirm(question) {
      questions.push(question);
      return answers.yes ?? false;
    },
  };
  const code = await runProgram(args, terminal);
  return { code, out, error, questions };
}
