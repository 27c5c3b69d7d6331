/**
 * What a browser shows at `/` and at every collection: what this is, what it holds, how to connect a client. Plain, without scripts; whatever
 * users wrote stands there as text.
 */
import { requirePrivilege } from '../../dav/dispatch.ts';
import type { Feature } from '../../dav/feature.ts';
import { memberCollectionsOf } from '../../dav/members.ts';
import type { Context, DavRequest, DavResponse, Method } from '../../dav/method.ts';
import { inWords, isCollection, type Resource } from '../../dav/resource.ts';
import { encodeSegment } from '../../formats/http/path.ts';
import { DAV } from '../../formats/xml/name.ts';
import { escapeAttribute, escapeText } from '../../formats/xml/write.ts';
import { root } from '../webdav/index.ts';

/** Members that a page lists; it is for looking in, not for working with. */
const LISTED = 200;

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'Cache-Control': 'private, no-cache',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
} as const;

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#222;background:#fff}' +
  'a{color:#0a58a8}code{background:#eef;padding:.1em .3em;border-radius:.2em}li{margin:.2em 0}.kind{color:#666}' +
  '@media(prefers-color-scheme:dark){body{color:#ddd;background:#181a1b}a{color:#7ab8f5}code{background:#2a2d33}.kind{color:#999}}';

function page(title: string, inside: string): string {
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${escapeText(title)}</title><style>${STYLE}</style></head><body>\n${inside}</body></html>\n`
  );
}

function link(href: string, label: string): string {
  return `<a href="${escapeAttribute(href)}">${escapeText(label)}</a>`;
}

function howTo(origin: string): string {
  return (
    `<h2>Connect a client</h2>\n<p>Give your calendar or contacts program your address and password. If it asks for a server, ` +
    `this is it: <code>${escapeText(origin)}</code></p>\n`
  );
}

/** What its owner calls it; or else the path of a home and what lies above homes, the name of what lies below. */
function nameOf(resource: Resource): string {
  if (resource.shape !== 'collection') return decodeURIComponent(resource.href);
  const { collection, parent, href } = resource;
  const name = collection.properties[`{${DAV}}displayname`] ?? '';
  if (name !== '') return name;
  return parent === undefined ? decodeURIComponent(href) : collection.name;
}

async function show(request: DavRequest, context: Context): Promise<DavResponse> {
  const resource = context.located.found ? context.located.resource : undefined;
  if (resource === undefined || !isCollection(resource)) return { status: 404, headers: {} };
  if (context.user !== undefined) requirePrivilege(resource, '{DAV:}read');
  const list = await members(resource, context);
  const intro =
    resource.type.kind === root.kind
      ? `<h1>Davit</h1>\n<p>A calendar and contacts service (CalDAV and CardDAV).</p>\n`
      : `<h1>${escapeText(nameOf(resource))}</h1>\n<p class="kind">This is ${escapeText(inWords(resource.type))}.</p>\n`;
  const holds = list === '' ? '' : `<h2>What it holds</h2>\n<ul>\n${list}</ul>\n`;
  const body = page(nameOf(resource) === '/' ? 'Davit' : nameOf(resource), intro + holds + howTo(request.origin));
  return { status: 200, headers: HEADERS, body };
}

async function members(resource: Resource, context: Context): Promise<string> {
  return context.store.read(async (tx) => {
    const { members: collections, next } = await memberCollectionsOf(resource, context, tx);
    let list = collections
      .map((one) => `<li>${link(one.href, nameOf(one))} <span class="kind">${escapeText(one.type.label)}</span></li>\n`)
      .join('');
    if (next !== undefined) list += '<li class="kind">and more</li>\n';
    if (resource.shape !== 'collection' || resource.type.members === undefined) return list;
    const count = await tx.collections.countObjects(resource.collection);
    for (const object of await tx.objects.page(resource.collection, { limit: LISTED })) {
      list += `<li>${link(resource.href + encodeSegment(object.name), object.name)}</li>\n`;
    }
    return count > LISTED ? `${list}<li class="kind">and ${count - LISTED} more</li>\n` : list;
  });
}

const get: Method = {
  name: 'GET',
  spec: 'RFC 4918 section 9.4',
  on: ['service', 'principal', 'collection'],
  // `/` holds nothing of anybody: it shows a newcomer what this is.
  anonymous: (located) => located.found && located.resource.type.kind === root.kind,
  handle: show,
};

const head: Method = { ...get, name: 'HEAD' };

export function pages(): Feature {
  return { name: 'pages', specs: ['RFC 4918 section 9.4'], methods: [get, head] };
}
