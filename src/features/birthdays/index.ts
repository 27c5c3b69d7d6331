/**
 * The birthdays of the people in one's own address books, as a calendar that nobody writes: an ordinary one to whoever reads it, and every
 * event in it follows from a card. It is made, and so switched on, by MKCOL or MKCALENDAR with its resource type, and removed by DELETE.
 * docs/decisions/0021-birthdays.md
 */
import { Buffer } from 'node:buffer';
import type { Derivation, Derived } from '../../dav/derivation.ts';
import { etagOf } from '../../dav/etag.ts';
import type { Feature } from '../../dav/feature.ts';
import type { ResourceType } from '../../dav/resource.ts';
import type { Component } from '../../formats/icalendar/component.ts';
import { readOr } from '../../formats/icalendar/content-line.ts';
import { writeComponent } from '../../formats/icalendar/write.ts';
import { nameIn, type Occasion, yearlyDays } from '../../formats/vcard/occasions.ts';
import { readCard } from '../../formats/vcard/read.ts';
import { CALDAV, DAV } from '../../formats/xml/name.ts';
import type { CollectionKey } from '../../store/records.ts';
import type { NewObject } from '../../store/store.ts';
import {
  SEGMENT as CALENDARS,
  calendar,
  calendarCollectionLocationOk,
  calendarHome,
  calendarObject,
  indexOf,
} from '../caldav/index.ts';
import { SEGMENT as ADDRESSBOOKS, addressbook } from '../carddav/index.ts';
import { yearlyEvent } from './event.ts';

/** `/calendars/USER/birthdays/` */
export const BIRTHDAYS = { home: CALENDARS, name: 'birthdays' } as const;

/** Its owner chooses its name and colour, and who else sees it. */
export const birthdaysCalendar: ResourceType<'collection'> = {
  ...calendar,
  kind: 'birthdays',
  spec: 'behaviour: the birthdays in a user’s own address books are a calendar',
  label: 'birthdays calendar',
  elements: [...calendar.elements, '{urn:x-davit}birthdays'],
  like: calendar,
  most: [
    `{${DAV}}read`,
    `{${DAV}}read-acl`,
    `{${DAV}}read-current-user-privilege-set`,
    `{${DAV}}write-properties`,
    `{${DAV}}write-acl`,
    `{${DAV}}unlock`,
  ],
  members: calendarObject,
};

/** What is stored with a new one. */
export const BIRTHDAYS_DEFAULTS = {
  [`{${DAV}}displayname`]: 'Birthdays',
  [`{${CALDAV}}supported-calendar-component-set`]: 'VEVENT',
  [`{${CALDAV}}schedule-calendar-transp`]: 'transparent',
} as const;

const SLOTS: readonly Occasion[] = ['birthday', 'anniversary', 'death'];

const derivation: Derivation = {
  spec: 'behaviour: a birthday changes in the same transaction as the card',
  from: { home: ADDRESSBOOKS, type: addressbook },
  into: { ...BIRTHDAYS, type: birthdaysCalendar },
  slots: SLOTS,
  suffix: '.ics',
  make(source, member) {
    const card = readable(member);
    const days = card === undefined ? [] : yearlyDays(card);
    const name = card === undefined || days.length === 0 ? undefined : nameIn(card);
    if (name === undefined) return [];
    return days.map((day): Derived => {
      const uid = uidOf(source, member.uid, day.occasion);
      const object = yearlyEvent(day, name, uid);
      return { slot: day.occasion, uid, data: Buffer.from(writeComponent(object)), index: indexOf(object, 'VEVENT') };
    });
  },
};

/** Nothing else has let in what cannot be read; should it be there, nobody has a birthday. */
function readable({ data }: Pick<NewObject, 'data'>): Component | undefined {
  return readOr(
    () => readCard(data),
    () => undefined,
  );
}

/** The same for the same card, whatever is changed in it, and for no other. */
function uidOf({ account, id }: CollectionKey, uid: string, occasion: Occasion): string {
  return `${etagOf(Buffer.from(`${account}/${id}/${uid}`))}-${occasion}`;
}

/** Birthdays calendars. */
export function birthdays(): Feature {
  return {
    name: 'birthdays',
    specs: ['behaviour: birthdays as a calendar'],
    resourceTypes: [birthdaysCalendar],
    creatable: [
      {
        type: birthdaysCalendar,
        within: [calendarHome],
        defaults: BIRTHDAYS_DEFAULTS,
        only: BIRTHDAYS.name,
        misplaced: calendarCollectionLocationOk,
      },
    ],
    derivations: [derivation],
  };
}
