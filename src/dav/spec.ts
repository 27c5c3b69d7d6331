/**
 * Citations: where a declaration or a test comes from. `test/architecture/citations.test.ts` checks that each section exists.
 */

/** `RFC 4791 section 5.3.2.1`, `draft-… section 4.2`, `apple/caldav-ctag section 4.1`, or behaviour that no document describes. */
export type Spec =
  | `RFC ${number} section ${string}`
  | `draft-${string} section ${string}`
  | `apple/${string} section ${string}`
  | `behaviour: ${string}`;
