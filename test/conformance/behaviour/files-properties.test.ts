/**
 * Properties of files and folders: the live ones, and dead ones of any XML. RFC 4918 section 4.3, RFC 4918 section 15.
 */
import assert from 'node:assert/strict';
import { elementsOf, textOf, type XmlElement } from '../../../src/formats/xml/element.ts';
import { readXml } from '../../../src/formats/xml/read.ts';
import type { Client } from '../../support/client.ts';
import { must, should } from '../../support/conformance.ts';
import { clark } from '../../support/names.ts';

const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** A folder, and a file in it. */
async function both(alice: Client): Promise<readonly [folder: string, file: string]> {
  const folder = `${alice.files}docs/`;
  await alice.mkcol(folder).expect(201);
  await alice.put(`${folder}a.txt`, 'hello', { 'Content-Type': 'text/plain' }).expect(201);
  return [folder, `${folder}a.txt`];
}

must(
  'RFC 4918 section 9.1',
  'allprop gives the live properties of files and folders, and the dead ones',
  async ({ alice }) => {
    const [folder, file] = await both(alice);
    for (const path of [folder, file]) await alice.proppatch(path, { set: { 'X:mood': path } }).expect(207);
    const answer = await alice
      .propfind(folder, '1')
      .expectProperties(folder, {
        'D:resourcetype': ['D:collection'],
        'D:creationdate': DATE_TIME,
        'D:getlastmodified': HTTP_DATE,
        'X:mood': folder,
      })
      .expectProperties(file, {
        'D:resourcetype': [],
        'D:creationdate': DATE_TIME,
        'D:getlastmodified': HTTP_DATE,
        'D:getcontentlength': '5',
        'D:getcontenttype': 'text/plain',
        'D:getetag': /^"[^"]+"$/,
        'X:mood': file,
      });
    // What the type is stored as is no dead property beside the live one.
    assert.equal(answer.text.split('getcontenttype>text/plain').length, 2);
    const names = (await alice.propfind(file, '0', '<D:propfind xmlns:D="DAV:"><D:propname/></D:propfind>'))
      .multistatus()
      .at(file);
    for (const name of ['D:getcontentlength', 'D:getetag', 'X:mood'])
      assert.ok(names.properties.has(clark(name)), name);
  },
);

must('RFC 4918 section 15.2', 'a folder has a displayname, and keeps its name in the URL', async ({ alice }) => {
  const [folder] = await both(alice);
  await alice
    .proppatch(folder, { set: { 'D:displayname': 'My papers' } })
    .expectProperties(folder, { 'D:displayname': true });
  await alice.propfind(alice.files, '1', ['D:displayname']).expectProperties(folder, { 'D:displayname': 'My papers' });
  await alice.proppatch(folder, { remove: ['D:displayname'] }).expect(207);
  await alice.propfind(folder, '0', ['D:displayname']).expectProperties(folder, { 'D:displayname': undefined });
});

must('RFC 4918 section 15.6', 'etag, length and time of change of a file cannot be set', async ({ alice }) => {
  const [folder, file] = await both(alice);
  for (const name of ['D:getetag', 'D:getcontentlength', 'D:getlastmodified', 'D:resourcetype']) {
    for (const path of [folder, file]) {
      if (path === folder && /etag|length/.test(name)) continue;
      await alice.proppatch(path, { set: { [name]: 'x' } }).expectProperties(path, { [name]: 403 });
    }
  }
});

/** XML as values alone: no prefixes, no order of attributes. */
function canonical({ name, attributes, children }: XmlElement): unknown {
  const sorted = attributes.map((one) => [one.name, one.value]).sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
  return [name, sorted, children.map((child) => (typeof child === 'string' ? child : canonical(child)))];
}

/** Asks for one property, of whatever name: as an element that a property's value may be written as. */
function asking(element: string): string {
  return `<D:propfind xmlns:D="DAV:"><D:prop>${element}</D:prop></D:propfind>`;
}

