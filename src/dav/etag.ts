/**
 * Entity tags are a function of the bytes, so the same content has the same tag wherever it lies and whenever it is asked for.
 * RFC 9110 section 8.8.3.
 */
import { createHash } from 'node:crypto';

/** The tag of these bytes without its quotes: 32 hexadecimal digits. */
export function etagOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 32);
}
