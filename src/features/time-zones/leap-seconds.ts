/**
 * Leap seconds, as the International Earth Rotation and Reference Systems Service has announced them: the runtime knows none.
 * RFC 7808 section 5.6.
 */

/** UTC is so many seconds behind TAI from these dates on. */
const ONSETS: readonly (readonly [onset: string, offset: number])[] = [
  '1972-01-01',
  '1972-07-01',
  '1973-01-01',
  '1974-01-01',
  '1975-01-01',
  '1976-01-01',
  '1977-01-01',
  '1978-01-01',
  '1979-01-01',
  '1980-01-01',
  '1981-07-01',
  '1982-07-01',
  '1983-07-01',
  '1985-07-01',
  '1988-01-01',
  '1990-01-01',
  '1991-01-01',
  '1992-07-01',
  '1993-07-01',
  '1994-07-01',
  '1996-01-01',
  '1997-07-01',
  '1999-01-01',
  '2006-01-01',
  '2009-01-01',
  '2012-07-01',
  '2015-07-01',
  '2017-01-01',
].map((onset, index) => [onset, 10 + index]);

/** The answer to `leapseconds`: none but these until `expires`. RFC 7808 section 6.4. */
export const LEAP_SECONDS = {
  expires: '2026-06-28',
  publisher: 'IERS',
  version: 'Bulletin C 70',
  leapseconds: ONSETS.map(([onset, offset]) => ({ 'utc-offset': offset, onset })),
} as const;
