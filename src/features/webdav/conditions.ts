/**
 * Conditional requests against what is stored now: If-Match and its kin, and the If header of WebDAV. RFC 9110 section 13.2,
 * RFC 4918 section 10.4.
 */
import { ConditionNotMet } from '../../dav/errors.ts';
import type { DavRequest } from '../../dav/method.ts';
import { evaluate, matchesStrongly } from '../../formats/http/conditions.ts';
import { type IfCondition, parseIf } from '../../formats/http/headers.ts';
import { splitPath } from '../../formats/http/path.ts';
import type { CollectionRecord, ObjectRecord } from '../../store/records.ts';

/** Whether the answer is 304. @throws ConditionNotMet, HeaderError */
export function checkConditions(request: DavRequest, current: ObjectRecord | undefined): 'proceed' | 'not-modified' {
  const etag = current === undefined ? undefined : `"${current.etag}"`;
  const verdict = verdictOf(request, etag === undefined ? undefined : { etag, modified: current?.modified ?? 0 });
  if (verdict !== 'failed' && ifHolds(request, etag)) return verdict;
  throw new ConditionNotMet(
    current === undefined
      ? 'the request is for something that does not exist (any more); read the collection again'
      : `it has changed: its entity tag is now "${current.etag}"; read it again and repeat the change`,
  );
}

/** The same for a collection. It has no entity tag, so none that a client names is its. @throws ConditionNotMet, HeaderError */
export function checkCollectionConditions(request: DavRequest, { modified }: CollectionRecord): void {
  if (verdictOf(request, { etag: '', modified }) === 'proceed' && ifHolds(request, undefined)) return;
  throw new ConditionNotMet('a collection has no entity tag, or it has changed; read it again and repeat the change');
}

function verdictOf(
  { headers, method }: DavRequest,
  current: { readonly etag: string; readonly modified: number } | undefined,
) {
  return evaluate(
    {
      ifMatch: headers['if-match'],
      ifNoneMatch: headers['if-none-match'],
      ifModifiedSince: headers['if-modified-since'],
      ifUnmodifiedSince: headers['if-unmodified-since'],
    },
    current,
    method,
  );
}

/** Nothing is ever locked here, so no state token is one. What the header says of other resources is not looked at and does not hold. */
function ifHolds(request: DavRequest, etag: string | undefined): boolean {
  const header = request.headers.if;
  if (header === undefined) return true;
  const holds = (condition: IfCondition): boolean => {
    const isSo = condition.kind === 'etag' && etag !== undefined && matchesStrongly(condition.etag, etag);
    return isSo !== condition.not;
  };
  return parseIf(header).some(
    ({ resource, conditions }) => (resource === undefined || isTarget(resource, request)) && conditions.every(holds),
  );
}

function isTarget(resource: string, { target, origin }: DavRequest): boolean {
  const path = resource.startsWith(`${origin}/`) ? resource.slice(origin.length) : resource;
  const [named, own] = [splitPath(path), splitPath(target)];
  return named !== undefined && own !== undefined && named.segments.join('/') === own.segments.join('/');
}
