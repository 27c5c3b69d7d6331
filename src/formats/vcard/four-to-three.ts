/**
 * What the properties of a card of version 4.0 are in version 3.0, one by one, with what those who know 3.0 only look for besides.
 * Whether nothing is lost is not looked at here. RFC 6350 section 6, RFC 2426 section 3.
 */
import { type Property, parameterOf } from '../icalendar/component.ts';
import { escapeText, unescapeText } from '../icalendar/values.ts';
import { made, preferenceOf, preferences, valuesOf, without, withoutPref, withoutType } from './parameters.ts';
import { type Item, labelFor, labelsIn, pairs } from './three-to-four.ts';
import {
  ANNIVERSARY_LABEL,
  BINARY,
  CARRIED,
  extendedDate,
  labelOf,
  NO_YEAR,
  OMIT_YEAR,
  ONLY_IN_FOUR,
  ONLY_IN_THREE,
  relationOf,
  typeOfMedia,
} from './version-words.ts';

/** The properties of 3.0, one item for each of 4.0. */
export function fourToThree(properties: readonly Property[]): readonly Item[] {
  const card = lookAt(properties);
  const smallest = preferences(properties);
  return properties.map((property, index) => {
    const item = converted(property, card, index);
    const { property: one, companions } = item;
    const parameters = withSingleTypes(one);
    const pref = smallest.size === 0 ? undefined : preferenceOf(property);
    const said = parameters.some(({ name }) => name === 'PREF');
    if (!said && parameters === one.parameters) return item;
    const preferred = pref !== undefined && pref === smallest.get(property.name);
    const plain = said ? withoutPref(parameters, preferred) : parameters;
    return { property: made(one.name, plain, one.value, one.group), companions };
  });
}

/** What the properties of a card say of each other. */
interface Card {
  readonly labels: ReadonlyMap<string, string>;
  /** Whose text another property carries: ADR by that property, N too. */
  readonly carriers: ReadonlyMap<Property, Property>;
  /** Carried properties, with the text that their owner has now. */
  readonly texts: ReadonlyMap<Property, string>;
  readonly hasName: boolean;
  readonly formattedName: Property | undefined;
}

function lookAt(properties: readonly Property[]): Card {
  const carriers = new Map<Property, Property>();
  const texts = new Map<Property, string>();
  const pair = (owner: Property, carried: Property, parameter: string): void => {
    const text = parameterText(owner, parameter);
    if (text === undefined) return;
    carriers.set(owner, carried);
    texts.set(carried, text);
  };
  for (const [address, label] of pairs(properties, `${CARRIED}LABEL`)) pair(address, label, 'LABEL');
  const name = properties.find((one) => one.name === 'N');
  const sort = properties.find((one) => one.name === `${CARRIED}SORT-STRING`);
  if (name !== undefined && sort !== undefined) pair(name, sort, 'SORT-AS');
  return {
    labels: labelsIn(properties),
    carriers,
    texts,
    hasName: name !== undefined,
    formattedName: properties.find((one) => one.name === 'FN'),
  };
}

/** The text of a parameter; line ends may stand in it as in a value. RFC 6350 section 6.3.1. */
function parameterText(property: Property, name: string): string | undefined {
  const values = valuesOf(property, name);
  return values.length === 0 ? undefined : values.join(', ').replace(/\\n/gi, '\n');
}

// --- one property --------------------------------------------------------------------------------------------------------------------

function converted(property: Property, card: Card, index: number): Item {
  const { name, parameters, value, group } = property;
  if (BINARY.has(name)) return alone(binary(property));
  if (name.startsWith(CARRIED) && ONLY_IN_THREE.has(name.slice(CARRIED.length))) {
    const text = card.texts.get(property);
    const same = text === undefined || text === unescapeText(value);
    return alone({ ...property, name: name.slice(CARRIED.length), value: same ? value : escapeText(text) });
  }
  switch (name) {
    case 'FN':
      return property === card.formattedName && !card.hasName
        ? { property, companions: [made('N', [], `${escapeText(unescapeText(value))};;;;`)] }
        : alone(property);
    case 'ADR':
      return withText(property, card, 'LABEL', 'LABEL');
    case 'N':
      return withText(property, card, 'SORT-AS', 'SORT-STRING');
    case 'REV':
    case 'BDAY':
      return alone(dated(property, name));
    case 'ANNIVERSARY': {
      const apple = labelFor(property, card.labels)?.toLowerCase() === ANNIVERSARY_LABEL;
      return alone(dated(property, apple ? 'X-ABDATE' : 'X-ANNIVERSARY'));
    }
    case 'TEL':
      return alone(
        /^tel:/i.test(value)
          ? { ...property, parameters: without(parameters, 'VALUE'), value: value.slice(4) }
          : property,
      );
    case 'TZ':
      return alone(timeZone(property));
    case 'GEO': {
      const [, latitude, longitude] = /^geo:([+-]?[\d.]+),([+-]?[\d.]+)/i.exec(value) ?? [];
      return alone(longitude === undefined ? carried(property) : { ...property, value: `${latitude};${longitude}` });
    }
    case 'KIND':
      return alone({ ...property, name: 'X-ADDRESSBOOKSERVER-KIND' });
    case 'MEMBER':
      return alone({ ...property, name: 'X-ADDRESSBOOKSERVER-MEMBER' });
    case 'GENDER':
      return alone({ ...property, name: 'X-GENDER' });
    case 'SOCIALPROFILE':
      return alone({ ...property, name: 'X-SOCIALPROFILE' });
    case 'RELATED':
      return related(property, card, index);
    default:
      return alone(ONLY_IN_FOUR.has(name) ? made(CARRIED + name, parameters, value, group) : property);
  }
}

