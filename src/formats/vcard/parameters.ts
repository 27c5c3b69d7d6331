/**
 * The parameters of a property as the versions of vCard want them: TYPE=pref and PREF, and one parameter or another taken out.
 * RFC 2426 section 4, RFC 6350 section 5.
 */
import type { Parameter, Property } from '../icalendar/component.ts';

/** A property with its parts in that order. */
export function made(name: string, parameters: readonly Parameter[], value: string, group?: string): Property {
  const property = { name, parameters, value, line: 0 };
  return group === undefined ? property : { ...property, group };
}

const NONE: readonly string[] = [];

/** All values of the parameters of that (upper case) name. */
export function valuesOf({ parameters }: Property, name: string): readonly string[] {
  let found = NONE;
  let all: string[] | undefined;
  for (const one of parameters) {
    if (one.name !== name) continue;
    if (found === NONE) found = one.values;
    else {
      // Copied once: there may be very many.
      if (all === undefined) found = all = [...found];
      for (const value of one.values) all.push(value);
    }
  }
  return found;
}

/** Without the parameters of these names. */
export function without(parameters: readonly Parameter[], ...names: readonly string[]): readonly Parameter[] {
  return parameters.filter(({ name }) => !names.includes(name));
}

/** Without the first value of TYPE that is `type` in any case; a TYPE without values goes. */
export function withoutType(parameters: readonly Parameter[], type: string): readonly Parameter[] {
  let found = false;
  return parameters.flatMap((parameter) => {
    if (found || parameter.name !== 'TYPE') return [parameter];
    const at = parameter.values.findIndex((value) => value.toLowerCase() === type.toLowerCase());
    if (at < 0) return [parameter];
    found = true;
    const values = parameter.values.toSpliced(at, 1);
    return values.length === 0 ? [] : [{ ...parameter, values }];
  });
}

const PREFERRED: Parameter = { name: 'PREF', values: ['1'] };

/** `TYPE=home,pref` becomes `TYPE=home;PREF=1`. RFC 6350 section 5.3. */
export function withPref(parameters: readonly Parameter[]): readonly Parameter[] {
  if (!parameters.some(hasPref)) return parameters;
  let given = parameters.some(({ name }) => name === 'PREF');
  return parameters.flatMap((parameter) => {
    if (!hasPref(parameter)) return [parameter];
    const values = parameter.values.filter((value) => !isPref(value));
    const left = values.length === 0 ? [] : [{ ...parameter, values }];
    if (given) return left;
    given = true;
    return [...left, PREFERRED];
  });
}

function hasPref({ name, values }: Parameter): boolean {
  return name === 'TYPE' && values.some(isPref);
}

function isPref(value: string): boolean {
  return value.length === 4 && value.toLowerCase() === 'pref';
}

/** The other way: of a property that is the preferred one PREF becomes TYPE=pref, of the others it goes. RFC 2426 section 3.3.1. */
export function withoutPref(parameters: readonly Parameter[], preferred: boolean): readonly Parameter[] {
  const done: Parameter[] = [];
  let given = false;
  for (const parameter of parameters) {
    if (parameter.name !== 'PREF') {
      done.push(parameter);
      continue;
    }
    if (!preferred || given) continue;
    given = true;
    const before = done.at(-1);
    // Who writes lists of types writes `pref` into the list.
    if (before?.name === 'TYPE' && before.values.length > 1) {
      done[done.length - 1] = { ...before, values: [...before.values, 'pref'] };
    } else done.push({ name: 'TYPE', values: ['pref'] });
  }
  return done;
}

/** The smallest PREF among the properties of each name: whoever has it is the preferred one. RFC 6350 section 5.3. */
export function preferences(properties: readonly Property[]): ReadonlyMap<string, number> {
  const smallest = new Map<string, number>();
  for (const property of properties) {
    const pref = preferenceOf(property);
    if (pref !== undefined && pref < (smallest.get(property.name) ?? Infinity)) smallest.set(property.name, pref);
  }
  return smallest;
}

/** Its PREF, when that is a number. */
export function preferenceOf(property: Property): number | undefined {
  const [pref] = valuesOf(property, 'PREF');
  return pref !== undefined && /^\d{1,3}$/.test(pref) ? Number(pref) : undefined;
}

/** Its types in lower case but for `pref`, sorted, as one text: what tells a home address from one at work. */
export function kindsOf(property: Property): string {
  const types = valuesOf(property, 'TYPE').map((type) => type.toLowerCase());
  return [...new Set(types.filter((type) => type !== 'pref'))].toSorted().join();
}
