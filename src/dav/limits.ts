/**
 * Every bound that a request meets, in one place; the configuration sets them, properties advertise some.
 */
export interface Limits {
  /** Octets of a calendar object. CALDAV:max-resource-size. */
  readonly calendarObject: number;
  /** Octets of an address object. CARDDAV:max-resource-size. */
  readonly addressObject: number;
  /** Octets of a plain file. */
  readonly file: number;
  /** Octets of a managed attachment. CALDAV:max-attachment-size. */
  readonly attachment: number;
  /** Managed attachments of one calendar object. CALDAV:max-attachments-per-resource. */
  readonly attachments: number;
  /** Octets of an XML body. */
  readonly xmlBody: number;
  /** Resources that a PROPFIND with `Depth: infinity` may answer. RFC 4918 section 9.1. */
  readonly infinityMembers: number;
  /** Rows read at once; nothing the client sees. */
  readonly page: number;
  /** Instances considered in one request. */
  readonly instances: number;
  /** Attendees of one instance. CALDAV:max-attendees-per-instance. */
  readonly attendees: number;
  /** hrefs in one multiget. */
  readonly hrefs: number;
  /** Octets of stored dead and live properties of one collection. */
  readonly properties: number;
  /** The same of one object: lists show many of them. */
  readonly objectProperties: number;
  /** Collections below one home, at any depth. */
  readonly collections: number;
  /** Collections that one synchronisation follows: the token names each. RFC 6578 section 3.3. */
  readonly followed: number;
  /** Write locks in one account. RFC 4918 section 6. */
  readonly locks: number;
  /** Seconds for which a lock holds unless it is refreshed. RFC 4918 section 6.6. */
  readonly lockTimeout: number;
}

export const DEFAULT_LIMITS: Limits = {
  calendarObject: 1024 * 1024,
  addressObject: 4 * 1024 * 1024,
  file: 1024 ** 3,
  attachment: 10 * 1024 * 1024,
  attachments: 20,
  xmlBody: 25 * 1024 * 1024,
  infinityMembers: 50_000,
  page: 500,
  instances: 10_000,
  attendees: 2_000,
  hrefs: 20_000,
  properties: 64 * 1024,
  objectProperties: 16 * 1024,
  collections: 1_000,
  followed: 1_000,
  locks: 1_000,
  lockTimeout: 86_400,
};
