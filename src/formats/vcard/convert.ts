/**
 * vCard 3.0 as 4.0 and 4.0 as 3.0, without loss: what is converted can be converted back, and is then the card that it was.
 *
 * Each property becomes one of the other version. It is turned back at once, and where that is not what it was, it gets a parameter,
 * X-DAVIT-AS, which says how it stood. That is taken at its word only as long as it leads to what stands there: whoever changes the
 * property in the other version has the last word. Where 3.0 needs a second property for what 4.0 has in one (a LABEL for an ADR, the
 * label of a related name), that one stands behind it, marked with X-DAVIT-DERIVED, and goes again on the way back.
 *
 * What does not come back as it was: where VERSION stands, and white space in base64. RFC 2426 section 3, RFC 6350 section 6.
 */
import { type Component, type Parameter, type Property, propertyOf } from '../icalendar/component.ts';
import { CARD_NAME_CHARACTERS, readContentLine, readOr, writeContentLine } from '../icalendar/content-line.ts';
import { fourToThree } from './four-to-three.ts';
import { made, valuesOf, without } from './parameters.ts';
import { type Item, threeToFour } from './three-to-four.ts';
import { BINARY, CARRIED, type CardVersion, NAMED_OTHERWISE } from './version-words.ts';

export { type CardVersion, NAMED_OTHERWISE } from './version-words.ts';

/** How a property stood in the other version. */
const AS = 'X-DAVIT-AS';

/** Marks what stands in 3.0 for a part of the property before it. */
const DERIVED = 'X-DAVIT-DERIVED';

/** The version that a card says it is of: 3.0 unless it is 4.0. */
export function versionOf(card: Component): CardVersion {
  return propertyOf(card, 'VERSION')?.value.trim() === '4.0' ? '4.0' : '3.0';
}

/** What a card has in the version that it is not of, as far as it has another name there: KIND for X-ADDRESSBOOKSERVER-KIND. */
export function namedOtherwise(card: Component): readonly Property[] {
  const other = versionOf(card) === '4.0' ? '3.0' : '4.0';
  const small = card.properties.filter(({ name }) => !BINARY.has(name));
  return convertCard({ ...card, properties: small }, other).properties.filter(({ name }) => NAMED_OTHERWISE.has(name));
}

/** The card in that version; itself if it is of that one. */
export function convertCard(card: Component, version: CardVersion): Component {
  if (versionOf(card) === version) return card;
  const said = propertyOf(card, 'VERSION');
  const others = card.properties.filter((property) => property !== said);
  const properties = version === '4.0' ? inFour(others) : inThree(others);
  return { ...card, properties: [made('VERSION', [], version), ...properties] };
}

function inThree(sent: readonly Property[]): readonly Property[] {
  const bare = sent.map(stripped);
  const plain = fourToThree(bare);
  const former = sent.map((property, at) => formerOf(property, bare[at]?.value, plain[at]?.property.value));
  const restored = plain.map((item, at) => itemOf(former[at]) ?? item);
  const check = former.some((one) => one !== undefined) ? threeToFour(restored) : [];
  const items = plain.map((item, at) => (isSame(check[at], bare[at]) ? (restored[at] ?? item) : item));
  const back = threeToFour(items);
  return items.flatMap(({ property, companions }, at) => {
    const holds = isSame(back[at], bare[at]);
    return [holds ? property : withFormer(property, bare[at], back[at]), ...companions.map(derived)];
  });
}

function inFour(sent: readonly Property[]): readonly Property[] {
  const items = itemsOf(sent);
  const plain = threeToFour(items.map(({ item }) => item));
  const former = items.map(({ as, item }, at) =>
    as === undefined ? undefined : formerBy(as, item.property.value, plain[at]?.value),
  );
  const restored = plain.map((property, at) => former[at] ?? property);
  const check = fourToThree(restored);
  // What is changed in a part of what belongs together is a change of its own.
  const whole: Item[] = [];
  const done: (Property | undefined)[] = [];
  for (const [at, { item }] of items.entries()) {
    const holds = isSameItem(check[at], item);
    if (holds && (former[at] !== undefined || item.companions.length > 0)) {
      whole.push(item);
      done.push(restored[at]);
      continue;
    }
    for (const property of [item.property, ...item.companions]) {
      whole.push(itemFor(property));
      done.push(undefined);
    }
  }
  const again = threeToFour(whole);
  const properties = again.map((property, at) => done[at] ?? property);
  const back = fourToThree(properties);
  return properties.map((property, at) => {
    const item = whole[at];
    return item === undefined || isSameItem(back[at], item)
      ? property
      : withFormer(property, item.property, back[at]?.property);
  });
}

