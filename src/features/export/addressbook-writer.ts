/**
 * A whole address book: its cards one after the other, each as it is stored, or all in the version that a client likes better. As jCard
 * there is none: RFC 7095 has a form for one card only. RFC 6350 section 3.2, RFC 6352 section 5.1.1.
 */
import type { DavRequest } from '../../dav/method.ts';
import { preferredType } from '../../formats/http/accept.ts';
import { type CardVersion, versionOf } from '../../formats/vcard/convert.ts';
import { cardInFile } from '../../formats/vcard/stored-text.ts';
import { cardIn, parsedCard } from '../carddav/index.ts';
import type { Writer } from './writer.ts';

/** As the header Accept says. */
export function addressbookWriter({ headers }: DavRequest): Writer {
  const version = versionLiked(headers.accept ?? '');
  return {
    contentType: version === undefined ? 'text/vcard; charset=utf-8' : `text/vcard; version=${version}; charset=utf-8`,
    ...{ suffix: '.vcf', form: `.vcf${version ?? ''}`, fallback: 'contacts', vary: 'Accept', head: '', tail: '' },
    add(object) {
      const card = version === undefined ? undefined : parsedCard(object);
      if (card === undefined || version === undefined || versionOf(card) === version) return cardInFile(object.data);
      return cardIn(card, version);
    },
  };
}

const [THREE, FOUR] = ['text/vcard;version=3.0', 'text/vcard;version=4.0'];
const VERSIONS: ReadonlyMap<string | undefined, CardVersion> = new Map([
  [THREE, '3.0'],
  [FOUR, '4.0'],
]);

/** The version liked more than the other; undefined for who takes both alike, or neither. */
function versionLiked(accept: string): CardVersion | undefined {
  const liked = preferredType(accept, [THREE, FOUR]);
  return liked === preferredType(accept, [FOUR, THREE]) ? VERSIONS.get(liked) : undefined;
}
