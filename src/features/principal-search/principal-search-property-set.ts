/**
 * principal-search-property-set: what can be searched for. RFC 3744 section 9.5.
 */
import { DavError } from '../../dav/errors.ts';
import { empty, text, wrap } from '../../dav/property.ts';
import type { Report } from '../../dav/report.ts';
import { DAV, type XmlName } from '../../formats/xml/name.ts';
import { closeDocument, openDocument } from '../../formats/xml/write.ts';
import { principalCollection, requireDepthZero } from '../access-control/index.ts';
import { searchable } from './matching.ts';

const ROOT: XmlName = `{${DAV}}principal-search-property-set`;

export const principalSearchPropertySet: Report = {
  name: ROOT,
  spec: 'RFC 3744 section 9.5',
  on: [principalCollection],
  privilege: '{DAV:}read',
  async run(body, _at, _context, request) {
    requireDepthZero(request);
    if (body.children.some((child) => typeof child !== 'string')) {
      throw new DavError(400, 'the body of this report is an empty DAV:principal-search-property-set');
    }
    const properties = searchable().map(({ name, description }) => {
      const told = `<d:description xml:lang="en">${text(description)}</d:description>`;
      return `${wrap(`{${DAV}}principal-search-property`, wrap(`{${DAV}}prop`, empty(name)) + told)}\n`;
    });
    return {
      status: 200,
      headers: { 'Content-Type': 'application/xml; charset=utf-8', 'Cache-Control': 'private, no-cache' },
      body: `${openDocument(ROOT)}\n${properties.join('')}${closeDocument(ROOT)}\n`,
    };
  },
};
