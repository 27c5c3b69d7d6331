/**
 * Takes the path of a request apart and puts paths together. One resource has one path: each segment is decoded exactly once, and what
 * could be read in two ways is refused. RFC 3986 section 3.3.
 */
import { Buffer } from 'node:buffer';

/** A path in origin form, taken apart. RFC 9112 section 3.2.1. */
export interface SplitPath {
  /** Decoded, compared by their characters as they are: neither case nor Unicode normal form is changed. */
  readonly segments: readonly string[];
  /** Whether it ends in a slash. */
  readonly isCollection: boolean;
  /** What follows the question mark, as written; '' without one. */
  readonly query: string;
}

/** Bytes of one decoded segment in UTF-8: room for the longest names that clients make from UIDs, and for no abuse. */
const SEGMENT_BYTES = 1000;
/** No resource lies half as deep. */
const SEGMENTS = 32;

/**
 * Takes `/calendars/user@example.com/work/?x` apart.
 *
 * Undefined, so a bad request, for: no leading slash, `#`, characters beyond ASCII and control characters as they stand or encoded
 * (NUL and those of C1 too), encodings that are no UTF-8, a slash within a segment, `.` and `..` in any spelling, empty segments,
 * segments of more than 1,000 bytes, more than 32 segments.
 */
export function splitPath(rawTarget: string): SplitPath | undefined {
  const mark = rawTarget.indexOf('?');
  const path = mark < 0 ? rawTarget : rawTarget.slice(0, mark);
  const query = mark < 0 ? '' : rawTarget.slice(mark + 1);
  if (!/^\/[ -"$-~]*$/.test(path)) return undefined;
  if (path === '/') return { segments: [], isCollection: true, query };

  const isCollection = path.endsWith('/');
  const raw = path.slice(1, isCollection ? -1 : undefined).split('/', SEGMENTS + 1);
  if (raw.length > SEGMENTS) return undefined;
  const segments: string[] = [];
  for (const part of raw) {
    const segment = decodeSegment(part);
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  return { segments, isCollection, query };
}

function decodeSegment(raw: string): string | undefined {
  // An encoded byte takes three characters at most, so that a longer text need not be decoded.
  if (raw === '' || raw.length > 3 * SEGMENT_BYTES) return undefined;
  let segment = raw;
  if (raw.includes('%')) {
    try {
      segment = decodeURIComponent(raw);
    } catch {
      return undefined;
    }
    if (/[\0-\x1f\x7f-\x9f/]/.test(segment)) return undefined;
  }
  if (segment === '.' || segment === '..') return undefined;
  return Buffer.byteLength(segment) > SEGMENT_BYTES ? undefined : segment;
}

/** The path of these segments, which must not be empty, with a slash at its end for a collection; the root is `/`. */
export function encodePath(segments: readonly string[], isCollection: boolean): string {
  if (segments.length === 0) return '/';
  let path = '';
  for (const segment of segments) path += `/${encodeSegment(segment)}`;
  return isCollection ? `${path}/` : path;
}

const PLAIN = /^[A-Za-z0-9\-._~!$&'()*+,;=:@]*$/;

/** A segment as it is printed: what RFC 3986 section 3.3 lets stand is left (`@`, `:`), all else is encoded byte by byte as UTF-8. */
export function encodeSegment(segment: string): string {
  if (PLAIN.test(segment)) return segment;
  return encodeURIComponent(segment.toWellFormed()).replace(/%(?:24|26|2B|2C|3A|3B|3D|40)/g, decodeURIComponent);
}