/** Sets the element on a folder and a file, and gives back what is found there by name, in allprop, and from a copy. */
async function roundTrip(alice: Client, element: string, around = ''): Promise<readonly XmlElement[]> {
  const [folder, file] = await both(alice);
  const { name } = readXml(element);
  const found: XmlElement[] = [];
  for (const path of [folder, file]) {
    const body = `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop${around}>${element}</D:prop></D:set></D:propertyupdate>`;
    await alice.proppatch(path, body).expectProperties(path, { [name]: true });
    const copy = `${path.replace(/\/$/, '')}-copy`;
    await alice.copy(path, copy).expect(201);
    for (const [at, what] of [
      [path, asking(element)],
      [path, undefined],
      [path.endsWith('/') ? `${copy}/` : copy, asking(element)],
    ] as const) {
      const value = (await alice.propfind(at, '0', what)).multistatus().at(at).properties.get(name);
      assert.equal(value?.status, 200, `${name} at ${at}`);
      found.push(value.element);
    }
  }
  return found;
}

const VALUES: readonly (readonly [title: string, sent: string, kept?: string])[] = [
  ['nothing inside', '<e xmlns="urn:x"/>'],
  ['no namespace', '<e><f g="h">i</f></e>'],
  ['text with what must be escaped', '<e xmlns="urn:x">a &lt;b&gt; &amp; "c" &#x1F600; ]]&gt;</e>'],
  ['white space, inside and around', '<e xmlns="urn:x">  \n\t<f> </f>\n \t</e>'],
  ['a carriage return by reference', '<e xmlns="urn:x">a&#13;b&#13;&#10;c</e>'],
  ['mixed content', '<e xmlns="urn:x">one <f>two</f> three <f/><g>four</g> five</e>'],
  ['attributes with and without prefix', '<e xmlns="urn:x" xmlns:y="urn:y" a="1" y:a="2"><f y:b="3"/></e>'],
  [
    'attributes with entities, quotes and white space',
    `<e xmlns="urn:x" a="&quot;&lt;&amp;&gt;'" b='"' c="x&#9;y&#10;z&#13;" d=""/>`,
  ],
  [
    'namespaces declared within',
    '<x:e xmlns:x="urn:x"><x:f xmlns:x="urn:y"><x:g/></x:f><f xmlns="urn:z"><g xmlns=""/></f></x:e>',
  ],
  [
    'names of our own namespaces',
    '<e xmlns="urn:x" xmlns:D="DAV:"><D:href>/a</D:href><d xmlns="urn:ietf:params:xml:ns:caldav"/></e>',
  ],
  ['prefixes that answers use', '<d:e xmlns:d="urn:x" xmlns:x1="urn:y"><x1:f x1:a="b"/></d:e>'],
  ['a namespace name with special characters', '<e xmlns="http://example.org/?a=1&amp;b=&quot;2&quot;"><f/></e>'],
  ['its own language', '<e xmlns="urn:x" xml:lang="de">Zug<f xml:lang="en">train</f></e>'],
  ['xml:space', '<e xmlns="urn:x" xml:space="preserve"> a </e>'],
  ['names beyond ASCII', '<größe xmlns="urn:x" einheit="µm">ﬀ 東京 𝒳</größe>'],
  ['CDATA becomes text', '<e xmlns="urn:x">a<![CDATA[<b>&amp;]]>c</e>', '<e xmlns="urn:x">a&lt;b&gt;&amp;amp;c</e>'],
  [
    'comments and instructions are dropped',
    '<e xmlns="urn:x">a<!-- b --><?c d?>e<f><!-- g --></f></e>',
    '<e xmlns="urn:x">ae<f/></e>',
  ],
];

for (const [title, sent, kept] of VALUES) {
  must('RFC 4918 section 4.3', `a dead property is kept as it came: ${title}`, async ({ alice }) => {
    const expected = canonical(readXml(kept ?? sent));
    for (const found of await roundTrip(alice, sent)) assert.deepEqual(canonical(found), expected);
  });
}