// --- what belongs together in 3.0 ----------------------------------------------------------------------------------------------------

interface SentItem {
  readonly item: Item;
  readonly as: string | undefined;
}

function itemsOf(sent: readonly Property[]): readonly SentItem[] {
  const items: { property: Property; companions: Property[]; as: string | undefined }[] = [];
  for (const property of sent) {
    const bare = stripped(property);
    const last = items.at(-1);
    if (last !== undefined && property.parameters.some(({ name }) => name === DERIVED)) last.companions.push(bare);
    else items.push({ property: bare, companions: [], as: valuesOf(property, AS)[0] });
  }
  return items.map(({ property, companions, as }) => ({ item: { property, companions }, as }));
}

function itemFor(property: Property): Item {
  return { property, companions: NONE };
}

const NONE: readonly Property[] = [];

function itemOf(property: Property | undefined): Item | undefined {
  return property === undefined ? undefined : itemFor(property);
}

function derived(property: Property): Property {
  return { ...property, parameters: [...property.parameters, { name: DERIVED, values: ['1'] }] };
}

function stripped(property: Property): Property {
  const { parameters } = property;
  if (!parameters.some(({ name }) => name === AS || name === DERIVED)) return property;
  return { ...property, parameters: without(parameters, AS, DERIVED) };
}

// --- how it stood --------------------------------------------------------------------------------------------------------------------

/**
 * With the parameter that says how it stood: `NAME;PARAMETERS` when the value comes back by rule, with `*` before when it is what it was,
 * with `=` before and the value behind otherwise.
 */
function withFormer(property: Property, former: Property | undefined, back: Property | undefined): Property {
  // What is carried is ours, and says all that it must.
  if (former === undefined || former.name.startsWith(CARRIED)) return property;
  const head = writeContentLine({ ...former, value: '' }).slice(0, -1);
  const said =
    back !== undefined && isSameValue(back, former)
      ? head
      : property.value === former.value
        ? `*${head}`
        : `=${head}:${former.value}`;
  const as: Parameter = { name: AS, values: [said] };
  return { ...property, parameters: [...property.parameters, as] };
}

function formerOf(property: Property, value: string | undefined, byRule: string | undefined): Property | undefined {
  const [as] = valuesOf(property, AS);
  return as === undefined ? undefined : formerBy(as, value, byRule);
}

/** How it stood, with its value as it is now or by the rule; undefined when that cannot be read. */
function formerBy(as: string, value = '', byRule = ''): Property | undefined {
  const mode = as[0];
  const line = mode === '=' ? as.slice(1) : mode === '*' ? `${as.slice(1)}:` : `${as}:`;
  const property = readOr(
    () => readContentLine(line, 0, line.length, 0, CARD_NAME_CHARACTERS),
    () => undefined,
  );
  if (property === undefined || mode === '=') return property;
  return { ...property, value: mode === '*' ? value : byRule };
}

// --- comparing -----------------------------------------------------------------------------------------------------------------------

function isSameItem(one: Item | undefined, other: Item): boolean {
  return (
    one !== undefined &&
    isSame(one.property, other.property) &&
    one.companions.length === other.companions.length &&
    one.companions.every((companion, at) => isSame(companion, other.companions[at]))
  );
}

function isSame(one: Property | undefined, other: Property | undefined): boolean {
  if (one === other) return one !== undefined;
  return (
    one !== undefined &&
    other !== undefined &&
    one.name === other.name &&
    one.group === other.group &&
    one.parameters.length === other.parameters.length &&
    one.parameters.every((parameter, at) => isSameParameter(parameter, other.parameters[at])) &&
    isSameValue(one, other)
  );
}

function isSameParameter(one: Parameter, other: Parameter | undefined): boolean {
  return (
    other !== undefined &&
    one.name === other.name &&
    one.values.length === other.values.length &&
    one.values.every((value, at) => value === other.values[at])
  );
}

function isSameValue(one: Property, other: Property): boolean {
  if (one.value === other.value) return true;
  return BINARY.has(one.name) && one.value.length !== other.value.length && spaceless(one) === spaceless(other);
}

function spaceless({ value }: Property): string {
  return value.replace(/\s+/g, '');
}
