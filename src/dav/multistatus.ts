/**
 * DAV:multistatus as text, in pieces. RFC 4918 section 13.
 */
import type { XmlElement } from '../formats/xml/element.ts';
import { DAV, type XmlName } from '../formats/xml/name.ts';
import { closeDocument, escapeText, openDocument, writeInside } from '../formats/xml/write.ts';
import type { Catalogue } from './catalogue.ts';
import type { RefusedMember } from './errors.ts';
import type { Context, DavResponse } from './method.ts';

const MULTISTATUS: XmlName = `{${DAV}}multistatus`;

const PHRASES: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  412: 'Precondition Failed',
  415: 'Unsupported Media Type',
  423: 'Locked',
  424: 'Failed Dependency',
  507: 'Insufficient Storage',
};

/** `HTTP/1.1 404 Not Found` */
function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${PHRASES[status] ?? 'Status'}`;
}

/** One DAV:propstat with XML text of properties inside; `error` is the content of DAV:error. RFC 4918 section 14.22. */
export function propstat(status: number, inside: string, error?: XmlElement): string {
  const why = error === undefined ? '' : `<d:error>${writeInside(error)}</d:error>`;
  return `<d:propstat><d:prop>${inside}</d:prop><d:status>${statusLine(status)}</d:status>${why}</d:propstat>`;
}

/** One DAV:response with propstats. */
export function response(href: string, propstats: string): string {
  return `<d:response><d:href>${escapeText(href)}</d:href>${propstats}</d:response>\n`;
}

/** One DAV:response with a status instead: something is gone, or could not be done. */
export function statusResponse(href: string, status: number, error?: XmlElement): string {
  const why = error === undefined ? '' : `<d:error>${writeInside(error)}</d:error>`;
  return response(href, `<d:status>${statusLine(status)}</d:status>${why}`);
}

/** A 207 about members that were refused: what went well is not mentioned. RFC 4918 section 9.8.5. */
export function membersResponse(members: readonly RefusedMember[], catalogue: Catalogue): DavResponse {
  const said = (condition: XmlElement | undefined) =>
    condition !== undefined && catalogue.declares(condition.name) ? condition : undefined;
  const responses = members.map(({ href, status, condition }) => statusResponse(href, status, said(condition)));
  return {
    status: 207,
    headers: multistatusHeaders(catalogue),
    body: `${openDocument(MULTISTATUS)}\n${responses.join('')}${closeDocument(MULTISTATUS)}\n`,
  };
}

/** Headers of every 207. */
export function multistatusHeaders(catalogue: Catalogue): Record<string, string> {
  return {
    'Content-Type': 'application/xml; charset=utf-8',
    DAV: catalogue.compliance,
    Vary: 'Brief,Prefer',
    'Cache-Control': 'private, no-cache',
  };
}

/** Preference-Applied for these, where the client prefers them; with Vary, for a response that would be another without. RFC 7240 section 3. */
export function preferencesApplied(
  { preferences }: Pick<Context, 'preferences'>,
  ...honoured: readonly ('return=minimal' | 'return=representation' | 'depth-noroot')[]
): Record<string, string> {
  const preferred = honoured.filter((one) =>
    one === 'depth-noroot' ? preferences.depthNoroot : one === `return=${preferences.return}`,
  );
  const vary = { Vary: 'Brief,Prefer' };
  return preferred.length === 0 ? vary : { ...vary, 'Preference-Applied': preferred.join(', ') };
}

/** A whole 207. `pieces` gives DAV:response elements (and a DAV:sync-token); the first is awaited before the status is sent. */
export async function multistatus(
  catalogue: Catalogue,
  pieces: AsyncIterable<string>,
  headers: Readonly<Record<string, string>> = {},
): Promise<DavResponse> {
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next();
  const open = `${openDocument(MULTISTATUS)}\n`;
  const close = `${closeDocument(MULTISTATUS)}\n`;
  const second = first.done === true ? first : await iterator.next();
  const all = { ...multistatusHeaders(catalogue), ...headers };
  if (second.done === true) {
    return { status: 207, headers: all, body: open + (first.done === true ? '' : first.value) + close };
  }
  const streamed = async function* (): AsyncGenerator<string> {
    yield open + first.value;
    yield second.value;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    yield close;
  };
  return { status: 207, headers: all, body: streamed() };
}
