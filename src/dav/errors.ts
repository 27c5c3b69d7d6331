/**
 * Why a request is refused. Two things with similar names are kept apart: a condition of the request's headers that does not hold
 * (ConditionNotMet, status 412), and a violated precondition of a specification (PreconditionViolated, a DAV:error body).
 * RFC 4918 section 16.
 */
import { element, type XmlElement } from '../formats/xml/element.ts';
import type { XmlName } from '../formats/xml/name.ts';
import type { Spec } from './spec.ts';

/** Any refusal: a status, and a sentence that says what is wrong, where, and what to do. */
export class DavError extends Error {
  override readonly name: string = 'DavError';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, reason: string, headers: Readonly<Record<string, string>> = {}) {
    super(reason);
    this.status = status;
    this.headers = headers;
  }
}

/** If-Match and its kin. RFC 9110 section 13. */
export class ConditionNotMet extends DavError {
  override readonly name = 'ConditionNotMet';
  constructor(reason: string) {
    super(412, reason);
  }
}

/** A precondition or postcondition of a specification; answered as DAV:error. */
export class PreconditionViolated extends DavError {
  override readonly name = 'PreconditionViolated';
  readonly condition: XmlElement;
  constructor(status: number, condition: XmlElement, reason: string) {
    super(status, reason);
    this.condition = condition;
  }
}

/** A member that could not be changed. RFC 4918 section 14.24. */
export interface RefusedMember {
  readonly href: string;
  readonly status: number;
  readonly condition?: XmlElement | undefined;
}

/** Members kept the request from being done, or from being done to them; answered as a multistatus. RFC 4918 section 9.6.1. */
export class MembersRefused extends DavError {
  override readonly name = 'MembersRefused';
  readonly members: readonly RefusedMember[];
  constructor(reason: string, members: readonly RefusedMember[]) {
    super(207, reason);
    this.members = members;
  }
}

/** A declared precondition: call it with a reason (and what its element holds) to get the error to throw. */
export interface Precondition<Details extends readonly unknown[] = readonly never[]> {
  readonly name: XmlName;
  readonly status: 403 | 405 | 409 | 412 | 423 | 507;
  readonly spec: Spec;
  (reason: string, ...details: Details): PreconditionViolated;
}

/** What a catalogue lists: a precondition without regard to its details. */
export type AnyPrecondition = Pick<Precondition, 'status' | 'spec'> & { readonly name: XmlName };

/** Declares a precondition. `content` makes what its element holds. */
export function precondition<Details extends readonly unknown[] = readonly []>(
  name: XmlName,
  status: Precondition['status'],
  spec: Spec,
  content: (...details: Details) => readonly (XmlElement | string)[] = () => [],
): Precondition<Details> {
  const make = (reason: string, ...details: Details): PreconditionViolated =>
    new PreconditionViolated(status, element(name, ...content(...details)), reason);
  Object.defineProperty(make, 'name', { value: name });
  return Object.assign(make, { status, spec }) as Precondition<Details>;
}
