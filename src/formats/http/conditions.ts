/**
 * Decides the conditional requests of HTTP. RFC 9110 section 13.
 */
import { type EntityTag, parseEntityTags, parseHttpDate } from './headers.ts';

/** The fields as they came. */
export interface ConditionHeaders {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
}

/** What a resource is at the moment. */
export interface Validators {
  /** As sent, so with its quotes: `"abc"`, `W/"abc"`. */
  readonly etag: string;
  /** Seconds since 1970-01-01T00:00:00Z. */
  readonly modified: number;
}

/**
 * What the conditions say about a request: `not-modified` is 304, `failed` is 412. `current` is absent where there is no resource yet.
 * Dates that are none count as absent.
 *
 * @throws HeaderError for malformed entity tags
 * @see RFC 9110 section 13.2.2
 */
export function evaluate(
  headers: ConditionHeaders,
  current: Validators | undefined,
  method: string,
): 'proceed' | 'not-modified' | 'failed' {
  const reading = method === 'GET' || method === 'HEAD';
  if (headers.ifMatch !== undefined) {
    if (!matches(parseEntityTags(headers.ifMatch), current, matchesStrongly)) return 'failed';
  } else if (headers.ifUnmodifiedSince !== undefined && current !== undefined) {
    const since = parseHttpDate(headers.ifUnmodifiedSince);
    if (since !== undefined && Math.floor(current.modified) > since) return 'failed';
  }
  if (headers.ifNoneMatch !== undefined) {
    if (matches(parseEntityTags(headers.ifNoneMatch), current, matchesWeakly))
      return reading ? 'not-modified' : 'failed';
  } else if (reading && headers.ifModifiedSince !== undefined && current !== undefined) {
    const since = parseHttpDate(headers.ifModifiedSince);
    if (since !== undefined && Math.floor(current.modified) <= since) return 'not-modified';
  }
  return 'proceed';
}

function matches(
  wanted: '*' | readonly EntityTag[],
  current: Validators | undefined,
  compare: (tag: EntityTag, etag: string) => boolean,
): boolean {
  if (current === undefined) return false;
  return wanted === '*' || wanted.some((tag) => compare(tag, current.etag));
}

/** The strong comparison; a weak tag on either side never matches. RFC 9110 section 8.8.3.2. */
export function matchesStrongly(tag: EntityTag, etag: string): boolean {
  return !tag.weak && tag.value === etag;
}

/** The weak comparison. RFC 9110 section 8.8.3.2. */
function matchesWeakly(tag: EntityTag, etag: string): boolean {
  return tag.value === (etag.startsWith('W/') ? etag.slice(2) : etag);
}
