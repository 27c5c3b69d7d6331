/**
 * The XML body of a request. A client sends the same few bodies all its life, so short ones are kept as trees by their text; the trees are
 * never changed. The cache is bounded, and nothing depends on it.
 */
import type { XmlElement } from '../formats/xml/element.ts';
import { readXml, XmlError } from '../formats/xml/read.ts';
import { DavError } from './errors.ts';
import type { Context, DavRequest } from './method.ts';
import { noExternalEntities } from './preconditions.ts';

const MOST = 512;
/** Octets of a body that is kept. A multiget names other resources each time, and is longer. */
const LONGEST = 2048;

const kept = new Map<string, XmlElement>();

/** The root element; undefined when there is no body. @throws DavError 400 with line and reason, 413 */
export async function xmlBody(request: DavRequest, context: Context): Promise<XmlElement | undefined> {
  const data = await request.body(context.limits.xmlBody);
  if (data.length === 0) return undefined;
  if (data.length > LONGEST) return read(data);
  const key = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  const known = kept.get(key);
  if (known !== undefined) return known;
  const root = read(data);
  if (kept.size >= MOST) kept.clear();
  kept.set(key, root);
  return root;
}

function read(data: Uint8Array): XmlElement {
  try {
    return readXml(data);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const where = `the XML body, line ${error.line}, column ${error.column}: ${error.reason}`;
    if (error.kind === 'forbidden') throw noExternalEntities(where);
    throw new DavError(error.kind === 'too-large' ? 413 : 400, where);
  }
}
