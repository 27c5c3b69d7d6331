/**
 * Points in time as iCalendar knows them, on integers, so that recurrence is arithmetic.
 * RFC 5545 section 3.3.4, RFC 5545 section 3.3.5.
 */

/**
 * A DATE or DATE-TIME value.
 *
 * `local` is the wall clock read as if it were UTC: seconds since 1970-01-01T00:00:00 (a DATE is its midnight). For `utc` it is the
 * instant itself. Years 1 to 9999 are representable.
 */
export interface Moment {
  readonly kind: 'date' | 'floating' | 'utc' | 'zoned';
  readonly local: number;
  /** Only, and always, with `zoned`: the TZID as the client wrote it. */
  readonly tzid?: string;
}

/** Half open, in seconds since 1970-01-01T00:00:00Z; `-Infinity` and `Infinity` where a side is open. RFC 4791 section 9.9. */
export interface TimeRange {
  readonly start: number;
  readonly end: number;
}

/** A time zone: maps wall clocks to instants. */
export interface TimeZone {
  /** The name by which it was asked for. */
  readonly tzid: string;
  /**
   * The instant of a wall clock, both in seconds. In an overlap the first of the two; a wall clock that a gap skips is read with the offset
   * in force before the gap. RFC 5545 section 3.3.5.
   */
  toUtc(local: number): number;
  /** Whether a gap skips this wall clock. Such an instance of a recurrence does not exist: RFC 5545 section 3.3.10. */
  isSkipped(local: number): boolean;
  /** Seconds east of UTC at an instant. */
  offsetAt(utc: number): number;
  /** All offsets that the zone has from an instant on, for ever, each once, in any order; there may be some that it had before. */
  offsetsSince(utc: number): readonly number[];
  /** What it takes to look into one more year, in steps of a `StepBudget`; nothing worth counting where it is absent. */
  readonly effort?: number;
}

/** Finds the zone of a TZID within one calendar object: its own VTIMEZONE first, then the zone database, then Windows names. */
export type ZoneResolver = (tzid: string) => TimeZone | undefined;
