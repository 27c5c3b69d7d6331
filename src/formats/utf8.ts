/**
 * Stored bytes as text for an XML answer.
 */
import { isUtf8 } from 'node:buffer';

const BOM = '\uFEFF';

/**
 * The text of UTF-8 bytes, without a byte order mark, which is no part of it. Undefined for bytes that are not UTF-8: content lines may be
 * folded in the middle of a character, and then only the unfolded lines are text. RFC 5545 section 3.1.
 */
export function utf8Text(data: Uint8Array): string | undefined {
  if (!isUtf8(data)) return undefined;
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
  return text.startsWith(BOM) ? text.slice(1) : text;
}
