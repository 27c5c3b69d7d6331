/**
 * Where the cards of a directory come from: what a source gives, whatever stands behind it.
 */

/** One entry of a source, as a card or as what cannot be one. */
export type Entry =
  | {
      readonly kind: 'card';
      /** Stable as long as the entry is there. */
      readonly uid: string;
      /** What it is called, for reports. */
      readonly label: string;
      /** A vCard 3.0, which every client reads; others get it in their own version. */
      readonly data: Uint8Array;
    }
  | {
      readonly kind: 'unreadable';
      /** Absent where it has none. What is in the directory of it stays. */
      readonly uid?: string;
      readonly label: string;
      /** A part of a sentence. */
      readonly reason: string;
    };

/** All entries, in pages. It ends only when there are no more: what fails or answers a part of them throws SourceFailed. */
export type Entries = AsyncIterable<readonly Entry[]>;

/** A source did not answer all that it has. What is in the directory and was not answered stays. */
export class SourceFailed extends Error {
  override readonly name = 'SourceFailed';
}
