/**
 * The media type of a file: what the client said, as long as it can be said again. RFC 4918 section 15.5.
 */
import { parseMediaType } from '../../formats/http/headers.ts';
import { DAV } from '../../formats/xml/name.ts';

/** The stored property in which it lies. */
export const TYPE = `{${DAV}}getcontenttype` as const;
/** What a file is of which nothing is known. */
export const GENERAL = 'application/octet-stream';

/** Characters of a media type with its parameters. */
const LONGEST = 255;

/** The type to be stored for a Content-Type header: as it came, when it is a media type of ASCII characters that is not too long. */
export function storedType(contentType: string): string {
  const type = contentType.trim();
  return type.length <= LONGEST && /^[ -~]*$/.test(type) && parseMediaType(type) !== undefined ? type : GENERAL;
}
