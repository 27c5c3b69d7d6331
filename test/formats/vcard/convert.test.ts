import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Component } from '../../../src/formats/icalendar/component.ts';
import { type CardVersion, convertCard, versionOf } from '../../../src/formats/vcard/convert.ts';
import { readCard } from '../../../src/formats/vcard/read.ts';
import { writeCards } from '../../../src/formats/vcard/write.ts';
import { anyCard, cardOf, corpus, propertiesIn } from './cards.ts';

/** The lines of a card in a version, its first and last two left out. */
function linesIn(card: Component, version: CardVersion): readonly string[] {
  const unfolded = writeCards([convertCard(card, version)]).replaceAll('\r\n ', '');
  return unfolded.split('\r\n').slice(2, -2);
}

const inFour = (...lines: readonly string[]) => linesIn(cardOf('3.0', ...lines), '4.0');
const inThree = (...lines: readonly string[]) => linesIn(cardOf('4.0', ...lines), '3.0');

/** The card as it is after the other version, written and read on the way as clients do. */
function thereAndBack(card: Component): Component {
  const version = versionOf(card);
  const other = readCard(writeCards([convertCard(card, version === '4.0' ? '3.0' : '4.0')]));
  return convertCard(other, version);
}

/** Without white space in octets, which is not kept. */
function compared(card: Component) {
  return propertiesIn(card).map((one) =>
    /^(PHOTO|LOGO|SOUND|KEY)$/.test(one.name) ? { ...one, value: one.value.replace(/\s+/g, '') } : one,
  );
}

describe('there and back', () => {
  for (const version of ['3.0', '4.0']) {
    test(`whatever card of version ${version} comes back as it was`, () => {
      fc.assert(
        fc.property(anyCard(version), (card) => {
          assert.deepEqual(compared(thereAndBack(card)), compared(card));
        }),
        { numRuns: 1_500 },
      );
    });
  }

  for (const { name, text } of corpus()) {
    test(`${name} comes back as it was, and loses no value on the way`, () => {
      const card = readCard(text);
      assert.equal(writeCards([thereAndBack(card)]), writeCards([card]));
      const other = convertCard(card, versionOf(card) === '4.0' ? '3.0' : '4.0');
      assert.notEqual(versionOf(other), versionOf(card));
      for (const { name: label, value } of card.properties) {
        if (label === 'X-ABLABEL') assert.ok(other.properties.some((one) => one.value === value));
      }
    });
  }

  test('RFC 6350 section 6.2.4: a photo of 4 MiB in folded lines comes back whole', () => {
    const octets = `/9j/${'QUJD'.repeat(1024 * 1024 - 1)}`;
    const folded = octets.replace(/.{74}/g, '$&\r\n ');
    const three = cardOf('3.0', `PHOTO;ENCODING=b;TYPE=JPEG:${folded}`, 'FN:x', 'N:x;;;;');
    const photo = convertCard(three, '4.0').properties.find(({ name }) => name === 'PHOTO');
    assert.ok(photo?.value === `data:image/jpeg;base64,${octets}`);
    const back = thereAndBack(three).properties.find(({ name }) => name === 'PHOTO');
    assert.ok(back?.value === octets);
    const four = cardOf('4.0', `PHOTO:data:image/jpeg;base64,${folded}`, 'FN:x');
    assert.ok(thereAndBack(four).properties.find(({ name }) => name === 'PHOTO')?.value === photo.value);
  });

  test('a card of the version asked for is itself', () => {
    const card = cardOf('4.0', 'FN:x');
    assert.equal(convertCard(card, '4.0'), card);
  });
});

