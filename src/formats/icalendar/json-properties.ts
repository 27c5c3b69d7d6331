/**
 * What jCal and jCard have in common: JSON in UTF-8, whose properties have parameters of one text or several. RFC 7265 section 3.5,
 * RFC 7095 section 3.4.
 */
import type { Parameter } from './component.ts';

const DECODER = new TextDecoder('utf-8', { fatal: true });

/** The value of a JSON text; undefined when it is none, or not in UTF-8. */
export function readJson(data: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof data === 'string' ? data : DECODER.decode(data));
  } catch {
    return undefined;
  }
}

/** Parameters as an object, with all values of one name in one place. */
export function jsonParameters(parameters: readonly Parameter[]): Readonly<Record<string, string | readonly string[]>> {
  const byName = new Map<string, string[]>();
  for (const { name, values } of parameters) {
    const key = name.toLowerCase();
    const known = byName.get(key);
    if (known === undefined) byName.set(key, [...values]);
    else for (const value of values) known.push(value);
  }
  return Object.fromEntries(
    Array.from(byName, ([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]),
  );
}

/** The values of a parameter; undefined when one of them is no text. Numbers and truth values are taken for texts. */
export function parameterValues(value: unknown): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = values.flatMap((one) => (['string', 'number', 'boolean'].includes(typeof one) ? [String(one)] : []));
  return texts.length === values.length ? texts : undefined;
}
