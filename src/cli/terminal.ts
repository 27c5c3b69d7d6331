/**
 * What a command sees of the outside: where it writes, whether a person is there to answer, and what they answer. Tests have their own.
 */
import { Refusal } from '../operations/refusal.ts';

export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working directory. */
  readonly directory: string;
  /** Whether somebody can be asked. */
  readonly interactive: boolean;
  /** Whether what is printed may be coloured. */
  readonly colour: boolean;
  out(text: string): void;
  error(text: string): void;
  /** Resolves when what was written has left; before more of a long list is read. */
  flushed(): Promise<void>;
  /** All that standard input gives, up to some bound. */
  input(): Promise<string>;
  /** Undefined when the question was left with Ctrl-C. */
  askPassword(question: string): Promise<string | undefined>;
  confirm(question: string): Promise<boolean>;
}

/** The first line of standard input: for `--password-stdin`. @throws Refusal when there is none */
export async function passwordFromInput(terminal: Terminal): Promise<string> {
  const [password = ''] = (await terminal.input()).split(/\r?\n/, 1);
  if (password === '') throw new Refusal('--password-stdin: standard input has no password in its first line.');
  return password;
}

/** A new password, asked for twice. @throws Refusal when nobody is there, or the two differ */
export async function newPassword(
  terminal: Terminal,
  address: string,
  fromInput: boolean | undefined,
): Promise<string> {
  if (fromInput === true) return passwordFromInput(terminal);
  if (!terminal.interactive) {
    throw new Refusal('There is no terminal on which to ask for the password: give it with --password-stdin.');
  }
  const password = await terminal.askPassword(`Password of ${address}`);
  if (password === undefined) throw new Refusal('Nothing has been changed.');
  const again = await terminal.askPassword('The same once more');
  if (again !== password) throw new Refusal('The two passwords differ. Nothing has been changed.');
  return password;
}

/** Goes on with `--yes` or after a yes. @throws Refusal */
export async function confirmed(terminal: Terminal, what: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  const asked = what.endsWith('\n') ? what : `${what} `;
  if (!terminal.interactive)
    throw new Refusal(`${asked}There is no terminal on which to ask: say --yes if that is meant.`);
  if (!(await terminal.confirm(`${asked}Go on?`))) throw new Refusal('Nothing has been changed.');
}
