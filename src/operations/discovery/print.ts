/**
 * Shows a discovery to a person at a terminal, and as JSON to a program.
 */
import { styleText } from 'node:util';
import type { ServiceOutcome, Step, Verdict } from './steps.ts';
import { printable } from './wording.ts';

/** Whether to colour: only a terminal, and only if `NO_COLOR` is unset or empty. */
export function wantsColour(stream: { readonly isTTY?: boolean }, noColor: string | undefined): boolean {
  return stream.isTTY === true && (noColor === undefined || noColor === '');
}

/** How text is shown. */
export interface PrintOptions {
  readonly colour: boolean;
}

const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red' } as const;

/** One step as lines ending in a line feed: verdict and question, the command, the answer, the advice. */
export function stepText(step: Step, { colour }: PrintOptions): string {
  const verdict = step.verdict.padEnd('warning'.length);
  const shown = colour ? styleText(COLOURS[step.verdict], verdict, { validateStream: false }) : verdict;
  const indent = ' '.repeat('warning'.length + 2);
  const lines = [
    `${shown}  ${step.service}: ${visible(step.what)}`,
    `${indent}$ ${visible(step.command)}`,
    `${indent}${visible(step.answer)}`,
  ];
  if (step.advice !== undefined)
    lines.push(`${indent}${step.verdict === 'ok' ? 'note' : 'mend'}: ${visible(step.advice)}`);
  return `${lines.join('\n')}\n`;
}

/** The verdict as lines ending in a line feed: the summary, then what to mend. */
export function verdictText(verdict: Verdict, { colour }: PrintOptions): string {
  const word = verdict.ok ? 'ok' : 'failed';
  const shown = colour ? styleText(['bold', COLOURS[word]], word, { validateStream: false }) : word;
  const lines = [`${shown}: ${visible(verdict.summary)}`];
  if (verdict.mend.length > 0)
    lines.push('To mend:', ...verdict.mend.map((advice, index) => `${index + 1}. ${visible(advice)}`));
  return `${lines.join('\n')}\n`;
}

/** What `--json` prints. */
export interface DiscoveryJson {
  readonly address: string;
  readonly ok: boolean;
  readonly summary: string;
  readonly mend: readonly string[];
  readonly services: readonly ServiceOutcome[];
  readonly steps: readonly Step[];
}

/** A finished discovery as one value for `JSON.stringify`. */
export function discoveryJson(address: string, steps: readonly Step[], verdict: Verdict): DiscoveryJson {
  const { ok, summary, mend, services } = verdict;
  return { address, ok, summary, mend, services, steps };
}

// Steps are harmless already; a terminal is not the place to rely on it.
function visible(text: string): string {
  return printable(text, Number.POSITIVE_INFINITY);
}
