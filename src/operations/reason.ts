/**
 * What went wrong with a file or a socket, in words for a person: system errors come with a code and a technical message.
 */

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'something else listens there already',
  EADDRNOTAVAIL: 'this machine has no such address',
  EEXIST: 'it exists already',
  EISDIR: 'it is a folder',
  EMFILE: 'too many files are open',
  ENOENT: 'there is no such file or folder',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a part of the path is no folder',
  EPERM: 'it is not permitted',
  EROFS: 'the disk is read-only',
};

/** The code of a system error: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A few words without a full stop at the end, on one line. */
export function reasonOf(error: unknown): string {
  const words = WORDS[codeOf(error) ?? ''];
  if (words !== undefined) return words;
  const message = error instanceof Error ? error.message : String(error);
  return message
    .trim()
    .replace(/\s*\n\s*/g, '; ')
    .replace(/\.$/, '');
}
