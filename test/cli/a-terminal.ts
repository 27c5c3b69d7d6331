/**
 * A terminal for tests: what a command prints is kept, and answers are given beforehand.
 */
import { run } from '../../src/cli/program.ts';
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
  const code = await run(args, terminal);
  return { code, out, error, questions };
}