must(
  'RFC 4918 section 4.3',
  'a language that is said further up goes with the property, one said on it wins',
  async ({ alice }) => {
    for (const found of await roundTrip(
      alice,
      '<e xmlns="urn:x">Zug<f xml:lang="en">train</f></e>',
      ' xml:lang="de"',
    )) {
      assert.deepEqual(
        canonical(found),
        canonical(readXml('<e xmlns="urn:x" xml:lang="de">Zug<f xml:lang="en">train</f></e>')),
      );
    }
  },
);

must('RFC 4918 section 4.3', 'a language on the property wins over one further up', async ({ alice }) => {
  for (const found of await roundTrip(alice, '<e xmlns="urn:x" xml:lang="fr">train</e>', ' xml:lang="de"')) {
    assert.deepEqual(canonical(found), canonical(readXml('<e xmlns="urn:x" xml:lang="fr">train</e>')));
  }
});

must('RFC 4918 section 4.3', 'many properties in many namespaces stand side by side', async ({ alice }) => {
  const [, file] = await both(alice);
  const names = Array.from({ length: 30 }, (_, i) => `{http://example.org/${i % 7}}p${i}` as const);
  const values = names.map((name, i) => `<p:p${i} xmlns:p="${name.slice(1, name.indexOf('}'))}">${i}</p:p${i}>`);
  const body = `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop>${values.join('')}</D:prop></D:set></D:propertyupdate>`;
  await alice.proppatch(file, body).expect(207);
  const properties = Object.fromEntries(names.map((name, i) => [name, String(i)]));
  await alice.propfind(file, '0', names).expectProperties(file, properties);
  await alice.propfind(file, '0').expectProperties(file, properties);
});

must('RFC 4918 section 9.2', 'what is set and removed in one request happens in its order', async ({ alice }) => {
  const [folder, file] = await both(alice);
  const set = (value: string) => `<D:set><D:prop><X:a xmlns:X="http://example.com/ns/">${value}</X:a></D:prop></D:set>`;
  const remove = '<D:remove><D:prop><X:a xmlns:X="http://example.com/ns/"/></D:prop></D:remove>';
  const update = (...steps: readonly string[]) =>
    `<D:propertyupdate xmlns:D="DAV:">${steps.join('')}</D:propertyupdate>`;
  for (const path of [folder, file]) {
    await alice.proppatch(path, update(set('1'), set('2'))).expect(207);
    await alice.propfind(path, '0', ['X:a']).expectProperties(path, { 'X:a': '2' });
    await alice.proppatch(path, update(set('3'), remove)).expect(207);
    await alice.propfind(path, '0', ['X:a']).expectProperties(path, { 'X:a': undefined });
    await alice.proppatch(path, update(remove, set('4'))).expect(207);
    await alice.propfind(path, '0', ['X:a']).expectProperties(path, { 'X:a': '4' });
  }
});

should(
  'RFC 4918 section 9.2',
  'properties of a file leave its etag, and are seen by who synchronises',
  async ({ alice }) => {
    const [, file] = await both(alice);
    const before = await alice.get(file).expect(200);
    await alice.proppatch(file, { set: { 'X:mood': 'good' } }).expect(207);
    await alice.get(file, { 'If-None-Match': before.etag }).expect(304);
  },
);

must(
  'RFC 4918 section 14.17',
  'inside propfind, elements of names that nobody knows are only not there',
  async ({ alice }) => {
    const [folder, file] = await both(alice);
    const answer = await alice.propfind(folder, '1', asking('<bare/><D:displayname/><D:getetag/>'));
    const { responses } = answer.multistatus();
    assert.deepEqual([...responses.keys()], [folder, file]);
    assert.equal(responses.get(file)?.properties.get('{}bare')?.status, 404);
    assert.equal(elementsOf(answer.xml()).length, 2);
    assert.match(textOf(responses.get(file)!.properties.get('{DAV:}getetag')!.element), /^"/);
  },
);
