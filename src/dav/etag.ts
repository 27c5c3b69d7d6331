/**
 * Entity tags are a function of the bytes, so the same content has the same tag wherever it lies and whenever it is asked for.
 * RFC 9110 section 8.8.3.
 */
import { createHash } from 'node:crypto';

/** Takes in bytes piece by piece. */
export interface EtagMaker {
  add(data: Uint8Array): void;
  /** The tag of all of them together without its quotes: 32 hexadecimal digits. Nothing can be added afterwards. */
  etag(): string;
}

/** For bytes that are not in memory as a whole. */
export function etagMaker(): EtagMaker {
  const hash = createHash('sha256');
  return {
    add: (data) => void hash.update(data),
    etag: () => hash.digest('hex').slice(0, 32),
  };
}

/** The tag, without its quotes, of what has been made of bytes with that tag: another form of the same, for those who ask for it. */
export function formTag(etag: string, form: string): string {
  return `${etag}.${form}`;
}

/** A header's entity tags, each as that of the bytes that are stored: whoever names the tag of a form has read what it was made of. */
export function storedTags(tags: string): string {
  return tags.replace(/("[0-9a-f]{32})\.[a-z]+"/g, '$1"');
}

/** The tag of these bytes without its quotes: 32 hexadecimal digits. */
export function etagOf(data: Uint8Array): string {
  const maker = etagMaker();
  maker.add(data);
  return maker.etag();
}
