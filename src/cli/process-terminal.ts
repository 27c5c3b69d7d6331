/**
 * The terminal of the running program.
 */
import { once } from 'node:events';
import { wantsColour } from '../operations/discovery/print.ts';
import type { Terminal } from './terminal.ts';

/** A password needs no more. */
const MOST_INPUT = 64 * 1024;

/** Standard input, output and error, with questions asked on standard error. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  // Who reads the output may have read enough, as `head` does: that is no error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const prompts = () => import('@clack/prompts');
  return {
    environment: env,
    directory: process.cwd(),
    interactive: stdin.isTTY === true && stderr.isTTY === true,
    colour: wantsColour(stdout, env.NO_COLOR),
    out: (text) => {
      stdout.write(text);
    },
    error: (text) => {
      stderr.write(text);
    },
    async flushed() {
      if (stdout.writableNeedDrain) await once(stdout, 'drain');
    },
    async input() {
      let text = '';
      stdin.setEncoding('utf8');
      for await (const chunk of stdin) {
        text += chunk;
        if (text.length > MOST_INPUT) break;
      }
      return text;
    },
    async askPassword(message) {
      const { password, isCancel } = await prompts();
      const answer = await password({ message, output: stderr });
      return isCancel(answer) ? undefined : answer;
    },
    async confirm(message) {
      const { confirm, isCancel } = await prompts();
      const answer = await confirm({ message, initialValue: false, output: stderr });
      return !isCancel(answer) && answer;
    },
  };
}
