/**
 * Passwords: what may be one, its hash, and whether one fits. Hashes are PHC strings of argon2id.
 */
import { type Algorithm, hash, parseOptions, verify } from '@node-rs/argon2';
import { Refusal } from './refusal.ts';

/** What a hash costs. */
export interface HashParameters {
  /** KiB. */
  readonly memoryCost: number;
  /** Passes. */
  readonly timeCost: number;
  readonly parallelism: number;
}

/** 19 MiB, two passes, one lane. */
export const ARGON2: HashParameters = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

const SHORTEST = 8;
/** Octets. */
const LONGEST = 1024;

/** Algorithm.Argon2id: the package declares a const enum, whose values type stripping cannot see. */
const ARGON2ID: Algorithm = 2;

/**
 * The form in which a password is hashed and compared: keyboards compose characters differently.
 * RFC 7617 section 2.1 asks for NFC.
 */
function prepared(password: string): string {
  return password.normalize('NFC');
}

/** Refuses what is no password. @throws Refusal */
export function checkPassword(password: string): void {
  if (/\p{Cc}/u.test(password))
    throw new Refusal('A password must not hold control characters: clients cannot send them.');
  if ([...password].length < SHORTEST) throw new Refusal(`A password needs at least ${SHORTEST} characters.`);
  if (Buffer.byteLength(password) > LONGEST) throw new Refusal(`A password may have at most ${LONGEST} octets.`);
}

/** The PHC string of a password. @throws Refusal by `checkPassword` */
export async function hashPassword(password: string, parameters: HashParameters = ARGON2): Promise<string> {
  checkPassword(password);
  return hash(prepared(password), { ...parameters, algorithm: ARGON2ID });
}

/** Whether the password fits. Costs what the hash costs. False for a hash that is no PHC string of argon2. */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  if (Buffer.byteLength(password) > LONGEST || !isAffordable(passwordHash)) return false;
  return verify(passwordHash, prepared(password));
}

/** The dearest hash that is checked: 256 MiB, 16 passes, 8 lanes. A file must not bring the service to its knees. */
const DEAREST: HashParameters = { memoryCost: 256 * 1024, timeCost: 16, parallelism: 8 };

/** Refuses what cannot be stored as the hash of a password. @throws Refusal */
export function checkHash(passwordHash: string): void {
  if (!isAffordable(passwordHash)) {
    throw new Refusal(
      'A password hash must be a PHC string of argon2id ($argon2id$v=19$m=19456,t=2,p=1$…) of at most 256 MiB, 16 passes and 8 lanes.',
    );
  }
}

function isAffordable(passwordHash: string): boolean {
  if (passwordHash.length > 512 || !passwordHash.startsWith('$argon2id$')) return false;
  try {
    const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
    return memoryCost <= DEAREST.memoryCost && timeCost <= DEAREST.timeCost && parallelism <= DEAREST.parallelism;
  } catch {
    return false;
  }
}
