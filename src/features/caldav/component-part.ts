/**
 * The part of a component that a client names: its properties, and the components in it. RFC 4791 section 9.6.1.
 */
import type { Component, Property } from '../../formats/icalendar/component.ts';

/** With which properties and components a component is wanted; names in upper case. RFC 4791 section 9.6.1. */
export interface CompRequest {
  readonly props: ReadonlyMap<string, PropRequest> | 'all';
  readonly comps: ReadonlyMap<string, CompRequest> | 'all';
}

/** RFC 4791 section 9.6.4. */
export interface PropRequest {
  /** The name and the parameters alone. */
  readonly noValue: boolean;
}

/** All of it. */
export const WHOLE: CompRequest = { props: 'all', comps: 'all' };

/** How a component of that name is wanted in another; undefined when it is not. */
export function within(request: CompRequest, name: string): CompRequest | undefined {
  return request.comps === 'all' ? WHOLE : request.comps.get(name);
}

/** The part of a component that is wanted; the component itself when that is all. */
export function selected(component: Component, request: CompRequest): Component {
  const { props, comps } = request;
  if (props === 'all' && comps === 'all') return component;
  const components: Component[] = [];
  for (const inner of component.components) {
    const wanted = within(request, inner.name);
    if (wanted !== undefined) components.push(selected(inner, wanted));
  }
  return { ...component, properties: selectedProperties(component.properties, props), components };
}

function selectedProperties(properties: readonly Property[], props: CompRequest['props']): readonly Property[] {
  if (props === 'all') return properties;
  const found: Property[] = [];
  for (const property of properties) {
    const wanted = props.get(property.name);
    if (wanted !== undefined) found.push(wanted.noValue ? { ...property, value: '' } : property);
  }
  return found;
}
