/**
 * Conditional requests against what is stored now. RFC 9110 section 13.2.
 */
import { ConditionNotMet } from '../../dav/errors.ts';
import { evaluate } from '../../formats/http/conditions.ts';
import type { ObjectRecord } from '../../store/records.ts';

/** Whether the answer is 304. @throws ConditionNotMet, HeaderError */
export function checkConditions(
  headers: Readonly<Record<string, string | undefined>>,
  current: ObjectRecord | undefined,
  method: string,
): 'proceed' | 'not-modified' {
  const verdict = evaluate(
    {
      ifMatch: headers['if-match'],
      ifNoneMatch: headers['if-none-match'],
      ifModifiedSince: headers['if-modified-since'],
      ifUnmodifiedSince: headers['if-unmodified-since'],
    },
    current === undefined ? undefined : { etag: `"${current.etag}"`, modified: current.modified },
    method,
  );
  if (verdict !== 'failed') return verdict;
  throw new ConditionNotMet(
    current === undefined
      ? 'If-Match asks for something that does not exist (any more); read the collection again'
      : `it has changed: its entity tag is now "${current.etag}"; read it again and repeat the change`,
  );
}
