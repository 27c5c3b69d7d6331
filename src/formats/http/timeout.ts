/**
 * The Timeout header, with which clients say how long a lock should hold. RFC 4918 section 10.7.
 */

const SECONDS = /^second-(\d{1,15})$/i;

/**
 * Seconds, or `infinite`: the first value in the list that is understood counts. Undefined where none is, or there is no header: then
 * it is for the server to say.
 */
export function parseTimeout(value: string | undefined): number | 'infinite' | undefined {
  for (const item of value?.split(',') ?? []) {
    const type = item.trim();
    if (type.toLowerCase() === 'infinite') return 'infinite';
    const digits = SECONDS.exec(type)?.[1];
    if (digits !== undefined) return Number(digits);
  }
  return undefined;
}
