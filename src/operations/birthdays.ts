/**
 * Switching the birthdays calendar of a user on and off, as its owner can with MKCOL and DELETE. docs/decisions/0021-birthdays.md
 */
import { locksCovering } from '../dav/locks.ts';
import { BIRTHDAYS, BIRTHDAYS_DEFAULTS, birthdaysCalendar } from '../features/birthdays/index.ts';
import type { Account, CollectionRecord } from '../store/records.ts';
import type { ReadTransaction, WriteTransaction } from '../store/store.ts';
import { accountAt } from './accounts.ts';
import type { Administration } from './administration.ts';
import { Refusal } from './refusal.ts';

const { home: HOME, name: NAME } = BIRTHDAYS;

/** Whether a user has the calendar, and how many events are in it. */
export interface BirthdaysState {
  readonly address: string;
  readonly on: boolean;
  readonly events: number;
}

/** As it is. @throws Refusal */
export function birthdaysOf(admin: Administration, address: string): Promise<BirthdaysState> {
  return admin.store.read(async (tx) => {
    const account = await accountAt(tx, address);
    const { calendar } = await placeOf(account, tx);
    const on = isBirthdays(calendar);
    return { address: account.address, on, events: on ? await tx.collections.countObjects(calendar) : 0 };
  });
}

/** Makes the calendar and fills it, or removes it. What is so already stays so; what was left half filled is filled. @throws Refusal */
export async function switchBirthdays(admin: Administration, address: string, on: boolean): Promise<BirthdaysState> {
  const origin = admin.origin();
  await admin.store.write(origin, async (tx) => {
    const account = await accountAt(tx, address);
    const { home, calendar } = await placeOf(account, tx);
    if (home === undefined) throw new Refusal(`${account.address} has no home for calendars.`);
    if (isBirthdays(calendar) && on) {
      await tx.collections.lock(calendar);
      return;
    }
    if (!on && !isBirthdays(calendar)) return;
    if (calendar !== undefined && on) {
      throw new Refusal(
        `${account.address} has another calendar called ${NAME}, where the birthdays would lie: move it away first.`,
      );
    }
    await requireUnlocked(account, origin.at, tx);
    if (calendar !== undefined) {
      await tx.collections.remove(calendar);
      return;
    }
    await tx.collections.lock(home);
    if ((await tx.collections.child(account.id, home.id, NAME)) !== undefined) {
      throw new Refusal(`${account.address} has got a calendar called ${NAME} in the meantime.`);
    }
    if ((await tx.collections.countBelow(home)) >= admin.limits.collections) {
      throw new Refusal(`One home holds ${admin.limits.collections} collections; that of ${account.address} is full.`);
    }
    const { kind } = birthdaysCalendar;
    await tx.collections.add(account.id, { parent: home.id, name: NAME, kind, properties: BIRTHDAYS_DEFAULTS });
  });
  return birthdaysOf(admin, address);
}

function isBirthdays(calendar: CollectionRecord | undefined): calendar is CollectionRecord {
  return calendar?.kind === birthdaysCalendar.kind;
}

async function placeOf(
  { id }: Account,
  tx: ReadTransaction,
): Promise<{ readonly home: CollectionRecord | undefined; readonly calendar: CollectionRecord | undefined }> {
  const [home, calendar] = await tx.collections.along(id, [HOME, NAME]);
  return { home, calendar };
}

async function requireUnlocked({ id, address }: Account, at: number, tx: WriteTransaction): Promise<void> {
  const locks = await tx.locks.of(id, at);
  if (locksCovering(locks, [HOME]).length + locksCovering(locks, [HOME, NAME]).length === 0) return;
  throw new Refusal(`/${HOME}/${address}/${NAME}/ is locked: davit lock list ${address} shows by whom.`);
}
