/**
 * The Accept header: which of several media types a client likes best. RFC 9110 section 12.5.1.
 */
import { parseMediaType } from './headers.ts';

/** A header names hardly more; what follows is not looked at. */
const MOST_RANGES = 100;

interface MediaRange {
  /** `text/calendar`, `text/*` or `*\/*`. */
  readonly range: string;
  /** By name in lower case, the weight among them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** From 0 to 1. */
  readonly weight: number;
}

/**
 * The best liked of these media types (in lower case). The first of them wins among equals, and when the header takes none of them. A type
 * may have a parameter, `text/vcard;version=4.0`: it is not taken where the header gives that another value. RFC 9110 section 12.4.2.
 */
export function preferredType(accept: string, types: readonly string[]): string | undefined {
  const ranges = rangesOf(accept);
  let [best] = types;
  let most = 0;
  for (const type of types) {
    const weight = weightOf(type, ranges);
    if (weight > most) {
      best = type;
      most = weight;
    }
  }
  return best;
}

/** The most exact range counts. */
function weightOf(written: string, ranges: readonly MediaRange[]): number {
  const [type = '', parameter = ''] = written.split(';');
  const [name = '', value] = parameter.split('=');
  const asked = (one: MediaRange): string | undefined => one.parameters.get(name)?.toLowerCase();
  const exact = ranges.filter((one) => one.range === type);
  const found =
    (value === undefined ? undefined : exact.find((one) => asked(one) === value)) ??
    exact.find((one) => asked(one) === undefined) ??
    ranges.find(({ range }) => range === `${type.slice(0, type.indexOf('/'))}/*`) ??
    ranges.find(({ range }) => range === '*/*');
  return found?.weight ?? 0;
}

function rangesOf(accept: string): readonly MediaRange[] {
  return accept
    .split(',', MOST_RANGES)
    .map((one) => parseMediaType(one))
    .filter((one) => one !== undefined)
    .map(({ type, parameters }) => ({ range: type, parameters, weight: weightIn(parameters.get('q')) }));
}

/** A weight that is none counts as none given. */
function weightIn(q: string | undefined): number {
  return q !== undefined && /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(q) ? Number(q) : 1;
}
