/**
 * Reports as declarations. RFC 3253 section 3.6.
 */
import type { XmlElement } from '../formats/xml/element.ts';
import type { XmlName } from '../formats/xml/name.ts';
import type { Context, DavRequest, DavResponse } from './method.ts';
import type { Privilege } from './privilege.ts';
import type { Resource, ResourceType, Shape } from './resource.ts';
import type { Spec } from './spec.ts';

export interface Report {
  /** The root element of its body. */
  readonly name: XmlName;
  readonly spec: Spec;
  readonly on: readonly (ResourceType | Shape)[];
  readonly privilege: Privilege;
  /** Whether somebody without the privilege is told that there is nothing, whatever else that one holds. RFC 4791 section 7.10. */
  readonly hidden?: true;
  /** @throws DavError */
  run(body: XmlElement, at: Resource, context: Context, request: DavRequest): Promise<DavResponse>;
}