function alone(property: Property): Item {
  return { property, companions: NONE };
}

const NONE: readonly Property[] = [];

function carried(property: Property): Property {
  return { ...property, name: CARRIED + property.name };
}

/** A TYPE in quotation marks may hold several. RFC 6350 section 5.6. */
function withSingleTypes({ parameters }: Property): Property['parameters'] {
  if (!parameters.some(({ name, values }) => name === 'TYPE' && values.some((one) => one.includes(','))))
    return parameters;
  return parameters.map((parameter) =>
    parameter.name === 'TYPE' ? { ...parameter, values: parameter.values.flatMap((one) => one.split(',')) } : parameter,
  );
}

/** The text of a parameter becomes a property of its own, unless one carries it already. */
function withText(property: Property, card: Card, parameter: string, name: string): Item {
  const text = parameterText(property, parameter);
  if (text === undefined) return alone(property);
  const plain = { ...property, parameters: without(property.parameters, parameter) };
  if (card.carriers.has(property)) return alone(plain);
  const types = name === 'LABEL' ? plain.parameters.filter((one) => one.name === 'TYPE') : [];
  const { group } = name === 'LABEL' ? property : {};
  return { property: plain, companions: [made(name, types, escapeText(text), group)] };
}

function related(property: Property, card: Card, index: number): Item {
  const { parameters, value, group } = property;
  const said = parameterOf(property, 'VALUE')?.toLowerCase();
  const types = valuesOf(property, 'TYPE').map((type) => type.toLowerCase());
  if (said !== 'text') {
    const isAgent = types.includes('agent') && said !== 'uri';
    if (!isAgent) return alone(carried(property));
    const rest = withoutType(parameters, 'agent');
    return alone({ ...property, name: 'AGENT', parameters: [{ name: 'VALUE', values: ['uri'] }, ...rest] });
  }
  const plain = without(parameters, 'VALUE');
  const label = labelFor(property, card.labels);
  const named = label === undefined ? undefined : relationOf(label);
  if (label !== undefined) {
    const rest = named === undefined ? plain : withoutType(plain, named);
    return alone({ ...property, name: 'X-ABRELATEDNAMES', parameters: rest });
  }
  const [type] = types;
  if (type === undefined) return alone({ ...property, name: 'X-ABRELATEDNAMES', parameters: plain });
  const own = group ?? `davit${index + 1}`;
  return {
    property: made('X-ABRELATEDNAMES', withoutType(plain, type), value, own),
    companions: [made('X-ABLABEL', [], escapeText(labelOf(type)), own)],
  };
}

function timeZone(property: Property): Property {
  const said = parameterOf(property, 'VALUE')?.toLowerCase() ?? 'text';
  const parameters = without(property.parameters, 'VALUE');
  if (said === 'text') return { ...property, parameters: [{ name: 'VALUE', values: ['text'] }, ...parameters] };
  const offset = /^([+-]\d\d)(\d\d)?$/.exec(property.value);
  if (said !== 'utc-offset' || offset === null) return carried(property);
  return { ...property, parameters, value: `${offset[1]}:${offset[2] ?? '00'}` };
}

function dated(property: Property, name: string): Property {
  const { parameters, value } = property;
  const date = extendedDate(value);
  const scale = parameterOf(property, 'CALSCALE')?.toLowerCase() ?? 'gregorian';
  if (date === undefined || scale !== 'gregorian' || parameterOf(property, 'VALUE')?.toLowerCase() === 'text')
    return name === 'REV' || value.trim() === '' ? property : carried(property);
  const plain = without(parameters, 'VALUE');
  const said =
    date.type === 'day'
      ? [{ name: OMIT_YEAR, values: [NO_YEAR] }]
      : date.type === 'date-time' && name !== 'REV'
        ? [{ name: 'VALUE', values: ['date-time'] }]
        : [];
  return { ...property, name, parameters: [...said, ...plain], value: date.value };
}

const BASE64 = { name: 'ENCODING', values: ['b'] };

function binary(property: Property): Property {
  const { parameters, value } = property;
  const [head, media] = /^data:([a-z]+\/[a-z0-9.+-]+);base64,/.exec(value.slice(0, 200)) ?? [];
  if (head !== undefined && media !== undefined) {
    const type = { name: 'TYPE', values: [typeOfMedia(media)] };
    const rest = without(parameters, 'VALUE', 'MEDIATYPE');
    return { ...property, parameters: [BASE64, type, ...rest], value: value.slice(head.length) };
  }
  if (parameterOf(property, 'VALUE')?.toLowerCase() === 'text')
    return { ...property, parameters: without(parameters, 'VALUE') };
  const said = parameterOf(property, 'MEDIATYPE');
  const type = said === undefined ? [] : [{ name: 'TYPE', values: [typeOfMedia(said)] }];
  return {
    ...property,
    parameters: [{ name: 'VALUE', values: ['uri'] }, ...type, ...without(parameters, 'VALUE', 'MEDIATYPE')],
  };
}
