/**
 * Amounts as people write and read them: octets in powers of 1024, and counted things.
 */
import { Refusal } from './refusal.ts';

/** `1 member`, `2 members`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

const UNITS = ['octets', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
/** A pebibyte: nobody means more. */
const MOST = 1024 ** 5;

/** Octets from `500M`, `2G`, `1.5 GiB` or a plain number. @throws Refusal */
export function octetsOf(given: string): number {
  const [, number, letter = ''] = /^(\d{1,16}(?:\.\d{1,3})?) ?(?:([KMGTP])(?:i?B)?)?$/i.exec(given.trim()) ?? [];
  const octets = Math.round(Number(number) * 1024 ** ('KMGTP'.indexOf(letter.toUpperCase() || ' ') + 1));
  if (number !== undefined && octets <= MOST) return octets;
  throw new Refusal(`${JSON.stringify(given)} is not a size such as 500M or 2G, or a number of octets.`);
}

/** `0 octets`, `12.5 MiB`: at most one decimal place. */
export function octetsInWords(octets: number): string {
  if (octets < 1024) return counted(octets, 'octet');
  let [amount, unit] = [octets, 0];
  // What would be printed as 1024 is 1 of the next unit.
  while (unit < UNITS.length - 1 && Math.round(amount * 10) >= 10_240) [amount, unit] = [amount / 1024, unit + 1];
  return `${Math.round(amount * 10) / 10} ${UNITS[unit]}`;
}
