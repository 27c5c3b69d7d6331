/**
 * Which names a client may give to a member. Any that a URL segment can carry is taken as it is: names differing in case or
 * normalisation are different names. RFC 4791 section 5.3.2.
 */

/** Octets of a name in UTF-8. */
const LONGEST = 255;

/** Why the name cannot be given; undefined when it can. */
export function memberNameFault(name: string): string | undefined {
  if (name === '') return 'a member needs a name';
  if (Buffer.byteLength(name) > LONGEST) return `a name may have ${LONGEST} octets in UTF-8`;
  if (!name.isWellFormed()) return 'the name is not Unicode text';
  return undefined;
}
