/**
 * Which part of a representation a request asks for. RFC 9110 section 14.
 */
import type { Validators } from './conditions.ts';
import { parseHttpDate } from './headers.ts';

/** Octets from `first` to `last`, both included, counted from 0. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** A set of exactly one range; the empty elements that a list may have are passed over. */
const ONE_RANGE = /^[ \t]*bytes=[ \t,]*(\d*)-(\d*)[ \t,]*$/i;

/**
 * The part of `size` octets that a Range header asks for, cut to what there is. Undefined where the whole is to be served: without the
 * header, for another unit, for what is malformed, for several ranges, and where there are no octets at all. `unsatisfiable` is 416.
 *
 * @see RFC 9110 section 14.2
 */
export function parseRange(value: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const found = value === undefined || size === 0 ? null : ONE_RANGE.exec(value);
  if (found === null) return undefined;
  const [, from = '', to = ''] = found;
  if (from === '') return to === '' ? undefined : suffix(Number(to), size);
  // Numbers of any length: what is not exact any more lies far beyond the end.
  const first = Number(from);
  const last = to === '' ? Number.POSITIVE_INFINITY : Number(to);
  if (last < first) return undefined;
  return first < size ? { first, last: Math.min(last, size - 1) } : 'unsatisfiable';
}

function suffix(length: number, size: number): ByteRange | 'unsatisfiable' {
  return length === 0 ? 'unsatisfiable' : { first: Math.max(0, size - length), last: size - 1 };
}

/**
 * Whether the Range header counts beside this If-Range: only when the client's part is of what is there now. Tags are compared strongly,
 * dates exactly; what is neither does not hold.
 *
 * @see RFC 9110 section 13.1.5
 */
export function ifRangeHolds(value: string | undefined, current: Validators): boolean {
  if (value === undefined) return true;
  const validator = value.trim();
  if (validator.slice(0, 3).includes('"')) return validator === current.etag && !validator.startsWith('W/');
  return parseHttpDate(validator) === Math.floor(current.modified);
}

/** The Content-Range of a part. RFC 9110 section 14.4. */
export function contentRange({ first, last }: ByteRange, size: number): string {
  return `bytes ${first}-${last}/${size}`;
}

/** The Content-Range of a refusal: how much there is. RFC 9110 section 14.4. */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`;
}
