/**
 * What discovery tells the operator: one step after the other while it goes, and a verdict at the end.
 * RFC 6764 section 6 is the order of the steps.
 */
import { CALDAV, CARDDAV, type XmlName } from '../../formats/xml/name.ts';

/** The services with TLS, which are looked for. RFC 6764 section 3. */
export type SecureService = 'caldavs' | 'carddavs';

/** The service labels without their underscore. The two without TLS are only asked whether they are offered. */
export type ServiceLabel = SecureService | 'caldav' | 'carddav';

/** One question and what came back. */
export interface Step {
  readonly service: ServiceLabel;
  /** What was asked, for a person. */
  readonly what: string;
  /** The command that asks the same, to copy and paste. Never holds the password. */
  readonly command: string;
  /** What came back, short. */
  readonly answer: string;
  readonly verdict: 'ok' | 'warning' | 'failed';
  /** What to mend; with the verdict `ok`, what is good to know. */
  readonly advice?: string;
}

/** Steps told on the way to a value. */
export type Telling<T> = AsyncGenerator<Step, T, undefined>;

/** How far one service was found. */
export interface ServiceOutcome {
  readonly service: SecureService;
  /** `login` means that all is well up to the question for a password, and none was given. */
  readonly state: 'found' | 'login' | 'unavailable' | 'failed';
  /** The URL that asked for the password or told the principal. */
  readonly context: string | undefined;
  readonly principal: string | undefined;
  /** URLs of the calendar or address book homes. */
  readonly homes: readonly string[];
}

/** The end of a discovery. */
export interface Verdict {
  /** Whether at least one service was found and nothing failed; warnings do not count against it. */
  readonly ok: boolean;
  readonly summary: string;
  /** The advice of all steps that are not `ok`, each once. */
  readonly mend: readonly string[];
  readonly services: readonly ServiceOutcome[];
}

/** What differs between the two services. */
export interface ServiceKind {
  readonly service: SecureService;
  readonly plaintext: 'caldav' | 'carddav';
  /** As the summary calls it. */
  readonly contents: 'calendars' | 'contacts';
  /** RFC 6764 section 5 */
  readonly wellKnown: string;
  readonly homeSet: XmlName;
  /** The token of the `DAV` header: RFC 4791 section 5.1, RFC 6352 section 6.1. */
  readonly complianceClass: string;
}

/** Calendars, then contacts. */
export const SERVICES: readonly ServiceKind[] = [
  {
    service: 'caldavs',
    plaintext: 'caldav',
    contents: 'calendars',
    wellKnown: '/.well-known/caldav',
    homeSet: `{${CALDAV}}calendar-home-set`,
    complianceClass: 'calendar-access',
  },
  {
    service: 'carddavs',
    plaintext: 'carddav',
    contents: 'contacts',
    wellKnown: '/.well-known/carddav',
    homeSet: `{${CARDDAV}}addressbook-home-set`,
    complianceClass: 'addressbook',
  },
];