describe('3.0 in 4.0', () => {
  test('RFC 6350 section 6.2.4: octets become data: URIs of their media type', () => {
    assert.deepEqual(inFour('PHOTO;ENCODING=b;TYPE=JPEG:/9j/', 'KEY;ENCODING=b;TYPE=PGP:AAAA'), [
      'PHOTO:data:image/jpeg;base64,/9j/',
      'KEY:data:application/pgp-keys;base64,AAAA',
    ]);
    assert.deepEqual(inFour('PHOTO;VALUE=uri:https://example.com/a'), ['PHOTO:https://example.com/a']);
    for (const [octets, type] of [
      ['UklGRiQAAABXRUJQVlA4', 'image/webp'],
      ['UklGRiQAAABXQVZFZm10', 'audio/wav'],
      ['AAAA', 'application/octet-stream'],
    ]) {
      assert.ok(inFour(`SOUND;ENCODING=b:${octets}`)[0]?.endsWith(`:data:${type};base64,${octets}`));
    }
    const [photo] = inFour('PHOTO;ENCODING=b:iVBORw0KGgoAAAA');
    assert.match(photo ?? '', /^PHOTO;X-DAVIT-AS=[^:]*:data:image\/png;base64,iVBORw0KGgoAAAA$/);
  });

  test('RFC 6350 section 5.3: TYPE=pref becomes PREF', () => {
    assert.deepEqual(inFour('TEL;type=CELL;type=VOICE;type=pref:1', 'EMAIL;TYPE=HOME,WORK,pref:a@example.com'), [
      'TEL;TYPE=CELL;TYPE=VOICE;PREF=1:1',
      'EMAIL;TYPE=HOME,WORK;PREF=1:a@example.com',
    ]);
  });

  test('RFC 6350 section 6.3.1: a LABEL is a parameter of its address too', () => {
    const lines = ['ADR;TYPE=HOME:;;1 St;;;;', 'ADR;TYPE=WORK:;;2 St;;;;', 'LABEL;TYPE=work:2 St\\nTown'];
    assert.deepEqual(inFour(...lines), [
      'ADR;TYPE=HOME:;;1 St;;;;',
      'ADR;TYPE=WORK;LABEL=2 St^nTown:;;2 St;;;;',
      'X-DAVIT-LABEL;TYPE=work:2 St\\nTown',
    ]);
  });

  test('RFC 6350 section 6.1.4: Apple’s groups are groups', () => {
    assert.deepEqual(inFour('X-ADDRESSBOOKSERVER-KIND:group', 'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1'), [
      'KIND:group',
      'MEMBER:urn:uuid:1',
    ]);
    const both = ['KIND:group', 'X-ADDRESSBOOKSERVER-KIND:group'];
    assert.equal(inFour(...both).filter((one) => one.startsWith('KIND')).length, 1);
  });

  test('RFC 6350 section 6.2.5: dates, without years too', () => {
    assert.deepEqual(inFour('BDAY:1985-04-12'), ['BDAY:19850412']);
    assert.deepEqual(inFour('BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29'), ['BDAY:--0229']);
    assert.deepEqual(inFour('REV:1995-10-31T22:27:10Z'), ['REV:19951031T222710Z']);
    const date = ['item1.X-ABDATE;type=pref:2009-08-08', 'item1.X-ABLABEL:_$!<Anniversary>!$_'];
    assert.deepEqual(inFour(...date), ['item1.ANNIVERSARY;PREF=1:20090808', date[1]]);
    assert.deepEqual(inFour('X-ANNIVERSARY:2009-08-08'), ['ANNIVERSARY:20090808']);
    assert.match(inFour('BDAY:about 1800')[0] ?? '', /^BDAY;VALUE=text;.*:about 1800$/);
  });

  test('RFC 6350 section 6.6.6: related names, and their labels stay', () => {
    const names = ['item1.X-ABRELATEDNAMES:Jane', 'item1.X-ABLABEL:_$!<Mother>!$_'];
    assert.deepEqual(inFour(...names), ['item1.RELATED;VALUE=text;TYPE=parent:Jane', names[1]]);
    assert.deepEqual(inFour('AGENT;VALUE=uri:https://example.com/a'), ['RELATED;TYPE=agent:https://example.com/a']);
  });

  test('RFC 6350 section 6.4.3: names in messengers become IMPP where there is none, and stay where there is', () => {
    assert.match(inFour('X-AIM:ada')[0] ?? '', /^IMPP;X-DAVIT-AS=[^:]*:ada":aim:ada$/);
    const both = ['IMPP;X-SERVICE-TYPE=AIM:aim:ada', 'X-AIM:ada'];
    assert.deepEqual(inFour(...both), both);
  });

  test('RFC 6350 section 6.5.1: zones and places', () => {
    assert.deepEqual(inFour('TZ:-05:00', 'TZ;VALUE=text:Europe/Paris', 'GEO:37.386;-122.08'), [
      'TZ;VALUE=utc-offset:-0500',
      'TZ:Europe/Paris',
      'GEO:geo:37.386,-122.08',
    ]);
  });

  test('RFC 6350 section 6.2.2: SORT-STRING sorts by N', () => {
    const [name] = inFour('N:van der Harten;Rene;;;', 'SORT-STRING:Harten');
    assert.equal(name, 'N;SORT-AS=Harten:van der Harten;Rene;;;');
  });

  test('what 4.0 has no word for is carried through', () => {
    assert.deepEqual(inFour('CLASS:PRIVATE', 'MAILER:x', 'NAME:y', 'PROFILE:VCARD'), [
      'X-DAVIT-CLASS:PRIVATE',
      'X-DAVIT-MAILER:x',
      'X-DAVIT-NAME:y',
      'X-DAVIT-PROFILE:VCARD',
    ]);
  });

  test('what belongs to 2.1 is read', () => {
    assert.match(inFour('NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB=0D=0Ax')[0] ?? '', /:Zoë\\nx$/);
    assert.match(inFour('TEL;HOME;VOICE:1')[0] ?? '', /^TEL;TYPE=HOME;TYPE=VOICE;/);
  });
});

describe('4.0 in 3.0', () => {
  test('RFC 2426 section 3.1.4: data: URIs become octets with their type', () => {
    assert.deepEqual(inThree('PHOTO:data:image/jpeg;base64,/9j/', 'LOGO;MEDIATYPE=image/png:https://example.com/l'), [
      'PHOTO;ENCODING=b;TYPE=JPEG:/9j/',
      'LOGO;VALUE=uri;TYPE=PNG:https://example.com/l',
    ]);
  });

  test('RFC 2426 section 3.3.1: who is preferred most is preferred', () => {
    const [first, second] = inThree('EMAIL;TYPE=work;PREF=2:b@example.com', 'EMAIL;TYPE=home;PREF=1:a@example.com');
    assert.match(first ?? '', /^EMAIL;TYPE=work;X-DAVIT-AS=/);
    assert.equal(second, 'EMAIL;TYPE=home;TYPE=pref:a@example.com');
  });

  test('RFC 2426 section 3.1.2: a card has a name', () => {
    assert.deepEqual(inThree('FN:Example\\, Corp.'), [
      'FN:Example\\, Corp.',
      'N;X-DAVIT-DERIVED=1:Example\\, Corp.;;;;',
    ]);
  });

  test('RFC 2426 section 3.2.2: the label of an address stands beside it', () => {
    assert.deepEqual(inThree('N:x', 'ADR;TYPE=home;LABEL="1 St^nTown":;;1 St;;;;'), [
      'N:x',
      'ADR;TYPE=home:;;1 St;;;;',
      'LABEL;TYPE=home;X-DAVIT-DERIVED=1:1 St\\nTown',
    ]);
  });

  test('groups are Apple’s', () => {
    assert.deepEqual(inThree('KIND:group', 'MEMBER:urn:uuid:1'), [
      'X-ADDRESSBOOKSERVER-KIND:group',
      'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1',
    ]);
  });

  test('RFC 2426 section 3.1.5: dates, without years as Apple has them', () => {
    assert.deepEqual(inThree('BDAY:--0229', 'ANNIVERSARY:20090808', 'BDAY:1985', 'REV:19951031T222710Z'), [
      'BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29',
      'X-ANNIVERSARY:2009-08-08',
      'X-DAVIT-BDAY:1985',
      'REV:1995-10-31T22:27:10Z',
    ]);
  });

  test('related names get labels', () => {
    const [name, label] = inThree('RELATED;VALUE=text;TYPE=spouse:Jane');
    assert.match(name ?? '', /^davit1\.X-ABRELATEDNAMES;X-DAVIT-AS=[^:]*:Jane$/);
    assert.equal(label, 'davit1.X-ABLABEL;X-DAVIT-DERIVED=1:_$!<Spouse>!$_');
  });

  test('RFC 2426 section 3.4.1: zones and places', () => {
    const [zone, offset, place] = inThree('TZ:Europe/Paris', 'TZ;VALUE=utc-offset:-0500', 'GEO:geo:1,2');
    assert.deepEqual([zone, offset, place], ['TZ;VALUE=text:Europe/Paris', 'TZ:-05:00', 'GEO:1;2']);
  });
});

describe('a change in the other version', () => {
  /** What a card of 3.0 is, after a client of 4.0 has changed its text. */
  function changed(card: Component, from: string | RegExp, to: string): readonly string[] {
    const version = versionOf(card);
    const text = writeCards([convertCard(card, version === '4.0' ? '3.0' : '4.0')]).replaceAll('\r\n ', '');
    assert.match(text, typeof from === 'string' ? new RegExp(from.replace(/[+\\^]/g, '\\$&')) : from);
    return linesIn(readCard(text.replace(from, to)), version);
  }

  test('takes the new value, and keeps how the property stood', () => {
    assert.deepEqual(changed(cardOf('3.0', 'TEL;HOME;VOICE:+1'), ':+1', ':+2'), ['TEL;HOME;VOICE:+2']);
  });

  test('is not undone by how the property stood', () => {
    assert.deepEqual(changed(cardOf('3.0', 'X-AIM:ada'), ':aim:ada', ':aim:grace'), ['IMPP:aim:grace']);
    assert.deepEqual(changed(cardOf('3.0', 'TEL;HOME:1'), ';TYPE=HOME', ';TYPE=work'), ['TEL;TYPE=work:1']);
  });

  test('reaches the label of an address', () => {
    const three = cardOf('3.0', 'ADR;TYPE=HOME:;;1 St;;;;', 'LABEL;TYPE=HOME:old');
    assert.deepEqual(changed(three, 'LABEL=old', 'LABEL=new'), ['ADR;TYPE=HOME:;;1 St;;;;', 'LABEL;TYPE=HOME:new']);
    const four = cardOf('4.0', 'N:x', 'ADR;TYPE=home;LABEL=old:;;1 St;;;;');
    assert.deepEqual(changed(four, ':old', ':new'), ['N:x', 'ADR;TYPE=home;LABEL=new:;;1 St;;;;']);
  });

  test('loses nothing where a client drops the parameters that it does not know', () => {
    const four = cardOf('4.0', 'FN:Ada', 'RELATED;TYPE=spouse;VALUE=text:Jane', 'ADR;LABEL=x;TYPE=home:;;1;;;;');
    const text = writeCards([convertCard(four, '3.0')]).replaceAll('\r\n ', '');
    const dropped = readCard(text.replace(/;X-DAVIT-[A-Z]+=("[^"]*"|[^;:]*)/g, ''));
    const lines = linesIn(dropped, '4.0');
    assert.ok(
      lines.some((line) => /^davit2\.RELATED;VALUE=text;TYPE=spouse.*:Jane$/.test(line)),
      lines.join('\n'),
    );
    assert.ok(
      lines.some((line) => /^ADR;TYPE=home;LABEL=x/.test(line)),
      lines.join('\n'),
    );
  });

  test('what cannot be read of how it stood counts for nothing', () => {
    for (const as of ['', '*', '=', '"=x"', '=A', '"=BEGIN:VCARD"', '"=NOTE:other"', '^n']) {
      assert.deepEqual(inThree('N:x', `NOTE;X-DAVIT-AS=${as}:kept`), ['N:x', 'NOTE:kept']);
    }
  });
});
